//! The well-formedness rules of XML 1.0 that the tokenizer leaves to its caller.

use quick_xml::name::PrefixDeclaration;

use crate::error::Fault;

/// XML 1.0 `Char` (2.2 of that recommendation).
pub(super) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Refuses the document at its first character that XML does not allow.
pub(super) fn characters(text: &str) -> Result<(), Fault> {
    let Some((at, c)) = text.char_indices().find(|(_, c)| !is_char(*c)) else {
        return Ok(());
    };
    Err(Fault::new(at, format!("the character U+{:04X} is not allowed in XML", u32::from(c))))
}

/// Refuses what is not a `QName` with at most one colon, or longer than `max` bytes.
pub(super) fn name(name: &str, max: usize, at: usize) -> Result<(), Fault> {
    if name.len() > max {
        return Err(Fault::new(at, format!("a name may be {max} bytes long; shorten it")));
    }
    let well_formed = match name.split_once(':') {
        Some((prefix, local)) => is_ncname(prefix) && is_ncname(local),
        None => is_ncname(name),
    };
    if !well_formed {
        return Err(Fault::new(at, format!("\"{name}\" is not an XML name")));
    }
    Ok(())
}

/// Refuses to take a prefix back: only the default namespace may be none (XML namespaces 1.0, 5).
pub(super) fn declaration(
    prefix: PrefixDeclaration<'_>,
    namespace: &str,
    at: usize,
) -> Result<(), Fault> {
    match prefix {
        PrefixDeclaration::Named(prefix) if namespace.is_empty() => {
            Err(Fault::new(at, format!("xmlns:{prefix} must not be empty")))
        }
        _ => Ok(()),
    }
}

/// XML `NCName`, the type of an `xsd:ID`; beyond ASCII every letter-like character passes.
pub(crate) fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    let starts_well = chars.next().is_some_and(|c| c == '_' || is_letter(c));
    starts_well
        && chars.all(|c| is_letter(c) || c.is_ascii_digit() || "_-.".contains(c) || c == '\u{b7}')
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (u32::from(c) >= 0xc0 && c != '\u{d7}' && c != '\u{f7}')
}
