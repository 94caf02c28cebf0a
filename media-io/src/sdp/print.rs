//! Our descriptions as text.

use sdp_types::{Connection, Media, MediaType, Origin, RtpMap, Session, TransportProto};

use crate::leg::{Accepted, Direction};

use super::local::LocalMedia;
use super::refusal::Refusal;
use super::stream::{EVENT_NAME, Event};
use super::{crypto, extension};

/// Version in `o=` of the first description of a session.
pub(super) const VERSION_FIRST: u64 = 1;

/// The media of a description of ours, in order.
#[derive(Clone, PartialEq)]
pub(super) struct Lines {
    pub(super) media: Vec<Media>,
    /// Which of them is the audio stream, if there is one.
    pub(super) audio: Option<usize>,
}

/// What our audio line says.
#[derive(Clone, Debug)]
pub(super) struct AudioLine<'a> {
    pub(super) codecs: &'a [Accepted],
    pub(super) events: &'a [Event],
    pub(super) direction: Direction,
    pub(super) packet_ms: u32,
    /// Identifier under which we want to be told how loud packets are.
    pub(super) audio_level: Option<u8>,
    pub(super) profile: &'a str,
    /// Values of `a=crypto`.
    pub(super) crypto: &'a [String],
}

impl AudioLine<'_> {
    pub(super) fn media(&self, rtp_port: u16) -> Media {
        let mut media =
            Media::new(MediaType::Audio, rtp_port, TransportProto::RtpAvp, self.formats());
        media.proto = self.profile.to_owned();
        for accepted in self.codecs {
            let codec = accepted.codec;
            media.add_attribute(RtpMap {
                encoding_params: (codec.channels > 1).then(|| codec.channels.to_string()),
                ..RtpMap::new(accepted.payload_type, codec.name, codec.clock_rate_hz)
            });
            if !codec.fmtp.is_empty() {
                let parameters = format!("{} {}", accepted.payload_type, codec.fmtp);
                media.add_attribute_with_value("fmtp", parameters);
            }
        }
        for event in self.events {
            let keys = if event.flash { "0-16" } else { "0-15" };
            media.add_attribute(RtpMap::new(event.payload_type, EVENT_NAME, event.clock_hz));
            media.add_attribute_with_value("fmtp", format!("{} {keys}", event.payload_type));
        }
        crypto::add(&mut media, self.crypto);
        if let Some(id) = self.audio_level {
            media.add_attribute_with_value("extmap", extension::line(id));
        }
        media.add_attribute_with_value("ptime", self.packet_ms);
        media.add_attribute_from_str(name_of(self.direction));
        media
    }

    fn formats(&self) -> String {
        let codecs = self.codecs.iter().map(|accepted| accepted.payload_type);
        let all = codecs.chain(self.events.iter().map(|event| event.payload_type));
        all.map(|payload_type| payload_type.to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// The answer to a medium that is not wanted: the same line with port 0 (RFC 3264, 6).
pub(super) fn rejected(media: &Media) -> Media {
    Media {
        port: 0,
        num_ports: None,
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
        ..media.clone()
    }
}

/// A whole description.
pub(super) fn print(local: &LocalMedia, version: u64, media: &[Media]) -> Result<Vec<u8>, Refusal> {
    let origin = Origin::with_ip_addr(local.session_id, version, local.ip);
    let mut session = Session::new(origin, "-");
    session.set_connection(Connection::from_ip_addr(local.ip));
    session.add_medias(media.iter().cloned());
    write(&session)
}

/// Writing into memory does not fail; should the library ever find a reason, the description is
/// refused rather than sent in part.
pub(super) fn write(session: &Session) -> Result<Vec<u8>, Refusal> {
    let mut text = Vec::new();
    session
        .write(&mut text)
        .map_err(|error| Refusal::Malformed { line: 0, reason: error.to_string() })?;
    Ok(text)
}

fn name_of(direction: Direction) -> &'static str {
    match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    }
}
