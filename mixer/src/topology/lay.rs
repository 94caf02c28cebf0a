//! How streams come and go: the three rules, and the steps that make the engine follow.

use super::{Directions, EndPoint, JoinError, Manner, Pair, Partners, Stream, Topology};
use crate::capacities::{Capacities, LINKED_ROOMS_MAX};
use crate::plan::{Feed, Plan, Shard, Step};
use crate::port::PortId;
use crate::room::RoomId;

// Pairs come and go.
impl Topology {
    fn partners_mut(&mut self, end_point: EndPoint) -> Option<&mut Partners> {
        match end_point {
            EndPoint::Port(port) => self.ports.get_mut(&port).map(|node| &mut node.partners),
            EndPoint::Room(room) => self.rooms.get_mut(&room).map(|node| &mut node.partners),
        }
    }

    pub(super) fn enter(&mut self, plan: &mut Plan, key: (EndPoint, EndPoint)) {
        if self.pairs.contains_key(&key) {
            return;
        }
        self.pairs.insert(key, Pair::default());
        self.count_pair(plan, key, true);
        for (one, other) in [(key.0, key.1), (key.1, key.0)] {
            if let Some(partners) = self.partners_mut(one) {
                partners.insert(other);
            }
        }
    }

    fn forget(&mut self, plan: &mut Plan, key: (EndPoint, EndPoint)) {
        self.pairs.remove(&key);
        self.count_pair(plan, key, false);
        for (one, other) in [(key.0, key.1), (key.1, key.0)] {
            if let Some(partners) = self.partners_mut(one) {
                partners.remove(&other);
            }
        }
    }

    /// Cuts all streams of a pair and forgets it.
    pub(super) fn part(&mut self, plan: &mut Plan, key: (EndPoint, EndPoint)) -> Vec<Stream> {
        let Some(pair) = self.pairs.get(&key) else { return Vec::new() };
        let (forward, backward) = (pair.forward, pair.backward);
        if let (EndPoint::Room(a), EndPoint::Room(b)) = key {
            // Fewer links never exceed a limit.
            let relinked = self.relink(plan, a, b, Directions::Neither);
            debug_assert!(relinked.is_ok());
        }
        self.lay(plan, key, Directions::Neither);
        self.forget(plan, key);
        let there = forward.then_some(Stream { from: key.0, to: key.1 });
        let back = backward.then_some(Stream { from: key.1, to: key.0 });
        there.into_iter().chain(back).collect()
    }
}

// Streams come and go.
impl Topology {
    /// Makes the streams of an existing pair be those of `directions`; returns what rule 2 tore.
    pub(super) fn lay(
        &mut self,
        plan: &mut Plan,
        key: (EndPoint, EndPoint),
        directions: Directions,
    ) -> Vec<Stream> {
        let mut torn = Vec::new();
        for (forward, wanted) in [(true, directions.a_to_b()), (false, directions.b_to_a())] {
            let Some(pair) = self.pairs.get_mut(&key) else { continue };
            let existed = std::mem::replace(pair.flag(forward), wanted);
            if existed == wanted {
                continue;
            }
            let (from, to) = if forward { key } else { (key.1, key.0) };
            match to {
                EndPoint::Port(listener) if wanted => {
                    torn.extend(self.listen(plan, listener, from));
                }
                EndPoint::Port(listener) => self.stop_listening(plan, listener),
                EndPoint::Room(room) => {
                    if let EndPoint::Port(speaker) = from {
                        self.speak(plan, speaker, room, wanted);
                    }
                }
            }
        }
        torn
    }

    /// Rule 2: a port listens to one source.
    fn listen(&mut self, plan: &mut Plan, listener: PortId, from: EndPoint) -> Option<Stream> {
        let previous = self.ports.get_mut(&listener)?.source.replace(from);
        let feed = match from {
            EndPoint::Port(port) => Feed::Port(port),
            EndPoint::Room(room) => Feed::Room(room),
        };
        let is_levelled = self.is_levelled(listener, from);
        let step = Step::Listen { port: listener, feed, is_levelled };
        plan.push(self.capacities.shard_of(listener), step);
        self.count_listener(plan, listener, from, true);
        let torn = Stream { from: previous?, to: listener.into() };
        self.count_listener(plan, listener, torn.from, false);
        self.tear(plan, torn);
        Some(torn)
    }

    fn stop_listening(&mut self, plan: &mut Plan, listener: PortId) {
        let Some(node) = self.ports.get_mut(&listener) else { return };
        let before = node.source.take();
        let step = Step::Listen { port: listener, feed: Feed::Nothing, is_levelled: false };
        plan.push(self.capacities.shard_of(listener), step);
        if let Some(before) = before {
            self.count_listener(plan, listener, before, false);
        }
    }

