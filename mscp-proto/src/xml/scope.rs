//! Cutting an element out of its document so that it stands on its own.
//!
//! The content of `<src>` is handed to a script interpreter later, without the message around it.
//! The namespace declarations in scope are therefore written into its start tag.

use quick_xml::name::{NamespaceResolver, PrefixDeclaration};

/// The namespace declarations in scope at an element that the element does not make itself,
/// as the text to insert behind its name.
pub(super) fn inherited(resolver: &NamespaceResolver) -> String {
    // The element itself is one level below what it inherits.
    let level = resolver.level();
    let own: Vec<&str> =
        resolver.bindings_of(level).map(|(prefix, _)| prefix_of(&prefix)).collect();
    let mut text = String::new();
    for (prefix, namespace) in resolver.bindings() {
        let prefix = prefix_of(&prefix);
        if own.contains(&prefix) {
            continue;
        }
        let colon = if prefix.is_empty() { "" } else { ":" };
        // The declaration is copied as it was written, so only the quote may need an escape.
        let namespace = namespace.into_inner().replace('"', "&quot;");
        text.push_str(&format!(" xmlns{colon}{prefix}=\"{namespace}\""));
    }
    text
}

fn prefix_of<'a>(declaration: &PrefixDeclaration<'a>) -> &'a str {
    match declaration {
        PrefixDeclaration::Default => "",
        PrefixDeclaration::Named(prefix) => prefix,
    }
}
