//! A message on one line, for a person.

/// Longest text that is shown of one attribute's value, in characters.
const VALUE_MAX: usize = 96;

/// What is inside `<request>`, `<response>` or `<notification>`, on one line: without the
/// envelope, without the declaration of the project's prefix `a`, and with long values (a `data:`
/// URI, most likely) cut short.
///
/// ```
/// use mediaserver::client::one_line;
/// let xml = "<mscp version=\"1.0\" xmlns=\"urn:ietf:mscp\">\n  <request>\n    \
///            <unjoin id1=\"a\" id2=\"b\"/>\n  </request>\n</mscp>\n";
/// assert_eq!(one_line(xml), "<unjoin id1=\"a\" id2=\"b\"/>");
/// ```
#[must_use]
pub fn one_line(xml: &str) -> String {
    let words: Vec<&str> = inside(xml).split_whitespace().collect();
    let text = words.join(" ").replace("> <", "><");
    let prefix = format!(" xmlns:a=\"{}\"", mscp_proto::PROJECT_NAMESPACE);
    shorten_values(&text.replace(&prefix, ""))
}

/// The text between the tags of the container, or all of it when there is none.
fn inside(xml: &str) -> &str {
    ["request", "response", "notification"]
        .iter()
        .find_map(|name| {
            let start = xml.find(&format!("<{name}"))?;
            let rest = xml.get(start..)?;
            let open = rest.find('>')? + 1;
            let close = rest.rfind(&format!("</{name}>"))?;
            rest.get(open..close)
        })
        .unwrap_or(xml)
}

fn shorten_values(text: &str) -> String {
    // Outside and inside of quotes alternate: the writer escapes quotes within values.
    let pieces = text.split('"').enumerate().map(|(index, piece)| match index % 2 {
        0 => piece.to_owned(),
        _ => shortened(piece),
    });
    pieces.collect::<Vec<_>>().join("\"")
}

fn shortened(value: &str) -> String {
    let length = value.chars().count();
    if length <= VALUE_MAX {
        return value.to_owned();
    }
    let shown: String = match value.split_once(',') {
        Some((kind, _)) if value.starts_with("data:") => format!("{kind},"),
        _ => value.chars().take(VALUE_MAX / 2).collect(),
    };
    format!("{shown}… {length} characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_data_is_cut_and_layout_is_gone() {
        let xml = format!(
            "<mscp><request id=\"r\">\n <dialogstart src=\"data:audio/wav;base64,{}\">\n  \
             <stream type=\"audio\"/>\n </dialogstart></request></mscp>",
            "A".repeat(200)
        );
        assert_eq!(
            one_line(&xml),
            "<dialogstart src=\"data:audio/wav;base64,… 222 characters\"><stream \
             type=\"audio\"/></dialogstart>"
        );
    }

    #[test]
    fn the_prefix_is_not_declared_on_a_line_for_people() {
        let xml = "<mscp><notification><a:connectionended xmlns:a=\"urn:antiphon:mscp:1\" \
                   reason=\"bye\"/></notification></mscp>";
        assert_eq!(one_line(xml), "<a:connectionended reason=\"bye\"/>");
    }
}
