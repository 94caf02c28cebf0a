//! ```xml
//! <src>
//!   <vxml version="2.0" xmlns="http://www.w3.org/2001/vxml"> … </vxml>
//! </src>
//! ```
//!
//! The script of a dialog, by reference (`src="…"`) or inline (`<src>`); exactly one of them (4.1).

use crate::error::Fault;
use crate::xml::{Attributes, Element, Writer};

/// The `type` of a script that gives none.
pub const DEFAULT_MIME: &str = "application/voicexml+xml";

/// A dialog script and its MIME type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Script {
    /// The attribute `src`.
    Uri {
        /// Where the document is; any scheme, `cid:` for a part of the same multipart body.
        uri: String,
        /// The attribute `type`, [`DEFAULT_MIME`] unless given.
        mime: String,
    },
    /// The element `<src>`.
    Inline {
        /// The script as an XML document of its own: byte for byte what the request held, with
        /// the namespace declarations that were in scope written into its root element.
        xml: String,
        /// The attribute `type`, [`DEFAULT_MIME`] unless given.
        mime: String,
    },
}

impl Script {
    /// A script by reference with the default MIME type.
    pub fn uri(uri: impl Into<String>) -> Self {
        Self::Uri { uri: uri.into(), mime: DEFAULT_MIME.to_owned() }
    }

    /// The MIME type the request gave or implied.
    pub fn mime(&self) -> &str {
        match self {
            Self::Uri { mime, .. } | Self::Inline { mime, .. } => mime,
        }
    }

    /// Takes `src` and `type`; `inline` are the `<src>` children.
    pub(crate) fn read(
        element: &Element,
        attributes: &mut Attributes<'_>,
        inline: &[&Element],
    ) -> Result<Self, Fault> {
        let mime = attributes.text("type").unwrap_or_else(|| DEFAULT_MIME.to_owned());
        match (attributes.take("src"), inline) {
            (Some(uri), []) => Ok(Self::Uri { uri: uri.as_id()?, mime }),
            (None, [inline]) => Ok(Self::Inline { xml: fragment(inline)?, mime }),
            (None, []) => Err(element.fault(format!(
                "<{}> has no script; give it the attribute src or one element <src>",
                element.name
            ))),
            (Some(_), [inline, ..]) | (None, [_, inline, ..]) => Err(inline.fault(format!(
                "<{}> has more than one script; keep the attribute src or one element <src>",
                element.name
            ))),
        }
    }

    pub(crate) fn uri_attribute(&self) -> Option<&str> {
        match self {
            Self::Uri { uri, .. } => Some(uri),
            Self::Inline { .. } => None,
        }
    }

    pub(crate) fn write_inline(&self, writer: &mut Writer) {
        if let Self::Inline { xml, .. } = self {
            writer.tag("src").content(|writer| writer.verbatim(xml));
        }
    }
}

/// The one foreign element inside `<src>` (section 8).
fn fragment(src: &Element) -> Result<String, Fault> {
    src.attributes().finish()?;
    src.no_children()?;
    let [script] = src.children.as_slice() else {
        return Err(
            src.fault("<src> must hold exactly one element, the script in its own namespace")
        );
    };
    script.fragment.clone().ok_or_else(|| src.unexpected(script))
}
