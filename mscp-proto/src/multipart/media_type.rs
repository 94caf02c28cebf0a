//! `media-type` of Content-Type (7.2.2; grammar of RFC 2045 5.1).

/// A MIME type with its parameters, names in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// `type/subtype` in lower case.
    pub essence: String,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a Content-Type value; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (essence, mut rest) = match text.split_once(';') {
            Some((essence, rest)) => (essence, rest.trim_ascii()),
            None => (text, ""),
        };
        let (kind, subtype) = essence.trim_ascii().split_once('/')?;
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let essence = format!("{kind}/{subtype}").to_ascii_lowercase();
        let mut parameters = Vec::new();
        while !rest.is_empty() {
            let (name, value, tail) = parameter(rest)?;
            parameters.push((name, value));
            rest = tail;
        }
        Some(Self { essence, parameters })
    }

    /// The value of a parameter, quotes removed; `name` in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Whether this is `multipart/mixed` or `multipart/related`.
    pub fn is_multipart(&self) -> bool {
        matches!(self.essence.as_str(), "multipart/mixed" | "multipart/related")
    }
}

/// One `name=value`, and what follows its semicolon.
fn parameter(text: &str) -> Option<(String, String, &str)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim_ascii();
    if !is_token(name) {
        return None;
    }
    let value = value.trim_ascii_start();
    let (value, rest) = match value.strip_prefix('"') {
        Some(quoted) => unquote(quoted)?,
        None => {
            let end = value.find(';').unwrap_or(value.len());
            let (token, rest) = value.split_at(end);
            let token = token.trim_ascii_end();
            (is_token(token).then(|| token.to_owned())?, rest)
        }
    };
    let rest = rest.trim_ascii_start();
    let rest = if rest.is_empty() { rest } else { rest.strip_prefix(';')? };
    Some((name.to_ascii_lowercase(), value, rest.trim_ascii()))
}

/// A quoted-string behind its opening quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte))
}
