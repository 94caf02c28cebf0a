//! From bytes to a bounded tree of elements.

use std::borrow::Cow;

use quick_xml::events::attributes::Attribute as XmlAttribute;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::check;
use super::element::{Attribute, Element};
use super::scope;
use super::{MSCP, PROJECT};
use crate::error::Fault;
use crate::limits::XmlLimits;

/// The text of a message: UTF-8 (3.2), a byte order mark removed.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Fault::new(error.valid_up_to(), "the message is not UTF-8, which MSCP requires")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a whole document and returns its root element.
pub(crate) fn read(text: &str, limits: &XmlLimits) -> Result<Element, Fault> {
    if text.len() > limits.bytes {
        let reason = format!(
            "the message has {} bytes, the limit is {}; refer to large scripts by URI",
            text.len(),
            limits.bytes
        );
        return Err(Fault::new(0, reason));
    }
    check::characters(text)?;
    Document::new(text, limits).read()
}

/// The state of one reading: the open elements and what they count to.
struct Document<'x> {
    text: &'x str,
    limits: &'x XmlLimits,
    reader: NsReader<&'x [u8]>,
    open: Vec<Open>,
    elements: usize,
    root: Option<Element>,
}

/// An element whose end tag has not been seen.
struct Open {
    element: Element,
    /// Where the end of the element's name is, and the declarations to insert there.
    fragment: Option<(usize, String)>,
}

