//! The jitter buffer: turns packets as they come into a frame at each tick.
//!
//! Everything is measured on the sender's clock, in samples. A *cursor* stands at the sample that
//! is played next and advances with every tick, whether there is audio or not, so that loss never
//! changes the delay. Three things move it:
//!
//! - playout begins with the packet whose time has come, [`Config::target`] after the quickest of
//!   those that wait; what is older is passed over;
//! - a packet that is the latest of its stream and yet comes too late shows that the stream has
//!   fallen behind: playout begins anew. So it does when more than [`Config::bound`] waits. A
//!   stream that falls behind by habit, because it comes in bursts, is waited for (`headroom`);
//! - when every packet of the last seconds waited two ticks longer than the target, or more, what
//!   is beyond one tick more than the target is passed over.
//!
//! Where packets are missing, what was heard last fades out (`concealment`). All memory is
//! taken at construction.
//!
//! Adaptive targets and time-scaling can take the place of [`JitterBuffer::pull`]'s decisions;
//! the store and the concealment stay.

mod block;
mod concealment;
mod config;
mod headroom;
mod slack;
mod slots;

use mixer::port::{Activity, FRAME_SAMPLES, SAMPLE_RATE_HZ};
use mixer::time::Time;

pub use config::Config;
pub use slots::{PACKET_SAMPLES_MAX, PAYLOAD_MAX};

use crate::codec::Codec;
use crate::rtp::{Sequence, Timestamp};
use block::Block;
use concealment::Concealment;
use headroom::Headroom;
use slack::Slack;
use slots::Slots;

/// Nanoseconds per sample.
const NANOS_PER_SAMPLE: u64 = 1_000_000_000 / SAMPLE_RATE_HZ as u64;

/// Without a packet for this long the next one begins afresh, in samples: one second.
const IDLE_AFTER: usize = SAMPLE_RATE_HZ as usize;

/// An audio packet on its way into the buffer.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// When it reached this host.
    pub arrival: Time,
    /// Its sequence number.
    pub sequence: Sequence,
    /// When its first sample was taken, on the sender's clock.
    pub timestamp: Timestamp,
    /// How to decode it.
    pub codec: &'static Codec,
    /// The encoded audio.
    pub payload: &'a [u8],
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It waits to be played.
    Queued,
    /// Its time had passed, or all that waits is newer.
    Late,
    /// A packet of the same time waits already.
    Duplicate,
    /// It holds no audio, or more than [`PAYLOAD_MAX`] or [`PACKET_SAMPLES_MAX`].
    Unusable,
}

/// What the buffer has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets that came too late.
    pub late: u64,
    /// Packets that waited already.
    pub duplicates: u64,
    /// Packets without usable audio.
    pub unusable: u64,
    /// Samples passed over to bring the delay back.
    pub skipped: u64,
    /// Samples made up in place of missing ones, as long as they could be heard.
    pub concealed: u64,
    /// How often playout began.
    pub starts: u64,
}

/// Reorders, delays and decodes the packets of one source. Engine thread; made elsewhere.
///
/// [`push`](Self::push) takes what arrives, [`pull`](Self::pull) gives what is heard, once per
/// tick; [`reset`](Self::reset) is for a change of source.
#[derive(Debug)]
pub struct JitterBuffer {
    /// [`Config::target`] and [`Config::bound`], in samples.
    target: i64,
    bound: i64,
    slots: Slots,
    state: State,
    newest: Sequence,
    block: Block,
    concealment: Concealment,
    slack: Slack,
    headroom: Headroom,
    delay: i64,
    counters: Counters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has come, or not for long.
    Idle,
    /// Packets wait until the target is reached.
    Filling,
    /// The sample at `cursor` is played next.
    Playing { cursor: Timestamp },
}

impl JitterBuffer {
    /// An empty buffer. Allocates all it will ever need.
    #[must_use]
    pub fn new(config: Config) -> JitterBuffer {
        let bound = samples_in(config.bound.as_nanos());
        JitterBuffer {
            target: samples_in(config.target.as_nanos()),
            bound,
            slots: Slots::new(usize::try_from(bound).unwrap_or(usize::MAX)),
            state: State::Idle,
            newest: Sequence(0),
            block: Block::new(),
            concealment: Concealment::new(),
            slack: Slack::default(),
            headroom: Headroom::default(),
            delay: 0,
            counters: Counters::default(),
        }
    }

    /// Takes a packet. Those of one tick may come in any order.
    pub fn push(&mut self, packet: Packet<'_>) -> Pushed {
        let outcome = self.place(&packet);
        match outcome {
            Pushed::Queued => {}
            Pushed::Late => self.counters.late += 1,
            Pushed::Duplicate => self.counters.duplicates += 1,
            Pushed::Unusable => self.counters.unusable += 1,
        }
        outcome
    }

    /// Fills the frame of the tick at `now`.
    pub fn pull(&mut self, now: Time, frame: &mut [i16]) -> Activity {
        let now = samples_at(now);
        if self.state == State::Filling {
            self.try_start(now);
        }
        match self.state {
            State::Idle => return Activity::Silent,
            State::Filling => self.conceal(frame),
            State::Playing { cursor } => self.play(now, cursor, frame),
        }
        if self.concealment.elapsed() >= IDLE_AFTER && self.slots.is_empty() {
            self.rest();
        }
        if self.concealment.is_silent() { Activity::Silent } else { Activity::Active }
    }

    /// Forgets everything but the counters: the next packet is the first of its stream.
    pub fn reset(&mut self) {
        self.rest();
        self.headroom = Headroom::default();
    }

