//! `maxage`, `maxstale`, `enctype`, `method`: how the first document of a dialog is fetched.
//!
//! They matter only for an HTTP `src`, and only for the initial document (4.1).

use std::fmt;

use crate::error::Fault;
use crate::xml::{Attributes, Tag};

/// The `enctype` of a request that gives none.
pub const DEFAULT_ENCTYPE: &str = "application/x-www-form-urlencoded";

/// The attributes that [`FetchHints`] is read from.
pub(crate) const FETCH_ATTRIBUTES: [&str; 4] = ["maxage", "maxstale", "enctype", "method"];

/// How to fetch the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchHints {
    /// HTTP `max-age`, as it was given: the schema has a string, an HTTP cache reads seconds.
    pub maxage: Option<String>,
    /// HTTP `max-stale`, likewise.
    pub maxstale: Option<String>,
    /// Encoding of submitted data; [`DEFAULT_ENCTYPE`] unless given.
    pub enctype: String,
    /// HTTP method; `get` unless given.
    pub method: Method,
}

/// The HTTP method (`method.datatype`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// `get`.
    #[default]
    Get,
    /// `post`.
    Post,
}

impl Default for FetchHints {
    fn default() -> Self {
        Self {
            maxage: None,
            maxstale: None,
            enctype: DEFAULT_ENCTYPE.to_owned(),
            method: Method::Get,
        }
    }
}

impl FetchHints {
    pub(crate) fn read(attributes: &mut Attributes<'_>) -> Result<Self, Fault> {
        let methods = [("get", Method::Get), ("post", Method::Post)];
        Ok(Self {
            maxage: attributes.text("maxage"),
            maxstale: attributes.text("maxstale"),
            enctype: attributes.text("enctype").unwrap_or_else(|| DEFAULT_ENCTYPE.to_owned()),
            method: attributes.one_of("method", &methods)?.unwrap_or_default(),
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "get",
            Self::Post => "post",
        })
    }
}

impl Tag<'_> {
    pub(crate) fn fetch(self, hints: &FetchHints) -> Self {
        self.optional("maxage", hints.maxage.as_ref())
            .optional("maxstale", hints.maxstale.as_ref())
            .unless("enctype", hints.enctype.as_str(), DEFAULT_ENCTYPE)
            .unless("method", hints.method, Method::default())
    }
}
