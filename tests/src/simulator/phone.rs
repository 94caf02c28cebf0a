//! What a caller's phone is like, and the session descriptions it writes.

use std::net::{IpAddr, SocketAddr};

use media_io::codec::{Codec, PCMU};

use super::network::Impairment;

/// Payload type under which the phones know telephone-event.
pub const TELEPHONE_EVENT: u8 = 101;

/// A caller's phone. The default speaks PCMU in packets of 20 ms over a perfect line.
#[derive(Clone, Debug)]
pub struct Phone {
    /// The one codec it speaks.
    pub codec: &'static Codec,
    /// Audio in each packet it sends and asks for, in ms.
    pub packet_ms: u32,
    /// Level of its tone, in dBFS.
    pub dbfs: f64,
    /// Whether its INVITE carries an offer; without, its ACK carries the answer (RFC 3725).
    pub offers: bool,
    /// How much faster than the server's its clock runs, in parts per million.
    pub drift_ppm: f64,
    /// Its line to the server.
    pub line: Impairment,
}

impl Default for Phone {
    fn default() -> Phone {
        Phone {
            codec: &PCMU,
            packet_ms: 20,
            dbfs: super::LEVEL_DBFS,
            offers: true,
            drift_ppm: 0.0,
            line: Impairment::default(),
        }
    }
}

impl Phone {
    /// A phone with this codec.
    #[must_use]
    pub fn with_codec(codec: &'static Codec) -> Phone {
        Phone { codec, ..Phone::default() }
    }

    /// A phone with this packet time.
    #[must_use]
    pub fn with_packet_ms(packet_ms: u32) -> Phone {
        Phone { packet_ms, ..Phone::default() }
    }

    /// Its offer or answer, from where it listens; `direction` is an attribute of RFC 3264.
    pub(super) fn describe(&self, at: SocketAddr, version: u32, direction: &str) -> String {
        self.describe_as(at.ip(), at.port(), version, direction)
    }

    /// The hold of RFC 2543: an unspecified address.
    pub(super) fn describe_old_hold(&self, at: SocketAddr, version: u32) -> String {
        self.describe_as(IpAddr::from([0, 0, 0, 0]), at.port(), version, "sendrecv")
    }

    fn describe_as(&self, ip: IpAddr, port: u16, version: u32, direction: &str) -> String {
        let (codec, payload_type) = (self.codec.name, self.payload_type());
        let packet_ms = self.packet_ms;
        format!(
            "v=0\r\no=phone 1 {version} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {payload_type} {TELEPHONE_EVENT}\r\n\
             a=rtpmap:{payload_type} {codec}/8000\r\n\
             a=rtpmap:{TELEPHONE_EVENT} telephone-event/8000\r\n\
             a=fmtp:{TELEPHONE_EVENT} 0-15\r\na=ptime:{packet_ms}\r\na={direction}\r\n"
        )
    }

    pub(super) fn payload_type(&self) -> u8 {
        self.codec.static_payload_type.unwrap()
    }
}

/// Where a session description of the server wants audio sent, `None` when it wants none.
pub(super) fn audio_port(sdp: &[u8]) -> Option<u16> {
    let sdp = String::from_utf8_lossy(sdp);
    let line = sdp.lines().find_map(|line| line.strip_prefix("m=audio "))?;
    let port: u16 = line.split(' ').next()?.parse().ok()?;
    (port != 0).then_some(port)
}
