//! The jitter buffer: turns packets as they come into a frame at each tick.
//!
//! Everything is measured on the sender's clock, in its units. A *cursor* stands at the one that is
//! played next and advances with every tick, whether there is audio or not, so that loss never
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
//! Choosing what is played and decoding it are two things. [`JitterBuffer::advance`] moves the
//! cursor and says what the tick holds; [`JitterBuffer::decode`] makes it audible (`line`), or not,
//! where nobody listens: the packets of the last ticks are kept, so that a decoder can begin with
//! what was said just before. Where packets are missing, what was heard last fades out
//! (`concealment`), unless the codec knows better. All memory is taken at construction.
//!
//! Adaptive targets and time-scaling can take the place of [`JitterBuffer::advance`]'s decisions;
//! the store and the decoding stay.

mod clock;
mod concealment;
mod config;
mod decoders;
mod headroom;
mod line;
mod packet;
mod payloads;
mod slack;
mod slots;

use mixer::port::HISTORY_TICKS;
use mixer::time::Time;

pub use config::Config;
pub use decoders::Decoders;
pub use packet::{Content, Counters, Packet, Pushed};
pub use slots::PAYLOAD_MAX;

use crate::rtp::{Sequence, Timestamp};
use clock::Clock;
use concealment::audible_ms;
use headroom::Headroom;
use line::{Chosen, Line};
use slack::Slack;
use slots::{Segment, Slots};

/// Most audio in one packet, in ms: the most that Opus has.
pub const PACKET_MS_MAX: u32 = 120;

/// The clock before the first packet, in Hz.
const CLOCK_HZ_FIRST: u32 = 8_000;

/// Nothing was heard for longer than anything lasts, in units.
const FOR_EVER: i64 = i64::MAX / 2;

/// Reorders, delays and decodes the packets of one source. Engine thread; made elsewhere.
///
/// [`push`](Self::push) takes what arrives. Once per tick [`advance`](Self::advance) says what is
/// to be heard, and [`decode`](Self::decode) gives it.
/// [`reset`](Self::reset) is for a change of source, [`set_decoders`](Self::set_decoders) for one
/// of codecs.
#[derive(Debug)]
pub struct JitterBuffer {
    config: Config,
    clock: Clock,
    slots: Slots,
    state: State,
    newest: Sequence,
    slack: Slack,
    headroom: Headroom,
    /// From arrival to playout of the packet played last, in units.
    delay: i64,
    /// Units since the last real audio.
    missing: i64,
    /// How long a loss can be heard, in units.
    audible: i64,
    /// The level of the last packets, while all of them have one.
    level: Option<u8>,
    /// The cursor was moved since the last tick.
    jumped: bool,
    /// The last ticks, the newest first.
    chosen: [Chosen; HISTORY_TICKS],
    /// So many of the last ticks were not decoded.
    undecoded: usize,
    line: Line,
    counters: Counters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has come, or not for long.
    Idle,
    /// Packets wait until the target is reached.
    Filling,
    /// The unit at `cursor` is played next.
    Playing { cursor: Timestamp },
}