    /// Strikes a stream off its pair, and the pair when it was its last.
    fn tear(&mut self, plan: &mut Plan, stream: Stream) {
        let key = Pair::key(stream.from, stream.to);
        let Some(pair) = self.pairs.get_mut(&key) else { return };
        *pair.flag(key.0 == stream.from) = false;
        if !pair.forward && !pair.backward {
            self.forget(plan, key);
        }
    }

    fn speak(&mut self, plan: &mut Plan, port: PortId, room: RoomId, wanted: bool) {
        let Some(pair) = self.pairs.get_mut(&(port.into(), room.into())) else { return };
        let shard = self.capacities.shard_of(port);
        let ids = &mut self.stream_ids[usize::from(shard)];
        if wanted {
            let stream = ids.take();
            pair.stream = Some(stream);
            let Pair { preferred, treatment, .. } = *pair;
            plan.push(shard, Step::Speak { stream, port, room, preferred, treatment });
            if pair.has_floor {
                plan.push(shard, Step::GiveFloor { stream, has_floor: true });
            }
        } else if let Some(stream) = pair.stream.take() {
            ids.give_back(stream);
            plan.push(shard, Step::Hush { stream });
        }
    }

    pub(super) fn prefer(&mut self, plan: &mut Plan, key: (EndPoint, EndPoint), preferred: bool) {
        let Some(pair) = self.pairs.get_mut(&key) else { return };
        let changed = std::mem::replace(&mut pair.preferred, preferred) != preferred;
        if let (true, Some(stream)) = (changed, pair.stream) {
            plan.push(shard_of(&self.capacities, key), Step::Prefer { stream, preferred });
        }
    }

    /// What the join's attributes ask for on the way in and on the way out.
    pub(super) fn treat(&mut self, plan: &mut Plan, key: (EndPoint, EndPoint), manner: Manner) {
        let Some(pair) = self.pairs.get_mut(&key) else { return };
        let before = std::mem::replace(&mut pair.treatment, manner.treatment);
        if let (true, Some(stream)) = (before != manner.treatment, pair.stream) {
            let step = Step::Treat { stream, treatment: manner.treatment };
            plan.push(shard_of(&self.capacities, key), step);
        }
        let was_levelled = std::mem::replace(&mut pair.is_levelled, manner.is_levelled);
        let listens = pair.backward && was_levelled != manner.is_levelled;
        if let (true, (EndPoint::Port(port), EndPoint::Room(room))) = (listens, key) {
            let (feed, is_levelled) = (Feed::Room(room), manner.is_levelled);
            let step = Step::Listen { port, feed, is_levelled };
            plan.push(self.capacities.shard_of(port), step);
        }
    }

    fn is_levelled(&self, listener: PortId, from: EndPoint) -> bool {
        let pair = self.pairs.get(&Pair::key(listener.into(), from));
        matches!(from, EndPoint::Room(_)) && pair.is_some_and(|pair| pair.is_levelled)
    }

    /// Makes the links between two rooms be those of `directions` and compiles the closures that
    /// this can concern.
    pub(super) fn relink(
        &mut self,
        plan: &mut Plan,
        a: RoomId,
        b: RoomId,
        directions: Directions,
    ) -> Result<(), JoinError> {
        let pair = self.pairs.get(&(a.into(), b.into()));
        let before = pair.map_or(Directions::Neither, |pair| {
            Directions::from_streams(pair.forward, pair.backward)
        });
        if before == directions {
            return Ok(());
        }
        // Whoever reaches `b`, or is reached from it, over a link between the two is also upstream
        // or downstream of `a`; this holds while the link exists, before the change or after it.
        let mut concerned = self.links.concerned(a);
        self.set_links(a, b, directions);
        concerned.append(&mut self.links.concerned(a));
        if !self.links.fits(&concerned) {
            self.set_links(a, b, before);
            return Err(JoinError::TooManyLinked { limit: LINKED_ROOMS_MAX });
        }
        for room in concerned {
            for shard in self.shards() {
                plan.push(shard, Step::SetLinks { room, links: self.links.compile(room) });
            }
            self.tell_audience(plan, room);
        }
        Ok(())
    }

    fn set_links(&mut self, a: RoomId, b: RoomId, directions: Directions) {
        for (from, to, wanted) in [(a, b, directions.a_to_b()), (b, a, directions.b_to_a())] {
            if wanted {
                self.links.insert(from, to);
            } else {
                self.links.remove(from, to);
            }
        }
    }
}

/// The engine that has the stream of a pair; a port comes before a room.
fn shard_of(capacities: &Capacities, key: (EndPoint, EndPoint)) -> Shard {
    match key.0 {
        EndPoint::Port(port) => capacities.shard_of(port),
        EndPoint::Room(_) => 0,
    }
}