impl<'x> Document<'x> {
    fn new(text: &'x str, limits: &'x XmlLimits) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().check_comments = true;
        reader.resolver_mut().set_max_namespace_bindings(limits.namespaces);
        Self { text, limits, reader, open: Vec::new(), elements: 0, root: None }
    }

    fn read(mut self) -> Result<Element, Fault> {
        loop {
            let at = position(self.reader.buffer_position());
            let event = self.reader.read_event().map_err(|error| {
                let at = position(self.reader.error_position()).max(at);
                Fault::new(at, format!("not well-formed XML: {error}"))
            })?;
            if matches!(event, Event::Eof) {
                return self.finish();
            }
            self.event(at, event)?;
        }
    }

    fn event(&mut self, at: usize, event: Event<'x>) -> Result<(), Fault> {
        match event {
            Event::Start(tag) => self.start(at, &tag),
            Event::Empty(tag) => {
                self.start(at, &tag)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(text) => self.characters(at, &text.into_inner()),
            Event::CData(_) => self.text_at(at),
            Event::GeneralRef(reference) => self.reference(at, &reference),
            Event::Comment(_) => Ok(()),
            Event::PI(pi) if pi.target().eq_ignore_ascii_case("xml") => {
                Err(Fault::new(at, "the XML declaration must be the first thing in the message"))
            }
            Event::PI(pi) => check::name(pi.target(), self.limits.name, at),
            Event::Decl(declaration) => self.declaration(at, &declaration),
            Event::DocType(_) => Err(Fault::new(
                at,
                "a document type declaration (DTD) is not accepted; remove <!DOCTYPE>",
            )),
            Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, at: usize, tag: &BytesStart<'x>) -> Result<(), Fault> {
        self.count(at)?;
        let name = tag.name();
        check::name(name.as_ref(), self.limits.name, at)?;
        let (namespace, local) = self.reader.resolver().resolve_element(name);
        let mut element = Element {
            namespace: bound(namespace, at)?.unwrap_or_default(),
            name: local.into_inner().to_owned(),
            attributes: Vec::new(),
            children: Vec::new(),
            at,
            text_at: None,
            fragment: None,
        };
        let attributes = self.attributes(at, tag)?;
        if element.namespace == MSCP || element.namespace == PROJECT {
            element.attributes = attributes;
        }
        let fragment = self
            .stands_in_src(&element)
            .then(|| (at + 1 + name.as_ref().len(), scope::inherited(self.reader.resolver())));
        self.open.push(Open { element, fragment });
        Ok(())
    }

    /// Bounds the depth and the number of elements, and refuses a second root.
    fn count(&mut self, at: usize) -> Result<(), Fault> {
        if self.root.is_some() {
            return Err(Fault::new(at, "a message is one <mscp> element; nothing may follow it"));
        }
        if self.open.len() >= self.limits.depth {
            let depth = self.limits.depth;
            return Err(Fault::new(at, format!("elements may be nested {depth} deep")));
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            let elements = self.limits.elements;
            return Err(Fault::new(at, format!("a message may have {elements} elements")));
        }
        Ok(())
    }

    fn stands_in_src(&self, element: &Element) -> bool {
        let parent = self.open.last().map(|open| &open.element);
        element.namespace != MSCP
            && parent.is_some_and(|parent| parent.is_mscp() && parent.name == "src")
            && self.open.iter().all(|open| open.fragment.is_none())
    }

    /// Checks all attributes; returns those that are not in a foreign namespace.
    fn attributes(&self, at: usize, tag: &BytesStart<'x>) -> Result<Vec<Attribute>, Fault> {
        let mut kept = Vec::new();
        let mut names: Vec<(String, &str)> = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute
                .map_err(|error| Fault::new(at, format!("not well-formed XML: {error}")))?;
            let key = attribute.key.into_inner();
            let at = at + 1 + offset_in(tag, key);
            if names.len() >= self.limits.attributes {
                let max = self.limits.attributes;
                return Err(Fault::new(at, format!("an element may have {max} attributes")));
            }
            check::name(key, self.limits.name, at)?;
            self.check_gap(at, key)?;
            let value = self.value(at, &attribute)?;
            if let Some(prefix) = attribute.key.as_namespace_binding() {
                check::declaration(prefix, &value, at)?;
                names.push((String::new(), ""));
                continue;
            }
            let (namespace, local) = self.reader.resolver().resolve_attribute(attribute.key);
            let namespace = bound(namespace, at)?;
            let expanded = (namespace.clone().unwrap_or_default(), local.into_inner());
            if names.contains(&expanded) {
                return Err(Fault::new(at, format!("the attribute {key} is given twice")));
            }
            names.push(expanded);
            if namespace.is_none_or(|namespace| namespace == MSCP) {
                kept.push(Attribute { name: key.to_owned(), value, at });
            }
        }
        Ok(kept)
    }

    /// The tokenizer does not miss the white space between two attributes, XML does.
    fn check_gap(&self, at: usize, key: &str) -> Result<(), Fault> {
        let before = at.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
        if before.is_some_and(u8::is_ascii_whitespace) {
            return Ok(());
        }
        Err(Fault::new(at, format!("put a space before the attribute {key}")))
    }

    fn value(&self, at: usize, attribute: &XmlAttribute<'_>) -> Result<String, Fault> {
        let name = attribute.key.as_ref();
        if attribute.value.len() > self.limits.value {
            let max = self.limits.value;
            return Err(Fault::new(at, format!("the value of {name} may be {max} bytes long")));
        }
        if attribute.value.contains('<') {
            return Err(Fault::new(at, format!("write < in the value of {name} as &lt;")));
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| {
            let hint = "only the five predefined entities and character references are accepted";
            Fault::new(at, format!("the value of {name} cannot be read: {error}; {hint}"))
        })?;
        if !value.chars().all(check::is_char) {
            let reason = format!("the value of {name} refers to a character XML does not allow");
            return Err(Fault::new(at, reason));
        }
        Ok(value.into_owned())
    }

    fn end(&mut self) {
        let Some(Open { mut element, fragment }) = self.open.pop() else { return };
        let end = position(self.reader.buffer_position());
        if let Some((name_end, declarations)) = fragment {
            let head = self.text.get(element.at..name_end).unwrap_or_default();
            let tail = self.text.get(name_end..end).unwrap_or_default();
            element.fragment = Some(format!("{head}{declarations}{tail}"));
        }
        match self.open.last_mut() {
            None => self.root = Some(element),
            Some(parent) if parent.element.is_mscp() || parent.element.is_project() => {
                parent.element.children.push(element);
            }
            Some(_) => {}
        }
    }

    fn characters(&mut self, at: usize, text: &str) -> Result<(), Fault> {
        if let Some(offset) = text.find("]]>") {
            return Err(Fault::new(at + offset, "write ]]> in text as ]]&gt;"));
        }
        let solid = text.find(|c: char| !matches!(c, ' ' | '\t' | '\r' | '\n'));
        match solid {
            Some(offset) => self.text_at(at + offset),
            None => Ok(()),
        }
    }

    /// Notes text; whether an element may have any is its own affair.
    fn text_at(&mut self, at: usize) -> Result<(), Fault> {
        let Some(open) = self.open.last_mut() else {
            return Err(Fault::new(at, "text outside the <mscp> element; remove it"));
        };
        open.element.text_at.get_or_insert(at);
        Ok(())
    }

    fn reference(&mut self, at: usize, reference: &BytesRef<'_>) -> Result<(), Fault> {
        let character = reference
            .resolve_char_ref()
            .map_err(|error| Fault::new(at, format!("not well-formed XML: {error}")))?;
        let known = match character {
            Some(c) => check::is_char(c),
            None => {
                matches!(reference.xml10_content().as_ref(), "lt" | "gt" | "amp" | "apos" | "quot")
            }
        };
        if !known {
            let reason = format!(
                "&{}; is not accepted; only the five predefined entities and character \
                 references are",
                reference.xml10_content()
            );
            return Err(Fault::new(at, reason));
        }
        self.text_at(at)
    }

    fn declaration(&self, at: usize, declaration: &BytesDecl<'_>) -> Result<(), Fault> {
        let malformed = |error| Fault::new(at, format!("not well-formed XML: {error}"));
        if at != 0 {
            let reason = "the XML declaration must be the first thing in the message";
            return Err(Fault::new(at, reason));
        }
        if declaration.version().map_err(malformed)? != "1.0" {
            return Err(Fault::new(at, "only XML 1.0 is accepted"));
        }
        let Some(encoding) = declaration.encoding() else { return Ok(()) };
        let encoding = encoding.map_err(|error| malformed(error.into()))?;
        if !encoding.eq_ignore_ascii_case("utf-8") {
            return Err(Fault::new(
                at,
                format!("the encoding must be UTF-8 (3.2), not {encoding}"),
            ));
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, Fault> {
        if let Some(open) = self.open.last() {
            let name = &open.element.name;
            return Err(Fault::new(self.text.len(), format!("<{name}> is not closed")));
        }
        self.root.ok_or_else(|| Fault::new(0, "the message is empty; send an <mscp> element"))
    }
}

/// The namespace a prefix stands for; a prefix nobody declared is a fault.
fn bound(namespace: ResolveResult<'_>, at: usize) -> Result<Option<String>, Fault> {
    match namespace {
        ResolveResult::Bound(namespace) => unescape(namespace.into_inner(), at).map(Some),
        ResolveResult::Unbound => Ok(None),
        ResolveResult::Unknown(prefix) => {
            let reason = format!("the prefix {prefix} is not declared; add xmlns:{prefix}=\"...\"");
            Err(Fault::new(at, reason))
        }
    }
}

/// A namespace name as it is meant; the tokenizer keeps it as it was written.
fn unescape(namespace: &str, at: usize) -> Result<String, Fault> {
    let declaration = XmlAttribute { key: QName("xmlns"), value: namespace.into() };
    let name = declaration.normalized_value(XmlVersion::Implicit1_0);
    name.map(Cow::into_owned)
        .map_err(|error| Fault::new(at, format!("the namespace \"{namespace}\": {error}")))
}

/// Where `part`, a slice of the tag's text, begins in it.
fn offset_in(tag: &BytesStart<'_>, part: &str) -> usize {
    let tag: &str = tag;
    (part.as_ptr() as usize).saturating_sub(tag.as_ptr() as usize)
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
