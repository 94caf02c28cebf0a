//! The engine's table of ports.

use super::judge::Judge;
use super::outlets::Form;
use super::streams::NONE;
use super::voice::Voice;
use crate::plan::{Feed, Luggage};
use crate::port::{Port, PortId, Rate};

/// Key presses of one port that are passed on in one tick; real ones last longer than a tick.
const DIGITS_MAX: usize = 8;

/// Keys pressed in one tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Digits {
    tick: u64,
    events: [u8; DIGITS_MAX],
    count: usize,
}

impl Digits {
    /// Adds a key press; `false` when there are too many.
    pub(super) fn push(&mut self, tick: u64, event: u8) -> bool {
        if self.tick != tick {
            *self = Digits { tick, ..Digits::default() };
        }
        let Some(place) = self.events.get_mut(self.count) else { return false };
        *place = event;
        self.count += 1;
        true
    }

    /// Those of this tick alone.
    pub(super) fn only_of(&self, tick: u64) -> Digits {
        if self.tick == tick { *self } else { Digits::default() }
    }

    pub(super) fn all(&self) -> &[u8] {
        &self.events[..self.count]
    }
}

/// What a port listens to, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ear {
    pub(super) feed: Feed,
    /// What it listened to until now, in the tick of the change.
    pub(super) previous: Option<Feed>,
    /// In which form it wants that: the room brought to one loudness, perhaps, and wanted that of the
    /// previous one.
    pub(super) form: Form,
    pub(super) was_levelled: bool,
    /// Its place among the talkers of the rooms in `feed` and `previous`.
    pub(super) own: OwnVoice,
    pub(super) own_previous: OwnVoice,
    /// Where it hears what it hears, or [`NONE`].
    pub(super) outlet: u32,
}

impl Ear {
    const DEAF: Ear = Ear {
        feed: Feed::Nothing,
        previous: None,
        form: Form { rate: Rate::Narrow, encoding: None, is_levelled: false },
        was_levelled: false,
        own: OwnVoice { tick: super::NEVER, talker: 0 },
        own_previous: OwnVoice { tick: super::NEVER, talker: 0 },
        outlet: NONE,
    };
}

impl Ear {
    /// As it was until the change of its source that is to be heard in this tick.
    pub(super) fn before(&self) -> Ear {
        Ear {
            feed: self.previous.unwrap_or(self.feed),
            form: Form { is_levelled: self.was_levelled, ..self.form },
            own: self.own_previous,
            ..*self
        }
    }
}

/// Where a listener finds itself among a room's talkers, if it does so in this tick.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OwnVoice {
    pub(super) tick: u64,
    pub(super) talker: u32,
}

