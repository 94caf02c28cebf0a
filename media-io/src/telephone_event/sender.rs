//! Plays keys one after the other as telephone-events, one packet in each packet time.

use super::payload::Payload;

/// Keys that may wait.
pub const QUEUE_MAX: usize = 64;

/// Shortest press: what every receiver recognises.
const PRESS_MS_MIN: u32 = 100;

/// Shortest pause between two presses.
const PAUSE_MS_MIN: u32 = 50;

/// How often the end of an event is sent (RFC 4733, 2.5.1.4).
const END_PACKETS: u32 = 3;

/// Loudness of the keys we send: -10 dBm0, as telephones do.
const VOLUME: u8 = 10;

/// The keys on their way out. Advances by one packet time with each call of [`Sender::next`].
#[derive(Debug)]
pub struct Sender {
    queue: [u8; QUEUE_MAX],
    head: usize,
    len: usize,
    packet_ms: u32,
    /// The press on the line and the packet times since it began.
    current: Option<(u8, u32)>,
    /// Packet times to go before the next press.
    pause: u32,
}

/// What goes out in a packet time in place of audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The payload.
    pub payload: Payload,
    /// First packet of the press: carries the marker, and its timestamp is that of all others.
    pub first: bool,
}

impl Sender {
    /// A sender in packets of `packet_ms`.
    #[must_use]
    pub fn new(packet_ms: u32) -> Sender {
        let packet_ms = packet_ms.max(1);
        Sender { queue: [0; QUEUE_MAX], head: 0, len: 0, packet_ms, current: None, pause: 0 }
    }

    /// Puts a key behind those that wait; `false` when the queue is full.
    pub fn push(&mut self, event: u8) -> bool {
        if self.len == QUEUE_MAX {
            return false;
        }
        self.queue[(self.head + self.len) % QUEUE_MAX] = event;
        self.len += 1;
        true
    }

    /// Drops every key, the one on the line included. Returns how many there were.
    pub fn clear(&mut self) -> usize {
        let dropped = self.len + usize::from(self.current.is_some());
        self.len = 0;
        self.current = None;
        dropped
    }

    /// Changes the packet time. A press on the line keeps the number of packets it has sent.
    pub fn set_packet_ms(&mut self, packet_ms: u32) {
        self.packet_ms = packet_ms.max(1);
    }

    /// What to send in the next packet time, of `packet_samples` timestamp units; `None` is
    /// audio.
    pub fn next(&mut self, packet_samples: usize) -> Option<Fragment> {
        if self.current.is_none() && self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        let (event, sent) = self.current.or_else(|| self.pop().map(|event| (event, 0)))?;
        let press = PRESS_MS_MIN.div_ceil(self.packet_ms);
        let reported = (sent + 1).min(press);
        let units = u64::from(reported) * packet_samples as u64;
        let payload = Payload {
            event,
            end: sent + 1 >= press,
            volume: VOLUME,
            duration: u16::try_from(units).unwrap_or(u16::MAX),
        };
        self.advance(event, sent + 1, press);
        Some(Fragment { payload, first: sent == 0 })
    }

    /// One more packet of a press is out, of `press` packets and the repeated ends.
    fn advance(&mut self, event: u8, sent: u32, press: u32) {
        let repeats = END_PACKETS - 1;
        if sent < press + repeats {
            self.current = Some((event, sent));
            return;
        }
        self.current = None;
        self.pause = PAUSE_MS_MIN.div_ceil(self.packet_ms).saturating_sub(repeats);
    }

    fn pop(&mut self) -> Option<u8> {
        let event = (self.len > 0).then(|| self.queue[self.head])?;
        self.head = (self.head + 1) % QUEUE_MAX;
        self.len -= 1;
        Some(event)
    }
}
