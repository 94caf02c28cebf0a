//! Printing: one canonical form, indented as in the draft's examples.

use std::fmt::Display;

/// Spaces per level.
const INDENT: usize = 2;

/// Appends elements to a text; escapes all values.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_text(self) -> String {
        self.out
    }

    /// Begins an element; it is complete after [`Tag::empty`] or [`Tag::content`].
    pub(crate) fn tag(&mut self, name: &str) -> Tag<'_> {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        Tag { writer: self, name: name.to_owned() }
    }

    /// Begins an element of the project's namespace, which it declares itself.
    ///
    /// The declaration stands on the element and not on the root, so that a plain MSCP message
    /// never mentions the project.
    pub(crate) fn project_tag(&mut self, name: &str) -> Tag<'_> {
        self.tag(&format!("a:{name}")).attribute("xmlns:a", super::PROJECT)
    }

    /// Appends XML text as it is.
    pub(crate) fn verbatim(&mut self, xml: &str) {
        self.indent();
        self.out.push_str(xml);
        self.out.push('\n');
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n(' ', self.depth * INDENT));
    }
}

/// A start tag that still takes attributes.
#[must_use]
pub(crate) struct Tag<'w> {
    writer: &'w mut Writer,
    name: String,
}

impl Tag<'_> {
    pub(crate) fn attribute(self, name: &str, value: impl Display) -> Self {
        let out = &mut self.writer.out;
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(&value.to_string(), out);
        out.push('"');
        self
    }

    /// Adds an attribute that has a value.
    pub(crate) fn optional(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    /// Adds an attribute whose value is not the schema's default.
    pub(crate) fn unless<T: Display + PartialEq>(self, name: &str, value: T, default: T) -> Self {
        if value == default { self } else { self.attribute(name, value) }
    }

    /// Ends an element without content.
    pub(crate) fn empty(self) {
        self.writer.out.push_str("/>\n");
    }

    /// Ends the start tag, writes the content, and closes the element.
    pub(crate) fn content(self, content: impl FnOnce(&mut Writer)) {
        let writer = self.writer;
        writer.out.push_str(">\n");
        let before = writer.out.len();
        writer.depth += 1;
        content(writer);
        writer.depth -= 1;
        if writer.out.len() == before {
            writer.out.truncate(before - ">\n".len());
            writer.out.push_str("/>\n");
            return;
        }
        writer.indent();
        writer.out.push_str("</");
        writer.out.push_str(&self.name);
        writer.out.push_str(">\n");
    }
}

/// Escapes an attribute value so that reading gives it back, white space included.
fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            // No escape exists for these (XML 1.0, 2.2): a reason that quotes bad input holds them.
            c if !super::check::is_char(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}
