//! A dialog: what two user agents remember of each other (RFC 3261 section 12).

use std::net::{IpAddr, SocketAddr};

use rsipstack::sip::{Param, Transport as Carrier, Uri, parse_uri};

use crate::hop::Hop;
use crate::message::{DEFAULT_PORT, NameAddr, Request, Response, Writer};

/// One dialog, or one that an outgoing INVITE hopes for.
#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    pub(crate) call_id: String,
    pub(crate) local_tag: String,
    /// Empty until the peer of an outgoing call has answered.
    pub(crate) remote_tag: String,
    /// The values of From and To in requests of ours, tags included.
    local: String,
    remote: String,
    /// The peer's Contact.
    target: String,
    routes: Vec<String>,
    local_cseq: u32,
    /// CSeq of the peer's last request.
    remote_cseq: Option<u32>,
    /// Where the peer's first message came from.
    hop: Hop,
}

impl Dialog {
    /// The dialog that an incoming INVITE asks for (12.1.1); `None` without a usable Contact.
    pub(crate) fn incoming(invite: &Request, local_tag: String) -> Option<Self> {
        Some(Self {
            call_id: invite.call_id.clone(),
            remote_tag: invite.from_tag.clone(),
            local: format!("{};tag={local_tag}", invite.to),
            remote: invite.from.clone(),
            target: contact(invite.header("Contact")?)?,
            routes: invite.list("Record-Route"),
            local_cseq: 0,
            remote_cseq: Some(invite.cseq),
            hop: invite.hop,
            local_tag,
        })
    }

    /// What is known before an outgoing INVITE is answered.
    pub(crate) fn outgoing(call_id: &str, local_tag: &str, from: &str, to: &str, hop: Hop) -> Self {
        Self {
            call_id: call_id.to_owned(),
            local_tag: local_tag.to_owned(),
            remote_tag: String::new(),
            local: format!("<{from}>;tag={local_tag}"),
            remote: format!("<{to}>"),
            target: to.to_owned(),
            routes: Vec::new(),
            local_cseq: 0,
            remote_cseq: None,
            hop,
        }
    }

    /// The dialog that this 2xx makes of it (12.1.2).
    pub(crate) fn answered(&self, response: &Response) -> Self {
        let mut routes = response.list("Record-Route");
        routes.reverse();
        let target = response.header("Contact").and_then(contact);
        Self {
            remote_tag: response.to_tag.clone().unwrap_or_default(),
            remote: response.to.clone(),
            target: target.unwrap_or_else(|| self.target.clone()),
            routes,
            ..self.clone()
        }
    }

    /// The same with the To of a refusal, for the ACK to it.
    pub(crate) fn acknowledging(&self, refusal: &Response) -> Self {
        Self { remote: refusal.to.clone(), ..self.clone() }
    }

    /// Takes the number of an in-dialog request; `false` when it is out of order (12.2.2).
    pub(crate) fn advance(&mut self, cseq: u32) -> bool {
        let in_order = self.remote_cseq.is_none_or(|last| cseq > last);
        if in_order {
            self.remote_cseq = Some(cseq);
        }
        in_order
    }

    /// A re-INVITE or UPDATE may say that the peer has moved (target refresh).
    pub(crate) fn refresh(&mut self, request: &Request) {
        if let Some(target) = request.header("Contact").and_then(contact) {
            self.target = target;
        }
    }

    /// The same in the 2xx to a re-INVITE of ours.
    pub(crate) fn move_to(&mut self, response: &Response) {
        if let Some(target) = response.header("Contact").and_then(contact) {
            self.target = target;
        }
    }

    /// The number for the next request of ours.
    pub(crate) fn next_cseq(&mut self) -> u32 {
        self.local_cseq += 1;
        self.local_cseq
    }

    /// A request of ours up to its CSeq (12.2.1.1).
    pub(crate) fn request(&self, method: &str, cseq: u32, via: &str) -> Writer {
        let (uri, routes) = self.way();
        let mut writer = Writer::request(method, &uri).header("Via", via);
        for route in &routes {
            writer = writer.header("Route", route);
        }
        writer
            .header("Max-Forwards", "70")
            .header("From", &self.local)
            .header("To", &self.remote)
            .header("Call-ID", &self.call_id)
            .header("CSeq", &format!("{cseq} {method}"))
    }

    /// Where a request of ours goes. `connected` tells whether the TCP connection to this peer
    /// still stands: it is used before any other. A next hop that is a domain name is taken to
    /// be where the peer's first message came from.
    pub(crate) fn next_hop(&self, connected: impl Fn(SocketAddr) -> bool) -> Hop {
        if let Hop::Tcp(peer) = self.hop
            && connected(peer)
        {
            return self.hop;
        }
        let next = self.routes.first().and_then(|route| NameAddr::parse(route));
        let uri = parse_uri(next.map_or(self.target.as_str(), |route| route.uri));
        let Some((address, tcp)) = uri.ok().and_then(|uri| address(&uri)) else {
            return self.hop;
        };
        if tcp || self.hop.is_reliable() { Hop::Tcp(address) } else { Hop::Udp(address) }
    }

    /// Where the first request went or came from.
    pub(crate) fn hop(&self) -> Hop {
        self.hop
    }

    /// Request-URI and Route: loose routing, or strict routing if the first proxy knows no other.
    fn way(&self) -> (String, Vec<String>) {
        let Some((first, others)) = self.routes.split_first() else {
            return (self.target.clone(), Vec::new());
        };
        let Some(first) = NameAddr::parse(first).filter(|first| !is_loose(first.uri)) else {
            return (self.target.clone(), self.routes.clone());
        };
        let mut routes = others.to_vec();
        routes.push(format!("<{}>", self.target));
        (first.uri.to_owned(), routes)
    }
}

/// The URI of a Contact that requests can be sent to.
fn contact(value: &str) -> Option<String> {
    let uri = NameAddr::parse(value)?.uri;
    let sip = ["sip:", "sips:"]
        .iter()
        .any(|s| uri.get(..s.len()).is_some_and(|u| u.eq_ignore_ascii_case(s)));
    let clean = !uri.contains(char::is_whitespace);
    (sip && clean && parse_uri(uri).is_ok()).then(|| uri.to_owned())
}

fn is_loose(uri: &str) -> bool {
    uri.split(';')
        .skip(1)
        .any(|param| param.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("lr")))
}

/// The address in a URI and whether it asks for TCP; `None` for a domain name.
fn address(uri: &Uri) -> Option<(SocketAddr, bool)> {
    let ip = IpAddr::try_from(uri.host_with_port.host.clone()).ok()?;
    let port = uri.host_with_port.port.as_ref().map_or(DEFAULT_PORT, |port| port.0);
    let tcp = uri.params.iter().any(|param| matches!(param, Param::Transport(Carrier::Tcp)));
    Some((SocketAddr::new(ip, port), tcp))
}
