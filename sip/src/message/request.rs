//! A request that passed the reading.

use std::net::SocketAddr;

use rsipstack::sip::Headers;

use super::{Via, is_sdp, list, values};
use crate::hop::Hop;

pub(crate) use rsipstack::sip::Method;

/// A well-formed request and what a user agent asks of it again and again.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) via: Via,
    /// Every Via value, the top one as it goes into the response.
    pub(crate) vias: Vec<String>,
    /// From, To, Call-ID and CSeq as they came.
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) call_id: String,
    pub(crate) from_tag: String,
    pub(crate) to_tag: Option<String>,
    pub(crate) cseq_value: String,
    pub(crate) cseq: u32,
    /// Where it came from and, for TCP, on which connection.
    pub(crate) hop: Hop,
}

impl Request {
    /// The first value of a header field.
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        values(&self.headers, name).next()
    }

    /// The elements of a comma-separated header field.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        list(&self.headers, name)
    }

    /// The session description, if it carries one.
    pub(crate) fn sdp(&self) -> Option<Vec<u8>> {
        let described = self.header("Content-Type").is_some_and(is_sdp);
        (described && !self.body.is_empty()).then(|| self.body.clone())
    }

    /// Where its responses go.
    pub(crate) fn return_hop(&self) -> Hop {
        match self.hop {
            Hop::Udp(source) => Hop::Udp(self.via.return_address(source)),
            Hop::Tcp(_) => self.hop,
        }
    }

    /// The address it came from.
    pub(crate) fn source(&self) -> SocketAddr {
        self.hop.address()
    }

    /// The name of its server transaction (RFC 3261 section 17.2.3), which ACK and CANCEL share
    /// with the INVITE they are about when `method` is INVITE.
    pub(crate) fn transaction_key(&self, method: Method) -> String {
        let Via { sent_by, branch, .. } = &self.via;
        if self.via.has_cookie() {
            return format!("{branch} {sent_by} {method}");
        }
        // RFC 2543: no unique branch, so the whole request has to match.
        let (call_id, from_tag, cseq) = (&self.call_id, &self.from_tag, self.cseq);
        format!("{branch} {sent_by} {method} {call_id} {from_tag} {cseq} {}", self.uri)
    }
}