    /// What was counted since construction.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// From arrival to playout of the packet played last, in samples; 0 before the first.
    #[must_use]
    pub fn delay(&self) -> i64 {
        self.delay
    }

    /// Waits for the stream to begin afresh.
    fn rest(&mut self) {
        self.slots.clear();
        self.state = State::Idle;
        self.block.clear();
        self.concealment.reset();
        self.slack.reset();
        self.delay = 0;
    }

    fn place(&mut self, packet: &Packet<'_>) -> Pushed {
        let samples = (packet.codec.samples_in)(packet.payload);
        if samples == 0 || samples > PACKET_SAMPLES_MAX || packet.payload.len() > PAYLOAD_MAX {
            return Pushed::Unusable;
        }
        let first = self.state == State::Idle;
        let newest = first || packet.sequence.since(self.newest) > 0;
        if let State::Playing { cursor } = self.state {
            let ahead = i64::from(packet.timestamp.since(cursor));
            if ahead < 0 && newest {
                // Later than its time although nothing newer is here: the stream fell behind,
                // or its clock was set back and what still waits belongs to the old one.
                if -ahead <= self.bound {
                    let most = self.bound - self.target - FRAME_SAMPLES as i64;
                    self.headroom.on_fall(samples_at(packet.arrival), -ahead, most);
                }
                self.pass_over_all();
                self.state = State::Filling;
            } else if ahead + samples as i64 <= 0 {
                return Pushed::Late;
            }
        }
        if newest {
            self.newest = packet.sequence;
        }
        if first {
            self.state = State::Filling;
        }
        if !self.make_room(packet.timestamp, samples, newest) {
            return Pushed::Late;
        }
        if self.slots.insert(packet, samples, samples_at(packet.arrival)) {
            Pushed::Queued
        } else {
            Pushed::Duplicate
        }
    }

    /// Sees that what waits, with a packet to come, keeps within the bound and the slots.
    /// Returns `false` if the packet itself is what is too old.
    fn make_room(&mut self, timestamp: Timestamp, samples: usize, newest: bool) -> bool {
        let end = timestamp.plus(samples as u32);
        if let State::Playing { cursor } = self.state
            && i64::from(end.since(cursor)) > self.bound
        {
            self.state = State::Filling;
        }
        while let Some(first) = self.slots.first() {
            let behind = i64::from(first.since(timestamp));
            let span = i64::from(end.since(first));
            if span <= self.bound && behind <= self.bound && !self.slots.is_full() {
                return true;
            }
            if behind >= 0 && !newest {
                return false;
            }
            self.pass_over_first();
        }
        true
    }

    /// Begins to play with the last packet whose time has come.
    fn try_start(&mut self, now: i64) {
        while self.slots.quickest().is_some_and(|quickest| now - quickest > self.bound) {
            self.pass_over_first();
        }
        let wait = self.target + self.headroom.extra();
        let Some(cursor) = self.slots.due(now - wait) else { return };
        while self.slots.first().is_some_and(|first| first != cursor) {
            self.pass_over_first();
        }
        self.block.clear();
        self.concealment.jump();
        self.slack.reset();
        self.counters.starts += 1;
        self.state = State::Playing { cursor };
    }

    fn play(&mut self, now: i64, mut cursor: Timestamp, frame: &mut [i16]) {
        let excess = self.slack.take_excess(self.target);
        if excess > 0 {
            cursor = cursor.plus(excess as u32);
            self.counters.skipped += excess as u64;
            self.headroom.on_excess(excess);
            self.concealment.jump();
        }
        let mut filled = 0;
        while let Some(rest) = frame.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let mut count = self.block.copy(cursor, rest);
            if count > 0 {
                self.concealment.follow(&mut rest[..count]);
            } else if self.load_block(now, filled as i64, cursor) {
                continue;
            } else {
                count = self.gap_after(cursor).min(rest.len());
                self.conceal(&mut rest[..count]);
            }
            cursor = cursor.plus(count as u32);
            filled += count;
        }
        self.state = State::Playing { cursor };
    }

    /// Decodes the packet that holds the sample at the cursor, if it is here.
    fn load_block(&mut self, now: i64, offset: i64, cursor: Timestamp) -> bool {
        while let Some(stored) = self.slots.peek() {
            let ahead = i64::from(stored.timestamp.since(cursor));
            if ahead > 0 {
                return false;
            }
            let reaches = ahead + stored.samples as i64 > 0;
            if reaches {
                self.slack.note(now - stored.arrival);
                self.delay = now + offset + ahead - stored.arrival;
                self.block.decode(stored);
            }
            self.slots.pop();
            if reaches {
                return true;
            }
        }
        false
    }

    /// Samples from the cursor to the next packet that waits.
    fn gap_after(&self, cursor: Timestamp) -> usize {
        let next = self.slots.first().map(|first| first.since(cursor));
        next.and_then(|gap| usize::try_from(gap).ok()).unwrap_or(FRAME_SAMPLES)
    }

    fn conceal(&mut self, samples: &mut [i16]) {
        self.counters.concealed += self.concealment.fill(samples) as u64;
    }

    fn pass_over_first(&mut self) {
        self.counters.skipped += self.slots.peek().map_or(0, |stored| stored.samples as u64);
        self.slots.pop();
        self.concealment.jump();
    }

    fn pass_over_all(&mut self) {
        while !self.slots.is_empty() {
            self.pass_over_first();
        }
    }
}

fn samples_at(time: Time) -> i64 {
    (time.0 / NANOS_PER_SAMPLE) as i64
}

fn samples_in(nanos: u128) -> i64 {
    i64::try_from(nanos / u128::from(NANOS_PER_SAMPLE)).unwrap_or(i64::MAX)
}
