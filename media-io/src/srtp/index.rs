//! The index of a packet: its sequence number, and above it how often that has rolled over.

/// Half of the sequence numbers.
const HALF: u16 = 1 << 15;

/// The index of the packet with this sequence number that is nearest to `last`, the highest one
/// known (RFC 3711, 3.3.1 and appendix A). Before the first rollover there is nothing: a sequence
/// number far above is one far ahead then.
pub(super) fn nearest(last: u64, sequence: u16) -> u64 {
    let (rollovers, before) = (last >> 16, last as u16);
    let rollovers = if before < HALF {
        if sequence.saturating_sub(before) > HALF { rollovers.saturating_sub(1) } else { rollovers }
    } else if before - HALF > sequence {
        rollovers + 1
    } else {
        rollovers
    };
    (rollovers << 16) | u64::from(sequence)
}

/// What the index of the first packet of a source can be. It has not rolled over yet, unless it did
/// while we heard nothing, which was short if the number is low.
pub(super) fn first(sequence: u16) -> [Option<u64>; 2] {
    let sequence = u64::from(sequence);
    [Some(sequence), (sequence < u64::from(HALF)).then_some((1 << 16) | sequence)]
}
