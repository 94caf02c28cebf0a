//! The packets of a compound that a leg cares for, read one by one without allocation.

use rtcp_types::prelude::*;
use rtcp_types::{Bye, ReceiverReport, SenderReport};

use super::{ReportBlock, SenderInfo};

/// Bytes of the header of every RTCP packet.
const HEADER_LEN: usize = 4;

/// Something that was said in a compound packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A source sends, and says when.
    Sender {
        /// Which source.
        ssrc: u32,
        /// What it says about itself.
        info: SenderInfo,
    },
    /// A report on somebody's packets.
    Report(ReportBlock),
    /// A source leaves.
    Bye {
        /// Which source.
        ssrc: u32,
    },
}

/// Calls `each` for every item of a compound packet. Returns `false`, without a call, when the
/// bytes are no sequence of RTCP packets (A.2). Packets of other types, and those that lie about
/// what they hold, are passed over.
pub fn items(bytes: &[u8], mut each: impl FnMut(Item)) -> bool {
    if bytes.is_empty() || !packets(bytes).all(|packet| packet.is_some()) {
        return false;
    }
    for packet in packets(bytes).flatten() {
        if let Ok(report) = SenderReport::parse(packet) {
            each(Item::Sender { ssrc: report.ssrc(), info: info_of(&report) });
            report.report_blocks().for_each(|block| each(Item::Report(block_of(&block))));
        } else if let Ok(report) = ReceiverReport::parse(packet) {
            report.report_blocks().for_each(|block| each(Item::Report(block_of(&block))));
        } else if let Ok(bye) = Bye::parse(packet) {
            bye.ssrcs().for_each(|ssrc| each(Item::Bye { ssrc }));
        }
    }
    true
}

/// Whose compound packet it is: the SSRC that every report begins with (6.4). `None` if it is too
/// short to have one.
#[must_use]
pub fn reporter(bytes: &[u8]) -> Option<u32> {
    let ssrc = bytes.get(HEADER_LEN..)?.first_chunk()?;
    Some(u32::from_be_bytes(*ssrc))
}

/// Splits a compound by the lengths in the headers; the last item is `None` if they do not fit.
fn packets(mut rest: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let packet = first_packet(rest);
        rest = packet.map_or(&[], |packet| &rest[packet.len()..]);
        Some(packet)
    })
}

fn first_packet(bytes: &[u8]) -> Option<&[u8]> {
    let &[first, _, high, low] = bytes.first_chunk::<HEADER_LEN>()?;
    if first >> 6 != 2 {
        return None;
    }
    bytes.get(..HEADER_LEN + 4 * usize::from(u16::from_be_bytes([high, low])))
}

fn info_of(report: &SenderReport<'_>) -> SenderInfo {
    SenderInfo {
        ntp: report.ntp_timestamp(),
        rtp: report.rtp_timestamp(),
        packets: report.packet_count(),
        bytes: report.octet_count(),
    }
}

fn block_of(block: &rtcp_types::ReportBlock<'_>) -> ReportBlock {
    ReportBlock {
        ssrc: block.ssrc(),
        fraction_lost: block.fraction_lost(),
        // The sign is in the highest of 24 bits.
        cumulative_lost: ((block.cumulative_lost() << 8) as i32) >> 8,
        highest_sequence: block.extended_sequence_number(),
        jitter: block.interarrival_jitter(),
        last_sr: block.last_sender_report_timestamp(),
        delay_since_last_sr: block.delay_since_last_sender_report_timestamp(),
    }
}
