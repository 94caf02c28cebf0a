//! As much of a packet as is not encrypted and the transform needs.

/// Bytes of the fixed header of RTP (RFC 3550, 5.1).
const RTP_FIXED: usize = 12;

/// Bytes of an RTCP packet that stay in the clear: the first header and its SSRC (RFC 3711, 3.4).
pub(super) const RTCP_CLEAR: usize = 8;

/// Version of both.
const VERSION: u8 = 2;

/// What of an RTP header the transform needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RtpHeader {
    /// Bytes up to the payload: with contributing sources and extension, which stay in the clear.
    pub(super) len: usize,
    pub(super) sequence: u16,
    pub(super) ssrc: u32,
}

impl RtpHeader {
    /// `None` if there is no whole header.
    pub(super) fn parse(packet: &[u8]) -> Option<RtpHeader> {
        let [first, _, s0, s1, _, _, _, _, a, b, c, d, ..] = packet else { return None };
        let sources = usize::from(first & 0x0f);
        let mut len = RTP_FIXED + 4 * sources;
        if first & 0x10 != 0 {
            let [_, _, high, low] = packet.get(len..len + 4)? else { return None };
            len += 4 + 4 * usize::from(u16::from_be_bytes([*high, *low]));
        }
        let whole = first >> 6 == VERSION && len <= packet.len();
        whole.then_some(RtpHeader {
            len,
            sequence: u16::from_be_bytes([*s0, *s1]),
            ssrc: u32::from_be_bytes([*a, *b, *c, *d]),
        })
    }
}

/// The SSRC of an RTCP packet; `None` if it is not even a header.
pub(super) fn rtcp_ssrc(packet: &[u8]) -> Option<u32> {
    let [first, _, _, _, a, b, c, d, ..] = packet else { return None };
    (first >> 6 == VERSION).then_some(u32::from_be_bytes([*a, *b, *c, *d]))
}
