//! One outlet: what is made in a tick and encoded, and what is remembered of it for the next.

use crate::encoder::{Encoder, EncodingId, PAYLOAD_MAX};
use crate::engine::stats::Stats;
use crate::engine::streams::NONE;
use crate::engine::{NEVER, is_previous};
use crate::port::{FRAME_SAMPLES_MAX, Rate};
use crate::signal::crowd::Crowd;
use crate::signal::fade::{self, Ramp};
use crate::signal::level;
use crate::signal::limiter::{Limiter, Outcome};
use crate::signal::noise::NoiseFloor;
use crate::signal::resample::{Filters, Resampler};
use crate::signal::sum::{self, Sum};
use crate::treatment::agc::Agc;
use crate::treatment::rumble::WithoutRumble;

/// Ticks for which two encoders with a memory hear the same before a listener of the one may go over
/// to the other: 200 ms. What the predictors of G.722 remember halves in each tick, and those of Opus
/// forget as quickly.
const ALIKE_TICKS: u8 = 10;

/// In which form something is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Form {
    pub(in crate::engine) rate: Rate,
    pub(in crate::engine) encoding: Option<EncodingId>,
    /// Brought to one loudness.
    pub(in crate::engine) is_levelled: bool,
}

impl Form {
    /// Whether a room of this rate is heard as it is.
    fn is_as_in(self, rate: Rate) -> bool {
        self.rate == rate && !self.is_levelled
    }
}

/// What there is to hear in a room in a tick.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Part<'a> {
    pub(in crate::engine) rate: Rate,
    pub(in crate::engine) sum: &'a [i32],
    /// The same, limited already, if it is a crowd's.
    pub(in crate::engine) crowd: Option<&'a Crowd>,
    /// The listener's own voice, which it does not hear, as it is in the sum.
    pub(in crate::engine) own: Option<(&'a [i16], Ramp)>,
    /// It does not go on where it was in the last tick.
    pub(in crate::engine) jumps: bool,
}

impl<'a> Part<'a> {
    /// The samples to be taken out of the sum, if they are in it without a ramp.
    fn as_it_is(&self) -> Option<&'a [i16]> {
        match self.own {
            None => Some(&[]),
            Some((own, Ramp::FLAT)) => Some(own),
            Some(_) => None,
        }
    }
}

/// One of them.
#[derive(Debug)]
pub(in crate::engine) struct Outlet {
    pub(super) form: Form,
    /// Ears at it; 0 when it is free.
    pub(super) users: u32,
    /// The room whose listeners may share it, or [`NONE`].
    pub(super) room: u32,
    /// The room's next one.
    pub(super) next: u32,
    /// The last tick in which it was made, and the rate of what it was made from.
    made: u64,
    from: Rate,
    memory: Memory,
    /// As it was before that tick.
    before: Memory,
    /// Ticks for which it has been what others hear as well.
    alike: u8,
    pub(super) encoder: Option<Box<dyn Encoder>>,
    frame: [i16; FRAME_SAMPLES_MAX],
    payload: [u8; PAYLOAD_MAX],
    /// The last tick in which it was encoded, and the length of the payload.
    encoded: u64,
    payload_len: usize,
    /// The last tick that the encoder has in its memory.
    remembered: u64,
}

/// What an outlet knows of the ticks before.
#[derive(Clone, Debug)]
struct Memory {
    limiter: Limiter,
    /// It was made from what a crowd's limiter made.
    is_in_crowd: bool,
    /// Where it ended.
    last: i16,
    resampler: Resampler,
    /// How loud what is heard is, and what of it is noise, if it is levelled.
    agc: Agc,
    noise: NoiseFloor,
    without_rumble: WithoutRumble,
}

impl Memory {
    fn none() -> Self {
        Self {
            limiter: Limiter::default(),
            is_in_crowd: false,
            last: 0,
            resampler: Resampler::SILENT,
            agc: Agc::NEW,
            noise: NoiseFloor::UNKNOWN,
            without_rumble: WithoutRumble::SILENT,
        }
    }

    /// Copies what a tick changes: the most of it only where the room is not heard as it is.
    fn copy_from(&mut self, other: &Memory, is_as_it_is: bool) {
        if is_as_it_is {
            (self.limiter, self.is_in_crowd) = (other.limiter, other.is_in_crowd);
            self.last = other.last;
        } else {
            self.clone_from(other);
        }
    }
}

