//! Voices from one engine to another: how a room that has members at several of them is one room.
//!
//! Each engine chooses among those who speak into a room at its own ports and hands the chosen, tick
//! by tick, to the engines in which the room is heard, each with its level and origin. There they are
//! *guests*: candidates like any other, of which that engine's part of the room chooses again. Nobody
//! hands on a guest, so that a voice reaches each engine once, and mixes never cross: what a talker's
//! own engine subtracts is exactly what it added. A port that is listened to directly from another
//! engine is a guest there too.
//!
//! Whoever comes from another engine is heard one tick later there. The engines run on the same grid
//! of deadlines but not in step: a tick of a voice waits for the deadline after its own, and is
//! dropped when it comes later than that.

use rtrb::{Consumer, Producer, RingBuffer};

use super::ports::Digits;
use super::streams::NONE;
use crate::capacities::RELAYS_MAX;
use crate::plan::{Shard, Shards};
use crate::port::{FRAME_SAMPLES_MAX, PortId, Rate};
use crate::room::RoomId;
use crate::signal::level::Level;
use crate::time::{TICK, Time};

/// One tick of a voice on its way.
#[derive(Debug)]
pub(super) struct Relayed {
    /// The deadline of the tick in which it was said.
    pub(super) said: Time,
    pub(super) origin: PortId,
    pub(super) to: To,
    pub(super) rate: Rate,
    pub(super) level: Level,
    pub(super) speaks: bool,
    /// It was chosen a moment ago and keeps its place for a while.
    pub(super) held: bool,
    /// It held nothing before, so that it may begin without a ramp.
    pub(super) begins: bool,
    pub(super) frame: [i16; FRAME_SAMPLES_MAX],
}

/// What a relayed voice is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum To {
    /// This room, as one who stays or as one who is leaving.
    Room { room: RoomId, preferred: bool, stays: bool },
    /// Whoever listens directly; with the keys that were pressed.
    Listeners { digits: Digits, sounds: bool },
}

/// A relayed voice that has arrived.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) voice: Relayed,
    /// The room's next one.
    pub(super) next: u32,
}

/// An engine's ends of the rings to and from the others.
#[derive(Debug, Default)]
pub(super) struct Relay {
    /// By shard; none to itself.
    to: Vec<Option<Producer<Relayed>>>,
    from: Vec<Consumer<Relayed>>,
    /// Those who are here in this tick.
    guests: Vec<Guest>,
    /// Those of them that are for who listens directly, by origin.
    direct: Vec<(PortId, u32)>,
    guests_max: usize,
    pub(super) sent: u64,
    pub(super) dropped: u64,
    pub(super) late: u64,
}

impl Relay {
    /// One for each of several engines, all joined to one another.
    pub(super) fn between(shards: usize) -> Vec<Relay> {
        let guests_max = RELAYS_MAX * (shards - 1);
        let mut relays: Vec<Relay> = (0..shards)
            .map(|_| Relay {
                to: (0..shards).map(|_| None).collect(),
                guests: Vec::with_capacity(guests_max),
                direct: Vec::with_capacity(guests_max),
                guests_max,
                ..Relay::default()
            })
            .collect();
        for one in 0..shards {
            for other in (0..shards).filter(|other| *other != one) {
                // Twice, because the one may be a tick ahead of the other.
                let (to, from) = RingBuffer::new(2 * RELAYS_MAX);
                relays[one].to[other] = Some(to);
                relays[other].from.push(from);
            }
        }
        relays
    }

    /// Takes in those whose time has come. What was said in the tick of this deadline waits in its
    /// ring for the next; what was said before the last one comes too late.
    pub(super) fn receive(&mut self, now: Time) {
        self.guests.clear();
        self.direct.clear();
        for ring in &mut self.from {
            while ring.peek().is_ok_and(|relayed| relayed.said < now) {
                let Ok(voice) = ring.pop() else { break };
                if voice.said + TICK < now || self.guests.len() == self.guests_max {
                    self.late += 1;
                    continue;
                }
                if matches!(voice.to, To::Listeners { .. }) {
                    self.direct.push((voice.origin, self.guests.len() as u32));
                }
                self.guests.push(Guest { voice, next: NONE });
            }
        }
        self.direct.sort_unstable();
    }

    /// Whether there is no other engine.
    pub(super) fn is_alone(&self) -> bool {
        self.from.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.guests.len()
    }

    pub(super) fn guest(&self, index: u32) -> &Relayed {
        &self.guests[index as usize].voice
    }

    pub(super) fn next_of(&self, index: u32) -> u32 {
        self.guests[index as usize].next
    }

    pub(super) fn set_next(&mut self, index: u32, next: u32) {
        self.guests[index as usize].next = next;
    }

    /// Who is here for those that listen directly to a port of another engine.
    pub(super) fn direct(&self, port: PortId) -> Option<u32> {
        let place = self.direct.binary_search_by_key(&port, |(origin, _)| *origin).ok()?;
        Some(self.direct[place].1)
    }

    /// Hands a tick of a voice to all these shards.
    pub(super) fn send(&mut self, shards: Shards, relayed: impl Fn() -> Relayed) {
        for (shard, ring) in self.to.iter_mut().enumerate() {
            let Some(ring) = ring else { continue };
            if shards & (1 << shard) == 0 {
                continue;
            }
            match ring.push(relayed()) {
                Ok(()) => self.sent += 1,
                Err(_) => self.dropped += 1,
            }
        }
    }

    /// Voices that a room cannot hand over because they are too many.
    pub(super) fn leave_out(&mut self, voices: usize) {
        self.dropped += voices as u64;
    }
}

/// All of these shards but one's own.
pub(super) fn others(shards: Shards, own: Shard) -> Shards {
    shards & !(1 << own)
}

impl Relayed {
    /// The samples.
    pub(super) fn frame(&self) -> &[i16] {
        &self.frame[..self.rate.frame_samples()]
    }
}
