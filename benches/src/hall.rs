//! An engine in virtual time with all that stands round it: its control side, rooms and members.

use mixer::engine;
use mixer::inbox::Inbox;
use mixer::port::{Media, Outbox, Outgoing, Port, PortEvent, PortId};
use mixer::room::{Policy, RoomId};
use mixer::time::{TICK, Time};
use mixer::topology::Directions;
use mixer::{Capacities, Engine, EngineHandle, Plan, Topology};

/// An engine and its control side.
pub(crate) struct Hall {
    engine: Engine,
    pub(crate) handle: EngineHandle,
    pub(crate) topology: Topology,
    now: Time,
}

impl Hall {
    /// With room for so many members and rooms, and a few more.
    pub(crate) fn new(members: usize, rooms: usize) -> Hall {
        let spare = 8;
        let capacities = Capacities {
            ports: members + spare,
            rooms: rooms + spare,
            streams: members + spare,
            talkers: members + spare,
            ..Capacities::default()
        };
        let (engine, handle) = engine(capacities);
        let topology = Topology::new(handle.capacities());
        Hall { engine, handle, topology, now: Time(0) }
    }

    pub(crate) fn add_room(&mut self, plan: &mut Plan, policy: Policy) -> RoomId {
        let room = made(self.handle.reserve_room());
        self.topology.add_room(plan, room, policy);
        room
    }

    /// Adds a port, of which `make` says what it is.
    pub(crate) fn add_port(
        &mut self,
        plan: &mut Plan,
        make: impl FnOnce(PortId) -> (Box<dyn Port>, Media),
    ) -> PortId {
        let port = made(self.handle.reserve_port());
        let (body, media) = make(port);
        self.topology.add_port(plan, port, body, media);
        port
    }

    /// Lets a port speak into a room and hear it.
    pub(crate) fn join(&mut self, plan: &mut Plan, port: PortId, room: RoomId) {
        made(self.topology.join(plan, port, room, Directions::Both));
    }

    pub(crate) fn submit(&mut self, plan: Plan) {
        made(self.handle.submit(plan).map_err(|_| "the ring of plans is full"));
    }

    /// Runs a tick, and frees what comes home of it.
    pub(crate) fn tick(&mut self, inbox: &mut impl Inbox) {
        self.tick_alone(inbox);
        while self.handle.poll().is_some() {}
    }

    /// Runs a tick: the engine's part alone.
    pub(crate) fn tick_alone(&mut self, inbox: &mut impl Inbox) {
        self.now = self.now + TICK;
        self.engine.tick(self.now, inbox, &mut Nowhere);
    }

    /// The time of the tick to come.
    pub(crate) fn next_time(&self) -> Time {
        self.now + TICK
    }
}

/// What cannot fail here, because the engine was made for as many as there are.
pub(crate) fn made<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => unreachable!("the engine was made for this many: {error:?}"),
    }
}

/// Where packets go when nobody listens.
pub(crate) struct Nowhere;

impl Outbox for Nowhere {
    fn send(&mut self, _datagram: Outgoing<'_>) {}
    fn notify(&mut self, _port: PortId, _event: PortEvent) {}
}
