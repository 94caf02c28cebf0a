//! Tells key presses apart, whatever the network and the sender do to their packets.

use super::payload::Payload;
use crate::rtp::{Sequence, Timestamp};

/// The last event code that is a key or the hook flash; tones of modems and trunks lie above.
const EVENT_MAX: u8 = 16;

/// Packets after which an end without a start is a press of its own, even if the key is the
/// same: the end of an event is sent three times (RFC 4733, 2.5.1.4).
const END_REPEATS_MAX: i16 = 3;

/// Packets after which a press is forgotten: long before its sequence number, seen from where
/// the stream has come, would seem to lie ahead.
const MEMORY: i16 = 1_000;

/// Reports each key press once.
///
/// A press is known by its timestamp (RFC 4733, 2.2.1), whichever of its packets comes first.
/// Two habits of senders need more: a timestamp that moves within one press (also the segments
/// of a press longer than 8 s, 2.5.1.3), and one timestamp for several presses.
#[derive(Debug, Default)]
pub struct Receiver {
    last: Option<Seen>,
}

/// The latest packet of the latest press.
#[derive(Clone, Copy, Debug)]
struct Seen {
    event: u8,
    timestamp: Timestamp,
    sequence: Sequence,
    duration: u16,
    ended: bool,
    /// Whether audio has come since.
    interrupted: bool,
}

impl Receiver {
    /// Takes a packet of telephone-event. Returns the event code when it begins a key press.
    pub fn receive(
        &mut self,
        sequence: Sequence,
        timestamp: Timestamp,
        marker: bool,
        payload: Payload,
    ) -> Option<u8> {
        if payload.event > EVENT_MAX {
            return None;
        }
        let now = Seen {
            event: payload.event,
            timestamp,
            sequence,
            duration: payload.duration,
            ended: payload.end,
            interrupted: false,
        };
        let Some(last) = &mut self.last else {
            self.last = Some(now);
            return Some(now.event);
        };
        if sequence.since(last.sequence) <= 0 {
            return None;
        }
        let new_press = last.is_followed_by_new_press(&now, marker);
        let ended = !new_press && last.ended || now.ended;
        *last = Seen { ended, ..now };
        new_press.then_some(now.event)
    }

    /// An audio packet came: a press that it interrupts does not go on at another timestamp.
    pub fn on_audio(&mut self, sequence: Sequence) {
        let Some(last) = &mut self.last else { return };
        let since = sequence.since(last.sequence);
        last.interrupted |= since > 0;
        if since > MEMORY {
            self.last = None;
        }
    }

    /// Forgets the latest press: another source speaks now.
    pub fn reset(&mut self) {
        self.last = None;
    }
}

impl Seen {
    fn is_followed_by_new_press(&self, now: &Seen, marker: bool) -> bool {
        if now.event != self.event {
            return true;
        }
        if now.timestamp == self.timestamp {
            // Only a sender that reuses the timestamp starts over after an end.
            return self.ended && !now.ended && marker && now.duration <= self.duration;
        }
        if self.interrupted {
            return !self.is_segment(now);
        }
        if !self.ended {
            // The end was lost, or this is a further segment, or the timestamp moves by habit.
            return marker || now.duration < self.duration && !self.is_segment(now);
        }
        // A repeated end whose timestamp moved, or a press of which only the end arrived.
        !now.ended || now.sequence.since(self.sequence) > END_REPEATS_MAX
    }

    /// Whether `now` continues a press beyond the range of its duration.
    fn is_segment(&self, now: &Seen) -> bool {
        now.timestamp.since(self.timestamp) == i32::from(u16::MAX)
    }
}
