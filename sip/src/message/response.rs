//! A response to a request of ours.

use std::sync::Arc;

use rsipstack::sip::{Headers, Method};

use super::{is_sdp, list, values};

/// A well-formed response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    /// The branch of the top Via: ours.
    pub(crate) branch: String,
    pub(crate) method: Method,
    /// To as it came, with the peer's tag.
    pub(crate) to: String,
    pub(crate) to_tag: Option<String>,
}

impl Response {
    /// The first value of a header field.
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        values(&self.headers, name).next()
    }

    /// The elements of a comma-separated header field.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        list(&self.headers, name)
    }

    /// The name of the client transaction it answers: branch and method, since a CANCEL shares
    /// the branch of its INVITE.
    pub(crate) fn transaction_key(&self) -> Arc<str> {
        transaction_key(&self.branch, &self.method.to_string())
    }

    /// The session description, if it carries one.
    pub(crate) fn sdp(&self) -> Option<Vec<u8>> {
        let described = self.header("Content-Type").is_some_and(is_sdp);
        (described && !self.body.is_empty()).then(|| self.body.clone())
    }
}

/// The name of the client transaction of a request with this branch and method.
pub(crate) fn transaction_key(branch: &str, method: &str) -> Arc<str> {
    format!("{branch} {method}").into()
}
