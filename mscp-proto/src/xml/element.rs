//! One element of a message, and the accounting for its attributes and children.

use super::{MSCP, PROJECT, Wire};
use crate::error::Fault;

/// An element that was read; foreign ones carry no attributes and no children.
#[derive(Debug)]
pub(crate) struct Element {
    /// Namespace, empty for none.
    pub(crate) namespace: String,
    /// Local name.
    pub(crate) name: String,
    /// Attributes in no namespace, and misplaced ones in MSCP's under their prefixed name.
    pub(super) attributes: Vec<Attribute>,
    /// Child elements in order.
    pub(crate) children: Vec<Element>,
    /// Offset of the start tag.
    pub(crate) at: usize,
    /// Offset of the first text that is not white space.
    pub(super) text_at: Option<usize>,
    /// The whole element as a document of its own; kept for the children of `<src>`.
    pub(crate) fragment: Option<String>,
}

/// One attribute, its value already unescaped and normalized.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) at: usize,
}

impl Element {
    pub(crate) fn is_mscp(&self) -> bool {
        self.namespace == MSCP
    }

    pub(crate) fn is_project(&self) -> bool {
        self.namespace == PROJECT
    }

    /// Reads the element as `T`; for a caller that has looked at the name.
    pub(crate) fn read<T: Wire>(&self) -> Result<T, Fault> {
        T::read(self)
    }

    pub(crate) fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault::new(self.at, reason)
    }

    /// The attributes, each to be taken once.
    pub(crate) fn attributes(&self) -> Attributes<'_> {
        Attributes { element: self, left: self.attributes.iter().collect() }
    }

    /// Whether the element spells an attribute out rather than leaving it to its default.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.name == name)
    }

    /// The children that mean something here: those whose namespace is the element's own.
    ///
    /// Foreign ones are ignored (3.3). Text is refused, no element of the schema has any.
    pub(crate) fn known_children(&self) -> Result<impl Iterator<Item = &Element>, Fault> {
        if let Some(at) = self.text_at {
            return Err(Fault::new(at, format!("<{}> holds no text; remove it", self.name)));
        }
        Ok(self.children.iter().filter(|child| child.namespace == self.namespace))
    }

    /// Accounts for an element that has no children of its own namespace.
    pub(crate) fn no_children(&self) -> Result<(), Fault> {
        match self.known_children()?.next() {
            Some(child) => Err(self.unexpected(child)),
            None => Ok(()),
        }
    }

    /// The fault of a child that the schema does not allow here.
    pub(crate) fn unexpected(&self, child: &Element) -> Fault {
        child.fault(format!("<{}> is not allowed inside <{}>; remove it", child.name, self.name))
    }
}

/// The attributes of an element that have not been accounted for yet.
pub(crate) struct Attributes<'e> {
    element: &'e Element,
    left: Vec<&'e Attribute>,
}

impl<'e> Attributes<'e> {
    /// Takes an optional attribute.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'e Attribute> {
        let index = self.left.iter().position(|attribute| attribute.name == name)?;
        Some(self.left.swap_remove(index))
    }

    /// Takes an optional attribute as text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|attribute| attribute.value.clone())
    }

    /// Takes a mandatory attribute; it may be empty.
    pub(crate) fn required(&mut self, name: &str) -> Result<&'e Attribute, Fault> {
        let element = self.element;
        self.take(name).ok_or_else(|| {
            element.fault(format!("<{}> needs the attribute {name}; add it", element.name))
        })
    }

    /// Takes an optional identifier; an empty one names nothing.
    pub(crate) fn id<T: From<String>>(&mut self, name: &str) -> Result<Option<T>, Fault> {
        self.take(name).map(|attribute| attribute.as_id()).transpose()
    }

    /// Takes a mandatory identifier.
    pub(crate) fn required_id<T: From<String>>(&mut self, name: &str) -> Result<T, Fault> {
        self.required(name)?.as_id()
    }

    /// Takes an attribute that was renamed: `alias` is what the draft's examples call it.
    pub(crate) fn aliased(&mut self, name: &str, alias: &str) -> Result<&'e Attribute, Fault> {
        let element = self.element;
        match (self.take(name), self.take(alias)) {
            (Some(canonical), Some(other)) if canonical.value != other.value => {
                Err(element.fault(format!(
                    "<{}> has {name}=\"{}\" and {alias}=\"{}\", two names of one attribute; \
                     keep {name}",
                    element.name, canonical.value, other.value
                )))
            }
            (Some(attribute), _) | (None, Some(attribute)) => Ok(attribute),
            (None, None) => self.required(name),
        }
    }

    /// Takes `true` or `false` (`boolean.datatype`).
    pub(crate) fn boolean(&mut self, name: &str, default: bool) -> Result<bool, Fault> {
        let value = self.one_of(name, &[("true", true), ("false", false)])?;
        Ok(value.unwrap_or(default))
    }

    /// Takes one of the values the draft defines.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        name: &str,
        values: &[(&str, T)],
    ) -> Result<Option<T>, Fault> {
        self.take(name).map(|attribute| attribute.as_one_of(values)).transpose()
    }

    /// Takes an `xsd:nonNegativeInteger` that fits 32 bits.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u32>, Fault> {
        self.take(name).map(Attribute::as_number).transpose()
    }

    /// Ends the accounting: an attribute nobody took is unknown here.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        let Some(attribute) = self.left.into_iter().min_by_key(|attribute| attribute.at) else {
            return Ok(());
        };
        let reason = format!(
            "<{}> has no attribute {}; remove it, or put it in a namespace of its own",
            self.element.name, attribute.name
        );
        Err(Fault::new(attribute.at, reason))
    }
}

impl Attribute {
    pub(crate) fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault::new(self.at, reason)
    }

    pub(crate) fn as_id<T: From<String>>(&self) -> Result<T, Fault> {
        if self.value.is_empty() {
            return Err(self.fault(format!("{} must not be empty", self.name)));
        }
        Ok(T::from(self.value.clone()))
    }

    /// The schema's enumerations are `xsd:NMTOKEN`s: white space around them does not count.
    pub(crate) fn as_one_of<T: Copy>(&self, values: &[(&str, T)]) -> Result<T, Fault> {
        let token = self.value.trim_ascii();
        if let Some((_, value)) = values.iter().find(|(name, _)| *name == token) {
            return Ok(*value);
        }
        let names: Vec<String> = values.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        Err(self.fault(format!("{} must be {}, not \"{token}\"", self.name, names.join(" or "))))
    }

    pub(crate) fn as_number(&self) -> Result<u32, Fault> {
        let token = self.value.trim_ascii();
        let digits = token.strip_prefix('+').unwrap_or(token);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = format!("{} must be a whole number from 0, not \"{token}\"", self.name);
            return Err(self.fault(reason));
        }
        digits.parse().map_err(|_| self.fault(format!("{} may be {} at most", self.name, u32::MAX)))
    }
}
