//! Renditions: what a voice is on its way into rooms, when that is not what was read.
//!
//! A voice that comes at another rate than the room's, or is treated, has a rendition for each rate
//! and treatment that any room asks of it: made once in a tick, and mixed by all those rooms. It
//! lives for as long as it is mixed in each tick.

use super::is_previous;
use super::judge::Judge;
use super::relay::Relayed;
use super::streams::NONE;
use super::voice::Voice;
use crate::port::{FRAME_SAMPLES_MAX, Rate};
use crate::signal::limiter::Limiter;
use crate::signal::resample::{Filters, Resampler};
use crate::signal::sum::Sum;
use crate::topology::Treatment;
use crate::treatment::Gains;

#[derive(Debug)]
struct Rendition {
    /// Whose it is: a port's slot, or a guest's key.
    origin: u32,
    rate: Rate,
    treatment: Treatment,
    /// The origin's next one, while it is in use.
    next: u32,
    /// The last tick in which it was made.
    made: u64,
    /// The rate of what it was made from.
    from: Rate,
    /// A voice that is made louder may go beyond full scale.
    limiter: Limiter,
    resampler: Resampler,
    frame: [i16; FRAME_SAMPLES_MAX],
}

impl Rendition {
    fn free() -> Self {
        Self {
            origin: NONE,
            rate: Rate::Narrow,
            treatment: Treatment::default(),
            next: NONE,
            made: super::NEVER,
            from: Rate::Narrow,
            limiter: Limiter::default(),
            resampler: Resampler::SILENT,
            frame: [0; FRAME_SAMPLES_MAX],
        }
    }

    /// Whether it goes on from the tick before. If not, it begins anew.
    fn goes_on(&mut self, tick: u64, from: Rate) -> bool {
        let goes_on = is_previous(self.made, tick) && self.from == from;
        self.from = from;
        if !goes_on {
            self.resampler = Resampler::SILENT;
        }
        self.made = tick;
        goes_on
    }

    fn make(&mut self, tick: u64, voice: &Voice, judge: &Judge, filters: &Filters) {
        let goes_on = self.goes_on(tick, voice.rate());
        if self.treatment.is_none() {
            return self.convert((voice.rate(), voice.in_rooms()), filters);
        }
        if !goes_on {
            self.limiter = Limiter::default();
        }
        let level = if self.treatment.gain { voice.gains } else { Gains::UNITY };
        let gains = level.times(&judge.gains(self.treatment));
        let mut louder: Sum = [0; FRAME_SAMPLES_MAX];
        let mut treated = [0; FRAME_SAMPLES_MAX];
        let samples = voice.rate().frame_samples();
        let (louder, treated) = (&mut louder[..samples], &mut treated[..samples]);
        gains.shape(voice.in_rooms(), |i, sample| louder[i] = sample);
        self.limiter.limit(louder, treated);
        self.convert((voice.rate(), treated), filters);
    }

    fn convert(&mut self, voice: (Rate, &[i16]), filters: &Filters) {
        let frame = &mut self.frame[..self.rate.frame_samples()];
        self.resampler.convert_voice(filters, voice, (self.rate, frame));
    }
}

/// All renditions of an engine.
#[derive(Debug)]
pub(super) struct Renditions {
    table: Box<[Rendition]>,
    free: Vec<u32>,
    in_use: Vec<u32>,
    /// The first one of each voice, by slot.
    first: Box<[u32]>,
}

impl Renditions {
    /// For so many ports of one's own, and guests with keys below `keys`.
    pub(super) fn new(ports: usize, keys: usize) -> Self {
        Self {
            table: (0..ports).map(|_| Rendition::free()).collect(),
            free: (0..ports as u32).rev().collect(),
            in_use: Vec::with_capacity(ports),
            first: vec![NONE; keys].into(),
        }
    }

    /// What the voice of `origin` is in a room of this rate under this treatment: a rendition, or
    /// [`NONE`] when that is the very tick of the voice.
    pub(super) fn of(
        &mut self,
        tick: u64,
        (origin, voice, judge): (u32, &Voice, &Judge),
        (rate, treatment): (Rate, Treatment),
        filters: &Filters,
    ) -> Option<u32> {
        if rate == voice.rate() && treatment.is_none() {
            return Some(NONE);
        }
        let id = self.find(origin, rate, treatment)?;
        let rendition = &mut self.table[id as usize];
        if rendition.made != tick {
            rendition.make(tick, voice, judge, filters);
        }
        Some(id)
    }

    /// The same of a guest, which was treated where it came from.
    pub(super) fn of_guest(
        &mut self,
        tick: u64,
        (key, guest): (u32, &Relayed),
        rate: Rate,
        filters: &Filters,
    ) -> Option<u32> {
        if rate == guest.rate {
            return Some(NONE);
        }
        let id = self.find(key, rate, Treatment::default())?;
        let rendition = &mut self.table[id as usize];
        if rendition.made != tick {
            rendition.goes_on(tick, guest.rate);
            rendition.convert((guest.rate, guest.frame()), filters);
        }
        Some(id)
    }

    /// The one of this rate and treatment, begun now if there is none yet.
    fn find(&mut self, origin: u32, rate: Rate, treatment: Treatment) -> Option<u32> {
        let mut id = self.first[origin as usize];
        while id != NONE {
            let rendition = &self.table[id as usize];
            if (rendition.rate, rendition.treatment) == (rate, treatment) {
                break;
            }
            id = rendition.next;
        }
        if id == NONE { self.begin(origin, rate, treatment) } else { Some(id) }
    }

    /// The samples of this tick, if there is such a rendition.
    pub(super) fn frame(&self, id: u32) -> Option<&[i16]> {
        let rendition = self.table.get(id as usize)?;
        Some(&rendition.frame[..rendition.rate.frame_samples()])
    }

    fn begin(&mut self, origin: u32, rate: Rate, treatment: Treatment) -> Option<u32> {
        let id = self.free.pop()?;
        self.in_use.push(id);
        let next = std::mem::replace(&mut self.first[origin as usize], id);
        let rendition = &mut self.table[id as usize];
        (rendition.origin, rendition.rate, rendition.treatment) = (origin, rate, treatment);
        (rendition.next, rendition.made) = (next, super::NEVER);
        Some(id)
    }

    /// Ends those that no room mixed in this tick.
    pub(super) fn sweep(&mut self, tick: u64) {
        let mut index = 0;
        while let Some(&id) = self.in_use.get(index) {
            if self.table[id as usize].made == tick {
                index += 1;
                continue;
            }
            self.in_use.swap_remove(index);
            self.unlink(id);
            self.free.push(id);
        }
    }

    fn unlink(&mut self, id: u32) {
        let Rendition { origin, next, .. } = self.table[id as usize];
        let mut at = self.first[origin as usize];
        if at == id {
            self.first[origin as usize] = next;
            return;
        }
        while self.table[at as usize].next != id {
            at = self.table[at as usize].next;
        }
        self.table[at as usize].next = next;
    }
}
