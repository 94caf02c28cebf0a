//! The top Via: the name of a transaction and the way back (RFC 3261 section 18.2, RFC 3581).

use std::net::SocketAddr;

use rsipstack::sip::HostWithPort;

use super::name_addr::{param, split_list};

/// The port meant by a Via or URI that names none.
pub(crate) const DEFAULT_PORT: u16 = 5060;
/// Branches made by RFC 3261 begin with this.
const MAGIC_COOKIE: &str = "z9hG4bK";

/// The topmost Via value of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Via {
    /// The value as it came.
    raw: String,
    /// `host[:port]` in lower case.
    pub(crate) sent_by: String,
    host: String,
    port: u16,
    /// The branch; empty when there is none.
    pub(crate) branch: String,
    rport: Option<String>,
}

impl Via {
    /// Reads `SIP/2.0/UDP host:port;params`; spaces may surround the slashes.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let (protocol, rest) = value.split_once('/')?;
        let (version, rest) = rest.split_once('/')?;
        if !protocol.trim().eq_ignore_ascii_case("SIP") || version.trim() != "2.0" {
            return None;
        }
        let (_transport, rest) = rest.trim_start().split_once(char::is_whitespace)?;
        let end = rest.find(';').unwrap_or(rest.len());
        let (sent_by, params) = (rest[..end].trim(), &rest[end..]);
        let address = HostWithPort::try_from(sent_by).ok()?;
        Some(Self {
            raw: value.trim().to_owned(),
            sent_by: sent_by.to_ascii_lowercase(),
            host: address.host.to_string(),
            port: address.port.map_or(DEFAULT_PORT, |port| port.0),
            branch: param(params, "branch").unwrap_or_default().to_owned(),
            rport: param(params, "rport").map(str::to_owned),
        })
    }

    /// Splits the first value off a Via header field that may hold several.
    pub(crate) fn first_and_rest(value: &str) -> Option<(&str, Vec<&str>)> {
        let mut all = split_list(value);
        let first = all.next()?;
        Some((first, all.collect()))
    }

    /// Whether the branch is unique by itself, as RFC 3261 has it.
    pub(crate) fn has_cookie(&self) -> bool {
        self.branch.len() > MAGIC_COOKIE.len()
            && self.branch.get(..MAGIC_COOKIE.len()).is_some_and(|b| b == MAGIC_COOKIE)
    }

    /// Where a response over UDP goes: to the source address, and to the source port when the
    /// client asked for it with `rport`, else to the port it names.
    pub(crate) fn return_address(&self, source: SocketAddr) -> SocketAddr {
        match self.rport {
            Some(_) => source,
            None => SocketAddr::new(source.ip(), self.port),
        }
    }

    /// The value for the response: `received` when the source differs from the sent-by or
    /// `rport` was asked for, and `rport` filled in.
    pub(crate) fn for_response(&self, source: SocketAddr) -> String {
        let ip = source.ip().to_string();
        if self.rport.is_none() && self.host.trim_matches(['[', ']']) == ip {
            return self.raw.clone();
        }
        let mut params = self.raw.split(';');
        let mut value = params.next().unwrap_or_default().trim().to_owned();
        for param in params {
            let name = param.split('=').next().unwrap_or_default().trim();
            if !name.eq_ignore_ascii_case("rport") && !name.eq_ignore_ascii_case("received") {
                value.push(';');
                value.push_str(param.trim());
            }
        }
        value.push_str(";received=");
        value.push_str(&ip);
        if self.rport.is_some() {
            value.push_str(&format!(";rport={}", source.port()));
        }
        value
    }
}

/// A fresh branch for a request of ours.
pub(crate) fn branch(random: &str) -> String {
    format!("{MAGIC_COOKIE}{random}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rport_and_received_are_filled_in() {
        let via = Via::parse("SIP / 2.0 / UDP ann.example:5066 ;rport;branch=z9hG4bKx").unwrap();
        let source = "192.0.2.9:7777".parse().unwrap();
        assert_eq!(via.return_address(source), source);
        assert_eq!(
            via.for_response(source),
            "SIP / 2.0 / UDP ann.example:5066;branch=z9hG4bKx;received=192.0.2.9;rport=7777"
        );
    }

    #[test]
    fn without_rport_the_port_named_in_via_counts() {
        let via = Via::parse("SIP/2.0/UDP 192.0.2.9:5066;branch=1").unwrap();
        let source = "192.0.2.9:7777".parse().unwrap();
        assert_eq!(via.return_address(source), "192.0.2.9:5066".parse().unwrap());
        assert_eq!(via.for_response(source), "SIP/2.0/UDP 192.0.2.9:5066;branch=1");
        assert!(!via.has_cookie());
    }
}
