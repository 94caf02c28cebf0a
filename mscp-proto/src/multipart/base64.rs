//! Content-Transfer-Encoding base64 (RFC 2045 6.8).

/// Decodes base64; white space is skipped, padding must be right, other characters are refused.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let symbols: Vec<u8> =
        text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let body = symbols.strip_suffix(b"==").or(symbols.strip_suffix(b"=")).unwrap_or(&symbols);
    if !symbols.len().is_multiple_of(4) || body.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 2);
    for group in body.chunks(4) {
        let mut bits: u32 = 0;
        for symbol in group {
            bits = bits << 6 | u32::from(value(*symbol)?);
        }
        let missing = 4 - group.len();
        let [_, a, b, c] = (bits << (6 * missing)).to_be_bytes();
        bytes.extend([a, b, c].into_iter().take(3 - missing));
    }
    Some(bytes)
}

fn value(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4648 section 10.
    #[test]
    fn decodes_the_vectors_of_the_rfc() {
        let vectors = [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9v\r\nYmFy", "foobar"),
        ];
        for (text, plain) in vectors {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(plain.as_bytes()), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_base64() {
        for text in ["Z", "Zg", "Zg=", "Zm9v=", "Z===", "====", "Zm9!", "Zg==Zg=="] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
