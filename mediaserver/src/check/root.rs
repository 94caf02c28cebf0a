//! The root element of an XML document, without reading the document.

/// The local name of the root element, or `None` where the text is no XML as far as one can see. What
/// stands before it (declaration, comments, document type) is skipped, not judged.
pub(super) fn of(bytes: &[u8]) -> Option<&str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // The document may break off within a character; the root stands long before.
    let text = bytes.utf8_chunks().next()?.valid();
    let mut rest = text.trim_start();
    loop {
        rest = if let Some(after) = rest.strip_prefix("<?") {
            past(after, "?>")?
        } else if let Some(after) = rest.strip_prefix("<!--") {
            past(after, "-->")?
        } else if let Some(after) = rest.strip_prefix("<!") {
            past(after, ">")?
        } else {
            break;
        }
    }
    let tag = rest.strip_prefix('<')?;
    let end = tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
    let name = tag.get(..end)?;
    Some(name.rsplit(':').next().unwrap_or(name)).filter(|name| !name.is_empty())
}

fn past<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    text.split_once(end).map(|(_, rest)| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn what_stands_before_the_root_is_skipped() {
        for (text, root) in [
            ("<mscp/>", Some("mscp")),
            (
                "\u{feff} <?xml version='1.0'?>\n<!-- <a> -->\n<!DOCTYPE x>\n<m:mscp xmlns:m='u'>",
                Some("mscp"),
            ),
            ("<vxml\nversion='2.1'>", Some("vxml")),
            ("<", None),
            ("<>", None),
            ("<!-- never closed", None),
            ("[sip]\nlisten = '<mscp>'", None),
            ("", None),
        ] {
            assert_eq!(of(text.as_bytes()), root, "{text}");
        }
        assert_eq!(of(b"\xff\xfe<mscp>"), None);
    }
}
