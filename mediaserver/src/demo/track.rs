//! What a caller said and heard, sample by sample, and when.

use std::time::{Duration, Instant};

use media_io::rtp::Packet;

use super::{FRAME, RATE_HZ};

/// A packet may be this far from the newest before it is taken for another stream's.
const JUMP_MAX: i64 = 10 * RATE_HZ as i64;

/// Sound on a time line that has no gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    pub(super) samples: Vec<i16>,
    /// Where a packet begins, and when it passed; in order.
    passed: Vec<(usize, Instant)>,
}

impl Track {
    /// Appends a frame that passes `at`.
    pub(super) fn push(&mut self, frame: &[i16], at: Instant) {
        self.passed.push((self.samples.len(), at));
        self.samples.extend_from_slice(frame);
    }

    /// When the sample at `position` passed: with its packet, later by its place in it.
    pub(super) fn time_of(&self, position: usize) -> Option<Instant> {
        let after = self.passed.partition_point(|(start, _)| *start <= position);
        let (start, at) = self.passed.get(after.checked_sub(1)?)?;
        Some(*at + playing_time(position - start))
    }

    /// The piece that passed from `from` to `to`.
    pub(super) fn between(&self, from: Instant, to: Instant) -> (usize, &[i16]) {
        let position = |time: Instant| {
            let after = self.passed.partition_point(|(_, at)| *at <= time);
            self.passed.get(after.wrapping_sub(1)).map_or(0, |(start, at)| {
                let within = time.saturating_duration_since(*at).as_secs_f64() * RATE_HZ as f64;
                (start + within as usize).min(self.samples.len())
            })
        };
        let (start, end) = (position(from), position(to));
        (start, self.samples.get(start..end).unwrap_or_default())
    }

    /// How long it plays.
    pub(super) fn duration(&self) -> Duration {
        playing_time(self.samples.len())
    }

    /// Writes at a position, with silence before it where there is nothing yet.
    fn put(&mut self, position: usize, samples: &[i16], at: Instant) {
        let end = position + samples.len();
        if self.samples.len() < end {
            self.samples.resize(end, 0);
        }
        if let Some(place) = self.samples.get_mut(position..end) {
            place.copy_from_slice(samples);
        }
        // One that was overtaken tells nothing about time.
        if self.passed.last().is_none_or(|(last, _)| *last < position) {
            self.passed.push((position, at));
        }
    }
}

/// What came in over RTP, put in order by its time stamps.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    pub(super) track: Track,
    pub(super) packets: u64,
    /// The newest packet: its time stamp, sequence number and position.
    newest: Option<(u32, u16, i64)>,
    /// Sequence numbers from the first to the newest, both included.
    spanned: u64,
}

impl Heard {
    /// Takes a packet of G.711 that arrived `at`.
    pub(super) fn take(&mut self, packet: &Packet<'_>, samples: &[i16], at: Instant) {
        let (timestamp, sequence) = (packet.header.timestamp.0, packet.header.sequence.0);
        let (base, last, position) = self.newest.unwrap_or((timestamp, sequence, 0));
        let place = position + i64::from(timestamp.wrapping_sub(base).cast_signed());
        if (place - position).abs() > JUMP_MAX {
            return;
        }
        // What belongs before the first packet is of no use.
        let Ok(start) = usize::try_from(place) else { return };
        self.packets += 1;
        let steps = sequence.wrapping_sub(last).cast_signed();
        if self.newest.is_none() {
            self.spanned = 1;
        }
        if self.newest.is_none() || steps > 0 {
            self.spanned += u64::from(steps.unsigned_abs());
            self.newest = Some((timestamp, sequence, place));
        }
        self.track.put(start, samples, at);
    }

    /// Packets that were sent and did not come.
    pub(super) fn lost(&self) -> u64 {
        self.spanned.saturating_sub(self.packets)
    }
}

/// How long so many samples play.
pub(super) fn playing_time(samples: usize) -> Duration {
    Duration::from_nanos(samples as u64 * 1_000_000_000 / RATE_HZ as u64)
}

/// How long a frame plays.
pub(super) fn frame_time() -> Duration {
    playing_time(FRAME)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use media_io::rtp::{Header, Sequence, Timestamp};

    use super::*;

    fn packet(number: u16) -> Packet<'static> {
        let header = Header {
            marker: false,
            payload_type: 0,
            sequence: Sequence(65_534_u16.wrapping_add(number)),
            timestamp: Timestamp(u32::MAX.wrapping_add(u32::from(number) * FRAME as u32)),
            ssrc: 1,
        };
        Packet { header, extension: None, payload: &[] }
    }

    #[test]
    fn what_is_lost_is_silent_and_counted_and_time_goes_on() {
        let mut heard = Heard::default();
        let begin = Instant::now();
        for number in [0, 1, 4, 3] {
            let at = begin + frame_time() * u32::from(number);
            heard.take(&packet(number), &[number.cast_signed() + 1; FRAME], at);
        }
        assert_eq!((heard.packets, heard.lost()), (4, 1));
        let track = &heard.track;
        let firsts: Vec<i16> = track.samples.chunks(FRAME).map(|frame| frame[0]).collect();
        assert_eq!(firsts, [1, 2, 0, 4, 5]);
        assert_eq!(track.time_of(4 * FRAME + 8), Some(begin + Duration::from_millis(81)));
        let (start, piece) = track.between(begin + frame_time(), begin + 3 * frame_time() / 2);
        assert_eq!((start, piece), (FRAME, &[2; FRAME / 2][..]));
    }
}