impl Outlet {
    pub(super) fn free() -> Self {
        Self {
            form: Form::default(),
            users: 0,
            room: NONE,
            next: NONE,
            made: NEVER,
            from: Rate::Narrow,
            memory: Memory::none(),
            before: Memory::none(),
            alike: 0,
            encoder: None,
            frame: [0; FRAME_SAMPLES_MAX],
            payload: [0; PAYLOAD_MAX],
            encoded: NEVER,
            payload_len: 0,
            remembered: NEVER,
        }
    }

    /// Begins to be used, by one ear.
    pub(super) fn begin(&mut self, form: Form, encoder: Option<Box<dyn Encoder>>) {
        (self.form, self.users, self.encoder) = (form, 1, encoder);
        (self.memory, self.before, self.alike) = (Memory::none(), Memory::none(), 0);
        (self.made, self.encoded, self.remembered) = (NEVER, NEVER, NEVER);
        self.payload_len = 0;
    }

    /// Goes on where another one of the same form is.
    pub(super) fn go_on_from(&mut self, other: &Outlet) {
        if let (Some(encoder), Some(other)) = (&mut self.encoder, other.encoder.as_deref()) {
            encoder.follow(other);
        }
        (self.made, self.from, self.remembered) = (other.made, other.from, other.remembered);
        self.memory.clone_from(&other.memory);
        self.before.clone_from(&other.before);
    }

    pub(in crate::engine) fn form(&self) -> Form {
        self.form
    }

    /// Whether others may come to it.
    pub(in crate::engine) fn is_shared(&self) -> bool {
        self.room != NONE
    }

    /// The samples of this tick.
    pub(in crate::engine) fn frame(&self) -> &[i16] {
        &self.frame[..self.form.rate.frame_samples()]
    }

    /// The payload of this tick, empty if there is no encoder.
    pub(in crate::engine) fn payload(&self) -> &[u8] {
        &self.payload[..self.payload_len]
    }

    /// Whether going over to another one goes unnoticed, judged by what the last tick left of
    /// both.
    fn is_near(&self, other: &Outlet, tick: u64) -> bool {
        let (own, other) = (self.memory_before(tick), other.memory_before(tick));
        own.limiter.is_near(&other.limiter) && own.agc.is_near(&other.agc)
    }

    /// Whether an ear that has this one for itself can go over to a shared one without anybody's
    /// noticing: their limiters have met, and so have encoders with a memory. To be asked in each
    /// tick in which both are the same.
    pub(super) fn meets(&mut self, shared: &Outlet, tick: u64) -> bool {
        let is_near = self.is_near(shared, tick);
        self.alike = if is_near { self.alike.saturating_add(1) } else { 0 };
        let forgets = self.encoder.as_ref().is_some_and(|encoder| !encoder.is_stateless());
        is_near && (!forgets || self.alike > ALIKE_TICKS)
    }

    fn memory_before(&self, tick: u64) -> &Memory {
        if self.made == tick { &self.before } else { &self.memory }
    }

    /// What is heard here is not what others hear.
    pub(in crate::engine) fn set_apart(&mut self) {
        self.alike = 0;
    }

    /// Makes this tick out of a room's, unless that was done.
    pub(in crate::engine) fn mix(
        &mut self,
        tick: u64,
        part: Part<'_>,
        filters: &Filters,
        stats: &mut Stats,
    ) {
        if self.made == tick {
            return;
        }
        let crowd = self.crowd_in(part);
        let is_otherwise_crowded = self.memory.is_in_crowd != crowd.is_some();
        let other = self.from != part.rate || is_otherwise_crowded || part.jumps;
        let jumps = is_previous(self.made, tick) && other;
        self.begin_tick(tick, part.rate);
        let is_as_it_is = self.form.is_as_in(part.rate);
        self.before.copy_from(&self.memory, is_as_it_is);
        self.memory.is_in_crowd = crowd.is_some();
        let samples = self.form.rate.frame_samples();
        let frame = &mut self.frame[..samples];
        let outcome = match (part.as_it_is(), crowd) {
            (Some(own), Some(crowd)) => {
                self.memory.limiter = crowd.limiter();
                crowd.without(own, frame)
            }
            (Some(own), None) if is_as_it_is => {
                self.memory.limiter.limit_without(part.sum, own, frame)
            }
            _ => self.remake(part, filters),
        };
        let frame = &mut self.frame[..samples];
        if jumps {
            fade::go_on_from(self.memory.last, frame);
        }
        self.memory.last = frame.last().copied().unwrap_or_default();
        stats.count(outcome);
        stats.outlets_mixed += 1;
    }