impl JitterBuffer {
    /// An empty buffer. Allocates all it will ever need.
    #[must_use]
    pub fn new(config: Config, decoders: Decoders) -> JitterBuffer {
        JitterBuffer {
            config,
            clock: Clock { hz: CLOCK_HZ_FIRST },
            slots: Slots::new(config.bound),
            state: State::Idle,
            newest: Sequence(0),
            slack: Slack::default(),
            headroom: Headroom::default(),
            delay: 0,
            missing: FOR_EVER,
            audible: 0,
            level: None,
            jumped: false,
            chosen: [Chosen::default(); HISTORY_TICKS],
            undecoded: 0,
            line: Line::new(decoders),
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

    /// Chooses what is heard in the tick at `now`.
    pub fn advance(&mut self, now: Time) -> Content {
        let now = self.clock.at(now);
        if self.state == State::Filling {
            self.try_start(now);
        }
        let cursor = match self.state {
            State::Idle => return Content::Silence,
            State::Filling => None,
            State::Playing { cursor } => Some(self.play(now, cursor)),
        };
        let jumped = cursor.is_some() && std::mem::take(&mut self.jumped);
        let content = self.look_at(cursor);
        let silent = content == Content::Silence;
        self.chosen.rotate_right(1);
        self.chosen[0] = Chosen { cursor, jumped, silent };
        self.undecoded = self.undecoded.saturating_add(1);
        if silent {
            self.pass_silence(0);
        }
        if self.missing >= i64::from(self.clock.hz) && self.slots.is_empty() {
            self.rest();
        }
        content
    }

    /// Decodes what was chosen `age` ticks ago, 0 being the last one, up to [`HISTORY_TICKS`] in
    /// all, the oldest first. The length of `frame` tells the rate that is wanted. Whoever did not
    /// listen until now hears what a decoder makes of it that has just begun, and has a little of
    /// what was before to find its way.
    pub fn decode(&mut self, age: usize, frame: &mut [i16]) {
        let Some(chosen) = self.chosen.get(age).copied() else { return frame.fill(0) };
        self.pass_silence(age + 1);
        if self.undecoded != age + 1 {
            self.line.reset();
            if let Some(cursor) = chosen.cursor {
                self.line.warm_up(&self.slots, cursor);
            }
        }
        self.line.render(&self.slots, chosen, frame);
        self.undecoded = age;
    }

    /// Takes other decoders and gives back what is to be freed elsewhere. A codec that both know
    /// goes on as if nothing had happened.
    pub fn set_decoders(&mut self, decoders: Decoders) -> Decoders {
        self.line.set_decoders(decoders)
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

    /// From arrival to playout of the packet played last, in ms; 0 before the first.
    #[must_use]
    pub fn delay_ms(&self) -> f32 {
        (self.delay as f64 * 1_000.0 / f64::from(self.clock.hz)) as f32
    }

    /// Silent ticks need no decoding, up to the one so long ago.
    fn pass_silence(&mut self, age: usize) {
        while self.undecoded > age
            && self.chosen.get(self.undecoded - 1).is_some_and(|chosen| chosen.silent)
        {
            self.line.rest();
            self.undecoded -= 1;
        }
    }

    /// Waits for the stream to begin afresh.
    fn rest(&mut self) {
        self.slots.clear();
        self.state = State::Idle;
        self.slack.reset();
        self.delay = 0;
        self.missing = FOR_EVER;
        self.level = None;
        self.jumped = false;
        self.chosen = [Chosen::default(); HISTORY_TICKS];
        self.undecoded = 0;
        self.line.reset();
    }

    fn place(&mut self, packet: &Packet<'_>) -> Pushed {
        let units = (packet.codec.units_in)(packet.payload) as i64;
        let most = i64::from(packet.codec.clock_rate_hz / 1_000 * PACKET_MS_MAX);
        if units == 0 || units > most || packet.payload.len() > PAYLOAD_MAX {
            return Pushed::Unusable;
        }
        if packet.codec.clock_rate_hz != self.clock.hz {
            // Timestamps of two clocks cannot be compared (RFC 7160).
            self.reset();
            self.clock.hz = packet.codec.clock_rate_hz;
        }
        let first = self.state == State::Idle;
        let newest = first || packet.sequence.since(self.newest) > 0;
        if let State::Playing { cursor } = self.state {
            let ahead = i64::from(packet.timestamp.since(cursor));
            if ahead < 0 && newest {
                self.on_fall(packet.arrival, -ahead);
            } else if ahead + units <= 0 {
                return Pushed::Late;
            }
        }
        if newest {
            self.newest = packet.sequence;
        }
        if first {
            self.state = State::Filling;
        }
        if !self.make_room(packet.timestamp, units, newest) {
            return Pushed::Late;
        }
        if self.slots.insert(packet, units, self.clock.at(packet.arrival)) {
            Pushed::Queued
        } else {
            Pushed::Duplicate
        }
    }

    /// A packet came later than its time although nothing newer is here: the stream fell behind,
    /// or its clock was set back and what still waits belongs to the old one.
    fn on_fall(&mut self, arrival: Time, behind: i64) {
        if behind <= self.bound() {
            let most = self.bound() - self.target() - self.clock.tick();
            let time = self.clock.at(arrival);
            self.headroom.on_fall(time, self.clock.hz, behind, most);
        }
        while !self.slots.is_empty() {
            self.pass_over_first();
        }
        self.state = State::Filling;
    }

    /// Sees that what waits, with a packet to come, keeps within the bound and the slots.
    /// Returns `false` if the packet itself is what is too old.
    fn make_room(&mut self, timestamp: Timestamp, units: i64, newest: bool) -> bool {
        let end = timestamp.plus(units as u32);
        if let State::Playing { cursor } = self.state
            && i64::from(end.since(cursor)) > self.bound()
        {
            self.state = State::Filling;
        }
        while let Some(first) = self.slots.first() {
            let behind = i64::from(first.since(timestamp));
            let span = i64::from(end.since(first));
            if span <= self.bound() && behind <= self.bound() && !self.slots.is_full() {
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
        while self.slots.quickest().is_some_and(|quickest| now - quickest > self.bound()) {
            self.pass_over_first();
        }
        let wait = self.target() + self.headroom.extra();
        let Some(cursor) = self.slots.due(now - wait, self.clock.tick()) else { return };
        while self.slots.first().is_some_and(|first| first != cursor) {
            self.pass_over_first();
        }
        self.jumped = true;
        self.slack.reset();
        self.counters.starts += 1;
        self.state = State::Playing { cursor };
    }

    /// Moves the cursor on by a tick, and takes the packets that begin in it. Returns where the
    /// tick begins.
    fn play(&mut self, now: i64, mut cursor: Timestamp) -> Timestamp {
        let tick = self.clock.tick();
        let excess = self.slack.take_excess(self.target(), tick);
        if excess > 0 {
            cursor = cursor.plus(excess as u32);
            self.counters.skipped += self.clock.in_48_khz(excess);
            self.headroom.on_excess(excess);
            self.jumped = true;
        }
        while let Some(stored) = self.slots.peek() {
            let ahead = i64::from(stored.timestamp.since(cursor));
            if ahead >= tick {
                break;
            }
            if ahead + stored.units > 0 {
                self.slack.note(now - stored.arrival);
                self.delay = now + ahead - stored.arrival;
            }
            self.slots.pop();
        }
        self.state = State::Playing { cursor: cursor.plus(tick as u32) };
        cursor
    }

    /// What there is in the tick that begins at `cursor`.
    fn look_at(&mut self, cursor: Option<Timestamp>) -> Content {
        let mut level = Loudest::default();
        let mut heard = false;
        let mut at = 0;
        while at < self.clock.tick() {
            let most = self.clock.tick() - at;
            let segment = match cursor {
                Some(cursor) => self.slots.segment(cursor.plus(at as u32), most),
                None => Segment::Gap(most),
            };
            at += match segment {
                Segment::Audio(stored, units) => {
                    level.note(stored.level.filter(|_| stored.codec.costly));
                    let audible = audible_ms(stored.codec.conceals) as i64;
                    self.audible = audible * i64::from(self.clock.hz) / 1_000;
                    self.missing = 0;
                    heard = true;
                    units
                }
                Segment::Gap(units) => {
                    let audible = (self.audible - self.missing).clamp(0, units);
                    self.counters.concealed += self.clock.in_48_khz(audible);
                    self.missing += units;
                    heard |= audible > 0;
                    units
                }
            };
        }
        if let Some(loudest) = level.0 {
            self.level = loudest;
        }
        match (heard, self.level) {
            (false, _) => Content::Silence,
            (true, Some(level)) => Content::Deferrable { level },
            (true, None) => Content::Audio,
        }
    }

    fn pass_over_first(&mut self) {
        let units = self.slots.peek().map_or(0, |stored| stored.units);
        self.counters.skipped += self.clock.in_48_khz(units);
        self.slots.pop();
        self.jumped = true;
    }

    /// [`Config::target`] in units.
    fn target(&self) -> i64 {
        self.clock.units_in(self.config.target)
    }

    /// [`Config::bound`] in units.
    fn bound(&self) -> i64 {
        self.clock.units_in(self.config.bound)
    }
}

/// The loudest of some packets, of which every one has to say how loud it is. Nothing is known
/// before the first.
#[derive(Clone, Copy, Debug, Default)]
struct Loudest(Option<Option<u8>>);

impl Loudest {
    /// Takes a level in dB below the overload point: less is louder.
    fn note(&mut self, level: Option<u8>) {
        self.0 = Some(match self.0 {
            None => level,
            Some(loudest) => loudest.zip(level).map(|(loudest, level)| loudest.min(level)),
        });
    }
}