impl OwnVoice {
    pub(super) fn in_tick(self, tick: u64) -> Option<u32> {
        (self.tick == tick).then_some(self.talker)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Occupancy {
    generation: u32,
    state: State,
    /// Place in the list of occupied slots.
    position: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Free,
    Present,
    /// Heard once more, and then gone.
    Leaving,
}

/// Ports by slot, as parallel columns: each stage of a tick touches only what it needs.
pub(super) struct Ports {
    /// The slot that comes first: those of several engines that work together are numbered through.
    first: u32,
    occupancy: Box<[Occupancy]>,
    pub(super) bodies: Box<[Option<Box<dyn Port>>]>,
    pub(super) voices: Box<[Voice]>,
    pub(super) judges: Box<[Judge]>,
    pub(super) ears: Box<[Ear]>,
    pub(super) digits: Box<[Digits]>,
    occupied: Vec<u32>,
    /// Those that take part in the selection of this tick.
    pub(super) audible: Vec<u32>,
}

impl Ports {
    pub(super) fn new(first: u32, capacity: usize) -> Self {
        Self {
            first,
            occupancy: vec![Occupancy::default(); capacity].into(),
            bodies: (0..capacity).map(|_| None).collect(),
            voices: (0..capacity).map(|_| Voice::none()).collect(),
            judges: vec![Judge::NEW; capacity].into(),
            ears: vec![Ear::DEAF; capacity].into(),
            digits: vec![Digits::default(); capacity].into(),
            occupied: Vec::with_capacity(capacity),
            audible: Vec::with_capacity(capacity),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.occupied.len()
    }

    /// Takes body and memory in; leaves them where they are, and says `false`, when the slot is
    /// not free.
    pub(super) fn insert(&mut self, port: PortId, rate: Rate, luggage: &mut Luggage) -> bool {
        let Some(index) = port.slot.checked_sub(self.first) else { return false };
        let slot = index as usize;
        let Some(place) = self.occupancy.get_mut(slot) else { return false };
        if place.state != State::Free || luggage.body.is_none() {
            return false;
        }
        *place = Occupancy {
            generation: port.generation,
            state: State::Present,
            position: self.occupied.len() as u32,
        };
        self.occupied.push(index);
        self.bodies[slot] = luggage.body.take();
        self.voices[slot].begin(rate, &mut luggage.frames);
        self.judges[slot] = Judge::NEW;
        self.ears[slot] = Ear { form: Form { rate, ..Form::default() }, ..Ear::DEAF };
        self.digits[slot] = Digits::default();
        true
    }

    /// From now on the port hears nothing; what it says in this tick is the last of it.
    pub(super) fn begin_leaving(&mut self, port: PortId) -> bool {
        let Some(slot) = self.slot(port) else { return false };
        self.occupancy[slot as usize].state = State::Leaving;
        true
    }

    /// The port is gone; body and memory move into the luggage.
    pub(super) fn remove(&mut self, port: PortId, luggage: &mut Luggage) {
        let Some(slot) = self.slot(port) else { return };
        let place = std::mem::take(&mut self.occupancy[slot as usize]);
        self.occupied.swap_remove(place.position as usize);
        if let Some(moved) = self.occupied.get(place.position as usize) {
            self.occupancy[*moved as usize].position = place.position;
        }
        self.voices[slot as usize].end(&mut luggage.frames);
        luggage.body = self.bodies[slot as usize].take();
    }

    /// A port turns to another source, or wants a room otherwise levelled. Of several changes in one
    /// tick, only the last will be heard.
    pub(super) fn turn(&mut self, slot: u32, feed: Feed, is_levelled: bool) {
        let mut ear = self.ears[slot as usize];
        let before = ear.previous.unwrap_or(ear.feed);
        if ear.previous.is_none() {
            ear.was_levelled = ear.form.is_levelled;
        }
        let is_another = feed != before || feed.is_room() && is_levelled != ear.was_levelled;
        self.count_listener(feed, true);
        self.count_listener(ear.feed, false);
        if is_another != ear.previous.is_some() {
            self.count_listener(before, is_another);
        }
        (ear.feed, ear.form.is_levelled) = (feed, is_levelled);
        ear.previous = is_another.then_some(before);
        self.ears[slot as usize] = ear;
    }

    /// An ear has heard this tick, a change of its source included.
    pub(super) fn settle(&mut self, slot: usize, mut ear: Ear) {
        if let Some(previous) = ear.previous.take() {
            self.count_listener(previous, false);
        }
        self.ears[slot] = ear;
    }

    /// Passes keys on that were pressed on the port which this one listens to.
    pub(super) fn press(&mut self, slot: usize, keys: &Digits) {
        let Some(body) = &mut self.bodies[slot] else { return };
        keys.all().iter().for_each(|key| body.relay_digit(*key));
    }

    fn count_listener(&mut self, feed: Feed, comes: bool) {
        let Feed::Port(port) = feed else { return };
        let Some(slot) = self.slot(port) else { return };
        let listeners = &mut self.voices[slot as usize].listeners;
        *listeners = if comes { *listeners + 1 } else { listeners.saturating_sub(1) };
    }

    /// The slot of a port that exists, counted from this engine's first.
    pub(super) fn slot(&self, port: PortId) -> Option<u32> {
        let slot = port.slot.checked_sub(self.first)?;
        let place = self.occupancy.get(slot as usize)?;
        let same = place.state != State::Free && place.generation == port.generation;
        same.then_some(slot)
    }

    /// The key of whatever port occupies a slot.
    pub(super) fn id(&self, slot: u32) -> PortId {
        PortId { slot: self.first + slot, generation: self.occupancy[slot as usize].generation }
    }

    pub(super) fn is_leaving(&self, slot: u32) -> bool {
        self.occupancy[slot as usize].state == State::Leaving
    }

    /// The detectors of a voice that is mixed in this tick listen to it.
    pub(super) fn judge(&mut self, tick: u64, slot: u32) {
        let has_key = !self.digits_of(slot, tick).all().is_empty();
        let slot = slot as usize;
        self.judges[slot].listen(tick, &self.voices[slot], has_key);
        self.voices[slot].is_clamped = self.judges[slot].clamps();
    }

    /// Keys pressed in this tick by a port.
    pub(super) fn digits_of(&self, slot: u32, tick: u64) -> Digits {
        self.digits[slot as usize].only_of(tick)
    }

    /// The n-th occupied slot, in no particular but always the same order.
    pub(super) fn occupied(&self, index: usize) -> u32 {
        self.occupied[index]
    }
}
