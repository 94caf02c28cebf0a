//! `name-addr / addr-spec` with its header parameters, as in From, To, Contact and Route.

/// Views into one value: `"Ann" <sip:ann@host;lr>;tag=1` has the uri `sip:ann@host;lr` and the
/// parameters `;tag=1`. Without angle brackets everything after the first semicolon belongs to
/// the header, not to the URI (RFC 3261, section 20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameAddr<'a> {
    pub(crate) uri: &'a str,
    params: &'a str,
}

impl<'a> NameAddr<'a> {
    /// Reads one value; `None` when a bracket or quote is left open.
    pub(crate) fn parse(value: &'a str) -> Option<Self> {
        let value = value.trim();
        let Some(open) = find_unquoted(value, '<') else {
            let end = value.find(';').unwrap_or(value.len());
            return Some(Self { uri: value[..end].trim(), params: &value[end..] });
        };
        let rest = &value[open + 1..];
        let close = rest.find('>')?;
        Some(Self { uri: rest[..close].trim(), params: &rest[close + 1..] })
    }

    /// The value of a header parameter, empty when it has none.
    pub(crate) fn param(&self, name: &str) -> Option<&'a str> {
        param(self.params, name)
    }

    /// The tag, if there is one that is not empty.
    pub(crate) fn tag(&self) -> Option<&'a str> {
        self.param("tag").filter(|tag| !tag.is_empty())
    }
}

/// The value of `;name=value` in a parameter list, empty when it has none.
pub(crate) fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    params.split(';').skip(1).find_map(|param| {
        let (key, value) = param.split_once('=').unwrap_or((param, ""));
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Splits at the commas that stand outside quotes and angle brackets.
pub(crate) fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = find_unquoted(text, ',');
        rest = end.map(|end| &text[end + 1..]);
        Some(text[..end.unwrap_or(text.len())].trim())
    })
    .filter(|element| !element.is_empty())
}

/// The first `wanted` outside a quoted string; a comma must stand outside brackets too.
fn find_unquoted(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !bracketed => quoted = !quoted,
            _ if quoted => {}
            _ if c == wanted && !bracketed => return Some(at),
            '<' => bracketed = true,
            '>' => bracketed = false,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_tag_of_the_header_is_not_the_tag_of_the_uri() {
        let value = r#""A, \"B\" <x>" <sip:a@h;tag=uri>; Tag = own ;x"#;
        let address = NameAddr::parse(value).unwrap();
        assert_eq!(address.uri, "sip:a@h;tag=uri");
        assert_eq!(address.tag(), Some("own"));
        assert_eq!(address.param("x"), Some(""));
    }

    #[test]
    fn a_bare_uri_ends_at_its_first_semicolon() {
        let address = NameAddr::parse("sip:a@h;tag=1").unwrap();
        assert_eq!((address.uri, address.tag()), ("sip:a@h", Some("1")));
        assert_eq!(NameAddr::parse("<sip:a@h"), None);
    }

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let list: Vec<_> = split_list(r#""a,b" <sip:x,y@h>;p, <sip:z>,,"#).collect();
        assert_eq!(list, [r#""a,b" <sip:x,y@h>;p"#, "<sip:z>"]);
    }
}
