//! Codecs: one descriptor each, named as in SDP (RFC 3551, table 4).
//!
//! To add a codec, write one file with its descriptor and name it in [`CODECS`].

mod companding;
mod pcma;
mod pcmu;

pub use pcma::PCMA;
pub use pcmu::PCMU;

/// Every codec the server speaks, the preferred one first.
pub static CODECS: [&Codec; 2] = [&PCMU, &PCMA];

/// What a leg needs to know of a codec.
///
/// The functions are pure, never allocate and never panic: they work on as much as fits both
/// slices. Audio is 8 kHz mono, 16 bit linear, on the engine's side of every codec.
pub struct Codec {
    /// Encoding name as in `a=rtpmap`; compared without regard to case.
    pub name: &'static str,
    /// Payload type fixed by RFC 3551, if it has one.
    pub static_payload_type: Option<u8>,
    /// Clock of the RTP timestamp, in Hz.
    pub clock_rate_hz: u32,
    /// Samples per ms of one channel, on the engine's side.
    pub samples_per_ms: usize,
    /// Encodes samples into `payload`; returns the bytes written.
    pub encode: fn(samples: &[i16], payload: &mut [u8]) -> usize,
    /// Decodes a payload into `samples`; returns the samples written.
    pub decode: fn(payload: &[u8], samples: &mut [i16]) -> usize,
    /// How many samples a payload holds, without decoding it.
    pub samples_in: fn(payload: &[u8]) -> usize,
}

impl Codec {
    /// The codec of this name in SDP, such as `PCMU`, in any case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Codec> {
        CODECS.into_iter().find(|codec| codec.name.eq_ignore_ascii_case(name))
    }

    /// The codec to which RFC 3551 gave this payload type.
    #[must_use]
    pub fn by_static_payload_type(payload_type: u8) -> Option<&'static Codec> {
        CODECS.into_iter().find(|codec| codec.static_payload_type == Some(payload_type))
    }
}

impl PartialEq for Codec {
    fn eq(&self, other: &Codec) -> bool {
        self.name == other.name
    }
}

impl Eq for Codec {}

impl std::fmt::Debug for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Codec({})", self.name)
    }
}
