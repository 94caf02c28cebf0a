//! Outlets: the distinct things that are heard, each made and encoded once in a tick.
//!
//! What a room says to those who do not talk is the same for all who listen at the same rate, in
//! the same encoding, levelled or not: they share an outlet. Who talks hears less than the others,
//! and who listens to another port hears that: each has an outlet alone. An ear keeps its outlet
//! from tick to tick, because everything in it has a memory; nothing is looked up while nothing
//! changes.

use super::encoders::Encoders;
use super::is_previous;
use super::stats::Stats;
use super::streams::NONE;
use crate::encoder::{Encoder, EncodingId, PAYLOAD_MAX};
use crate::port::{FRAME_SAMPLES_MAX, Rate};
use crate::signal::crowd::Crowd;
use crate::signal::fade::{self, Ramp};
use crate::signal::level;
use crate::signal::limiter::{Limiter, Outcome};
use crate::signal::noise::NoiseFloor;
use crate::signal::resample::{Filters, Resampler};
use crate::signal::sum::{self, Sum};
use crate::treatment::agc::Agc;

/// In which form something is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) rate: Rate,
    pub(super) encoding: Option<EncodingId>,
    /// Brought to one loudness.
    pub(super) is_levelled: bool,
}

impl Form {
    /// Whether a room of this rate is heard as it is.
    fn is_as_in(self, rate: Rate) -> bool {
        self.rate == rate && !self.is_levelled
    }
}