    /// Takes back this tick, if what it goes on from was made in it before: it is to be made yet, for
    /// an ear whose decoder has heard nothing of that.
    pub(in crate::engine) fn rewind(&mut self, tick: u64) {
        if self.made == tick {
            self.made = tick - 1;
            self.memory.clone_from(&self.before);
        }
        self.remembered = NEVER;
    }

    /// What others have limited already, if that will do.
    fn crowd_in<'a>(&self, part: Part<'a>) -> Option<&'a Crowd> {
        part.crowd.filter(|_| self.form.is_as_in(part.rate) && part.as_it_is().is_some())
    }

    /// At another rate, or to another loudness, or while the own voice fades.
    fn remake(&mut self, part: Part<'_>, filters: &Filters) -> Outcome {
        let samples = self.form.rate.frame_samples();
        let (mut rest, mut own): (Sum, Sum) = ([0; FRAME_SAMPLES_MAX], [0; FRAME_SAMPLES_MAX]);
        let (rest, own) = (&mut rest[..part.sum.len()], &mut own[..samples]);
        rest.copy_from_slice(part.sum);
        if let Some((voice, ramp)) = part.own {
            sum::subtract(rest, voice, ramp);
        }
        self.memory.resampler.convert_sum(filters, (part.rate, rest), (self.form.rate, own));
        if self.form.is_levelled {
            self.level(own);
        }
        self.memory.limiter.limit(own, &mut self.frame[..samples])
    }

    /// Brings what is heard to one loudness. The room may be silent for long without forgetting how
    /// loud it was.
    fn level(&mut self, sum: &mut [i32]) {
        let power = level::power_of_sum(sum);
        let Memory { noise, agc, without_rumble, .. } = &mut self.memory;
        noise.follow(power);
        let is_speech = noise.is_exceeded();
        let power = without_rumble.of_speech(sum, |sample| sample as f32, power, is_speech);
        agc.follow(power, is_speech).level(sum);
    }

    /// Makes this tick a copy of a voice.
    pub(in crate::engine) fn copy(
        &mut self,
        tick: u64,
        (from, voice): (Rate, &[i16]),
        filters: &Filters,
    ) {
        self.begin_tick(tick, from);
        let frame = &mut self.frame[..self.form.rate.frame_samples()];
        self.memory.resampler.convert_voice(filters, (from, voice), (self.form.rate, frame));
    }

    fn begin_tick(&mut self, tick: u64, from: Rate) {
        if !is_previous(self.made, tick) {
            self.memory.limiter = Limiter::default();
        }
        if !is_previous(self.made, tick) || self.from != from {
            self.memory.resampler = Resampler::SILENT;
        }
        (self.made, self.from) = (tick, from);
    }

    /// Makes the payload of this tick, unless that was done.
    pub(in crate::engine) fn encode(&mut self, tick: u64, stats: &mut Stats) {
        if self.encoded == tick || self.form.encoding.is_none() {
            return;
        }
        self.encoded = tick;
        let frame = &self.frame[..self.form.rate.frame_samples()];
        let Some(encoder) = &mut self.encoder else { return };
        if self.remembered != tick && !is_previous(self.remembered, tick) {
            // Its listeners have heard silence since.
            encoder.reset();
        }
        self.remembered = tick;
        self.payload_len = encoder.encode(frame, &mut self.payload).min(PAYLOAD_MAX);
        stats.payloads_encoded += 1;
    }

    /// The payload of other samples than its own, where that does no harm: to the samples of a
    /// single tick in which an ear goes over from one source to another.
    pub(in crate::engine) fn encode_aside(
        &mut self,
        frame: &[i16],
        payload: &mut [u8],
    ) -> Option<usize> {
        let encoder = self.encoder.as_mut().filter(|encoder| encoder.is_stateless())?;
        Some(encoder.encode(frame, payload).min(PAYLOAD_MAX))
    }

    /// The payload of the samples with which an ear leaves it, unless others hear it as well and it
    /// would do harm to them.
    pub(in crate::engine) fn encode_last(
        &mut self,
        frame: &[i16],
        payload: &mut [u8],
    ) -> Option<usize> {
        let alone = self.users == 1;
        let encoder = self.encoder.as_mut().filter(|encoder| alone || encoder.is_stateless())?;
        Some(encoder.encode(frame, payload).min(PAYLOAD_MAX))
    }
}
