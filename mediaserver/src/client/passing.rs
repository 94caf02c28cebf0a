//! Looking at the messages of a channel as they pass.

use mscp_proto::Limits;
use mscp_proto::framing::{Decoder, Pdu};
use mscp_proto::multipart::read_body;

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the application server to the media server.
    Sent,
    /// From the media server to the application server.
    Received,
}

/// A message on its way, as it stands on the wire.
#[derive(Clone, Debug)]
pub struct Passing {
    /// Which way.
    pub way: Way,
    /// The XML of the message; of a multipart body, the part that is the message.
    pub xml: String,
    /// How many other parts it brings along.
    pub resources: usize,
}

/// Is called with each message, on the channel's task: it must not block.
pub type Observer = Box<dyn FnMut(Passing) + Send>;

/// Reads both directions of a channel for an observer.
pub(super) struct Watcher {
    observer: Observer,
    limits: Limits,
    sent: Decoder,
    received: Decoder,
}

impl Watcher {
    pub(super) fn new(observer: Observer, limits: Limits) -> Watcher {
        let (sent, received) = (Decoder::new(limits.frame), Decoder::new(limits.frame));
        Watcher { observer, limits, sent, received }
    }

    pub(super) fn see(&mut self, way: Way, bytes: &[u8]) {
        let decoder = match way {
            Way::Sent => &mut self.sent,
            Way::Received => &mut self.received,
        };
        decoder.push(bytes);
        // Framing that is lost is the channel's to report.
        while let Ok(Some(pdu)) = decoder.poll() {
            (self.observer)(passing(way, &pdu, &self.limits));
        }
    }
}

fn passing(way: Way, pdu: &Pdu, limits: &Limits) -> Passing {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match read_body(pdu.content_type.as_deref(), &pdu.body, &limits.multipart) {
        Ok(body) => Passing { way, xml: text(&body.message), resources: body.resources.0.len() },
        Err(_) => Passing { way, xml: text(&pdu.body), resources: 0 },
    }
}