/// What there is to hear in a room in a tick.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) rate: Rate,
    pub(super) sum: &'a [i32],
    /// The same, limited already, if it is a crowd's.
    pub(super) crowd: Option<&'a Crowd>,
    /// The listener's own voice, which it does not hear, as it is in the sum.
    pub(super) own: Option<(&'a [i16], Ramp)>,
    /// It does not go on where it was in the last tick.
    pub(super) jumps: bool,
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
pub(super) struct Outlet {
    form: Form,
    /// Ears at it; 0 when it is free.
    users: u32,
    /// The room whose listeners may share it, or [`NONE`].
    room: u32,
    /// The room's next one.
    next: u32,
    /// The last tick in which it was made, and the rate of what it was made from.
    made: u64,
    from: Rate,
    limiter: Limiter,
    /// As it was before that tick.
    limiter_before: Limiter,
    /// It was made from what a crowd's limiter made.
    is_in_crowd: bool,
    resampler: Resampler,
    /// How loud what is heard is, and what of it is noise, if it is levelled.
    agc: Agc,
    noise: NoiseFloor,
    encoder: Option<Box<dyn Encoder>>,
    frame: [i16; FRAME_SAMPLES_MAX],
    payload: [u8; PAYLOAD_MAX],
    /// The last tick in which it was encoded, and the length of the payload.
    encoded: u64,
    payload_len: usize,
    /// The last tick that the encoder has in its memory.
    remembered: u64,
}

impl Outlet {
    fn free() -> Self {
        Self {
            form: Form::default(),
            users: 0,
            room: NONE,
            next: NONE,
            made: super::NEVER,
            from: Rate::Narrow,
            limiter: Limiter::default(),
            limiter_before: Limiter::default(),
            is_in_crowd: false,
            resampler: Resampler::SILENT,
            agc: Agc::NEW,
            noise: NoiseFloor::UNKNOWN,
            encoder: None,
            frame: [0; FRAME_SAMPLES_MAX],
            payload: [0; PAYLOAD_MAX],
            encoded: super::NEVER,
            payload_len: 0,
            remembered: super::NEVER,
        }
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// Whether others may come to it.
    pub(super) fn is_shared(&self) -> bool {
        self.room != NONE
    }

    /// The samples of this tick.
    pub(super) fn frame(&self) -> &[i16] {
        &self.frame[..self.form.rate.frame_samples()]
    }

    /// The payload of this tick, empty if there is no encoder.
    pub(super) fn payload(&self) -> &[u8] {
        &self.payload[..self.payload_len]
    }

    /// Whether going over to another one goes unnoticed, judged by what the last tick left of
    /// both.
    pub(super) fn is_near(&self, other: &Outlet, tick: u64) -> bool {
        let limiter_of = |outlet: &Outlet| {
            if outlet.made == tick { outlet.limiter_before } else { outlet.limiter }
        };
        limiter_of(self).is_near(&limiter_of(other)) && self.agc.is_near(&other.agc)
    }

    /// Makes this tick out of a room's, unless that was done.
    pub(super) fn mix(&mut self, tick: u64, part: Part<'_>, filters: &Filters, stats: &mut Stats) {
        if self.made == tick {
            return;
        }
        let crowd = self.crowd_in(part);
        let other = self.from != part.rate || self.is_in_crowd != crowd.is_some() || part.jumps;
        let jumps = is_previous(self.made, tick) && other;
        self.is_in_crowd = crowd.is_some();
        let last = self.frame().last().copied().unwrap_or_default();
        self.begin_tick(tick, part.rate);
        self.limiter_before = self.limiter;
        let samples = self.form.rate.frame_samples();
        let frame = &mut self.frame[..samples];
        let outcome = match (part.as_it_is(), crowd) {
            (Some(own), Some(crowd)) => {
                self.limiter = crowd.limiter();
                crowd.without(own, frame)
            }
            (Some(own), None) if self.form.is_as_in(part.rate) => {
                self.limiter.limit_without(part.sum, own, frame)
            }
            _ => self.remake(part, filters),
        };
        if jumps {
            fade::go_on_from(last, &mut self.frame[..samples]);
        }
        stats.count(outcome);
        stats.outlets_mixed += 1;
    }

    /// Takes back this tick, if what it goes on from was made in it before: it is to be made yet.
    pub(super) fn rewind(&mut self, tick: u64) {
        if self.made == tick {
            self.made = tick - 1;
            self.limiter = self.limiter_before;
        }
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
        self.resampler.convert_sum(filters, (part.rate, rest), (self.form.rate, own));
        if self.form.is_levelled {
            self.level(own);
        }
        self.limiter.limit(own, &mut self.frame[..samples])
    }

    /// Brings what is heard to one loudness. The room may be silent for long without forgetting how
    /// loud it was.
    fn level(&mut self, sum: &mut [i32]) {
        let power = level::power_of_sum(sum);
        self.noise.follow(power);
        self.agc.follow(power, self.noise.is_exceeded()).level(sum);
    }

    /// Makes this tick a copy of a voice.
    pub(super) fn copy(&mut self, tick: u64, (from, voice): (Rate, &[i16]), filters: &Filters) {
        self.begin_tick(tick, from);
        let frame = &mut self.frame[..self.form.rate.frame_samples()];
        self.resampler.convert_voice(filters, (from, voice), (self.form.rate, frame));
    }

    fn begin_tick(&mut self, tick: u64, from: Rate) {
        if !is_previous(self.made, tick) {
            self.limiter = Limiter::default();
        }
        if !is_previous(self.made, tick) || self.from != from {
            self.resampler = Resampler::SILENT;
        }
        (self.made, self.from) = (tick, from);
    }

    /// Makes the payload of this tick, unless that was done.
    pub(super) fn encode(&mut self, tick: u64, stats: &mut Stats) {
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
    pub(super) fn encode_aside(&mut self, frame: &[i16], payload: &mut [u8]) -> Option<usize> {
        let encoder = self.encoder.as_mut().filter(|encoder| encoder.is_stateless())?;
        Some(encoder.encode(frame, payload).min(PAYLOAD_MAX))
    }

    /// The payload of the samples with which an ear leaves it, unless others hear it as well and it
    /// would do harm to them.
    pub(super) fn encode_last(&mut self, frame: &[i16], payload: &mut [u8]) -> Option<usize> {
        let alone = self.users == 1;
        let encoder = self.encoder.as_mut().filter(|encoder| alone || encoder.is_stateless())?;
        Some(encoder.encode(frame, payload).min(PAYLOAD_MAX))
    }
}

/// All outlets of an engine.
#[derive(Debug)]
pub(super) struct Outlets {
    table: Box<[Outlet]>,
    free: Vec<u32>,
    /// The first shared outlet of each room, by slot.
    first: Box<[u32]>,
    pub(super) encoders: Encoders,
}

impl Outlets {
    /// One for each port is enough: no ear has more.
    pub(super) fn new(ports: usize, rooms: usize) -> Self {
        Self {
            table: (0..ports).map(|_| Outlet::free()).collect(),
            free: (0..ports as u32).rev().collect(),
            first: vec![NONE; rooms].into(),
            encoders: Encoders::new(ports),
        }
    }

    /// The shared outlet of a room in this form, or [`NONE`].
    pub(super) fn find(&self, room: u32, form: Form) -> u32 {
        let mut id = self.first[room as usize];
        while id != NONE && self[id].form != form {
            id = self[id].next;
        }
        id
    }

    /// One more ear comes to a shared outlet.
    pub(super) fn share(&mut self, id: u32) {
        self[id].users += 1;
    }

    /// Lets others come to an outlet that one ear had for itself.
    pub(super) fn publish(&mut self, id: u32, room: u32) {
        let next = std::mem::replace(&mut self.first[room as usize], id);
        (self[id].room, self[id].next) = (room, next);
    }

    /// An outlet for one ear alone, which goes on where that at `like` is, if there is one of the
    /// same form. [`NONE`] when there are none left, which cannot be: each port has one ear.
    pub(super) fn open(&mut self, form: Form, like: u32) -> u32 {
        let Some(id) = self.free.pop() else { return NONE };
        let mut encoder = form.encoding.and_then(|encoding| self.encoders.lend(encoding));
        let like = self.table.get(like as usize).filter(|like| like.form == form);
        if let (Some(encoder), Some(like)) =
            (&mut encoder, like.and_then(|like| like.encoder.as_deref()))
        {
            encoder.follow(like);
        }
        let remembered = like.map_or(super::NEVER, |like| like.remembered);
        let state = like.map(|like| {
            let makings = (like.made, like.from, like.is_in_crowd);
            let limiters = (like.limiter, like.limiter_before);
            (makings, limiters, like.resampler.clone(), like.agc, like.noise, like.frame)
        });
        let outlet = &mut self[id];
        (outlet.agc, outlet.noise) = (Agc::NEW, NoiseFloor::UNKNOWN);
        (outlet.form, outlet.users, outlet.encoder) = (form, 1, encoder);
        (outlet.payload_len, outlet.encoded, outlet.made) = (0, super::NEVER, super::NEVER);
        outlet.remembered = remembered;
        if let Some((makings, limiters, resampler, agc, noise, frame)) = state {
            (outlet.made, outlet.from, outlet.is_in_crowd) = makings;
            (outlet.limiter, outlet.limiter_before) = limiters;
            (outlet.resampler, outlet.frame) = (resampler, frame);
            (outlet.agc, outlet.noise) = (agc, noise);
        }
        id
    }

    /// An ear that shared an outlet hears less than the others from now on: what it had goes with
    /// it. To be done before the outlet is made in this tick.
    pub(super) fn part(&mut self, id: u32) -> u32 {
        if self[id].users == 1 {
            self.unpublish(id);
            return id;
        }
        let own = self.open(self[id].form, id);
        self[id].users -= 1;
        own
    }

    /// One ear less is at it. The last one closes it.
    pub(super) fn leave(&mut self, id: u32) {
        if id == NONE {
            return;
        }
        self[id].users -= 1;
        if self[id].users > 0 {
            return;
        }
        self.unpublish(id);
        if let Some(encoder) = self[id].encoder.take() {
            self.encoders.take_back(encoder);
        }
        self.free.push(id);
    }

    fn unpublish(&mut self, id: u32) {
        let room = std::mem::replace(&mut self[id].room, NONE);
        if room == NONE {
            return;
        }
        let next = std::mem::replace(&mut self[id].next, NONE);
        let mut at = self.first[room as usize];
        if at == id {
            self.first[room as usize] = next;
            return;
        }
        while self[at].next != id {
            at = self[at].next;
        }
        self[at].next = next;
    }
}

impl std::ops::Index<u32> for Outlets {
    type Output = Outlet;

    fn index(&self, id: u32) -> &Outlet {
        &self.table[id as usize]
    }
}

impl std::ops::IndexMut<u32> for Outlets {
    fn index_mut(&mut self, id: u32) -> &mut Outlet {
        &mut self.table[id as usize]
    }
}
