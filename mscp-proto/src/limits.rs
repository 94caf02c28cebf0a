//! Every bound the crate keeps, with its default and the arithmetic behind it.
//!
//! Nothing read from the network grows past one of these numbers. All are configuration: a server
//! builds a [`Limits`] from its own settings, a test or a tool takes the default.

/// Longest start-line in bytes. `MSCP/1.0 500 Internal Error` and twenty digits are 48.
pub const START_LINE_BYTES: usize = 256;
/// Longest header part in bytes, start-line included. Two headers are needed; eight kilobytes
/// leave room for what a proxy or a tool may add.
pub const HEADER_BYTES: usize = 8 * 1024;
/// Most header fields in one PDU.
pub const HEADERS: usize = 32;
/// Longest body in bytes: one inline VoiceXML document and a short prompt as a resource.
pub const BODY_BYTES: usize = 4 * 1024 * 1024;

/// Longest XML message in bytes.
pub const XML_BYTES: usize = 1024 * 1024;
/// Deepest nesting of elements. A message needs four levels; an inline script brings its own.
pub const DEPTH: usize = 64;
/// Most elements in one message, foreign ones and those of an inline script included.
pub const ELEMENTS: usize = 20_000;
/// Most attributes on one element.
pub const ATTRIBUTES: usize = 64;
/// Longest element or attribute name in bytes.
pub const NAME_BYTES: usize = 256;
/// Longest attribute value in bytes: a `data:` URI with a short prompt passes.
pub const VALUE_BYTES: usize = 256 * 1024;
/// Most namespace declarations in scope at one place.
pub const NAMESPACES: usize = 64;

/// Most parts of a multipart body.
pub const PARTS: usize = 32;
/// Longest header block of one part in bytes.
pub const PART_HEADER_BYTES: usize = 4 * 1024;

/// Most requests a client has under way on one channel.
pub const PENDING: usize = 4096;

/// The bounds of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bounds of the TCP framing (7.2.2).
    pub frame: FrameLimits,
    /// Bounds of an XML message (3.2).
    pub xml: XmlLimits,
    /// Bounds of a multipart body (7.2.2).
    pub multipart: MultipartLimits,
}

/// Bounds of the TCP framing (7.2.2); each in bytes unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameLimits {
    /// Longest start-line.
    pub start_line: usize,
    /// Longest header part, start-line included.
    pub header_bytes: usize,
    /// Most header fields.
    pub headers: usize,
    /// Longest body.
    pub body: usize,
}

impl Default for FrameLimits {
    fn default() -> Self {
        Self {
            start_line: START_LINE_BYTES,
            header_bytes: HEADER_BYTES,
            headers: HEADERS,
            body: BODY_BYTES,
        }
    }
}

/// Bounds of one XML message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlLimits {
    /// Longest message in bytes.
    pub bytes: usize,
    /// Deepest nesting of elements.
    pub depth: usize,
    /// Most elements.
    pub elements: usize,
    /// Most attributes on one element.
    pub attributes: usize,
    /// Longest element or attribute name in bytes.
    pub name: usize,
    /// Longest attribute value in bytes.
    pub value: usize,
    /// Most namespace declarations in scope.
    pub namespaces: usize,
}

impl Default for XmlLimits {
    fn default() -> Self {
        Self {
            bytes: XML_BYTES,
            depth: DEPTH,
            elements: ELEMENTS,
            attributes: ATTRIBUTES,
            name: NAME_BYTES,
            value: VALUE_BYTES,
            namespaces: NAMESPACES,
        }
    }
}

impl XmlLimits {
    /// No bounds, for text this process wrote itself.
    pub fn unbounded() -> Self {
        Self {
            bytes: usize::MAX,
            depth: usize::MAX,
            elements: usize::MAX,
            attributes: usize::MAX,
            name: usize::MAX,
            value: usize::MAX,
            namespaces: usize::MAX,
        }
    }
}

/// Bounds of one multipart body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultipartLimits {
    /// Most parts.
    pub parts: usize,
    /// Longest header block of a part in bytes.
    pub header_bytes: usize,
}

impl Default for MultipartLimits {
    fn default() -> Self {
        Self { parts: PARTS, header_bytes: PART_HEADER_BYTES }
    }
}
