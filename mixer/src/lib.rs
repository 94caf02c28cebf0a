//! The real-time engine as a value: it mixes what its ports say into what its ports hear, one
//! [`TICK`](time::TICK) at a time, and runs just as well without a clock.
//!
//! # Two halves
//!
//! [`engine()`] builds an [`Engine`] and its [`EngineHandle`], joined by two bounded rings. The
//! engine lives on a thread of its own, or in a test that ticks it by hand; inside
//! [`Engine::tick`] nothing locks, allocates, frees, logs or calls the system, and debug builds
//! prove it ([`realtime`]). The handle lives wherever the control side does.
//!
//! ```text
//!   control side                                        engine thread
//!   ------------                                        -------------
//!   Topology::join ─writes→ Plan ─EngineHandle::submit→ carried out at the next tick
//!   freed, answered ←EngineHandle::poll─ Notice::Applied ←─ after the first frame was mixed
//! ```
//!
//! What the control side thinks of as a graph ([`topology`]: ports, rooms, who is joined to whom)
//! reaches the engine as a flat list of steps ([`plan`]), each O(1) and all of one plan together.
//! The engine walks no graph, and no list of members: a room is as large as the number of its
//! members that make a sound.
//!
//! # What one hears
//!
//! * A port that listens to a port hears its very samples, and its keys.
//! * A port that listens to a room hears the sum of those who talk there, less exactly what it
//!   says itself, limited so that no sample wraps or clips. Who talks is decided by the room's
//!   [`Policy`](room::Policy).
//! * A room that hears rooms hears everyone who reaches it on any path, once. Rings therefore
//!   neither echo nor grow, and a chain adds no delay.
//! * Who is chosen while already speaking is heard in the room from 40 ms before, but never from
//!   before being joined to it; a pause makes up for the delay.
//! * Whatever changes is faded over 5 ms; what begins by itself is not. An encoder with a memory
//!   (Opus, G.722) goes over to another source between two ticks instead, and its decoder smooths.
//!
//! # Example
//!
//! ```
//! # use mixer::port::*;
//! # use mixer::{inbox::NoInbox, room::Policy, time::Time, topology::Directions};
//! # use mixer::{Capacities, Plan, Topology};
//! # struct Leg;
//! # impl Source for Leg {
//! #     fn read(&mut self, _: Time, _: &mut [i16], _: &mut dyn Outbox) -> Activity {
//! #         Activity::Silent
//! #     }
//! # }
//! # impl Sink for Leg {
//! #     fn write(&mut self, _: Time, _: Heard<'_>, _: &mut dyn Outbox) {}
//! # }
//! # impl Port for Leg {
//! #     fn receive(&mut self, _: Time, _: Datagram<'_>, _: &mut dyn Outbox) {}
//! # }
//! # struct Network;
//! # impl Outbox for Network {
//! #     fn send(&mut self, _: Outgoing<'_>) {}
//! #     fn notify(&mut self, _: PortId, _: PortEvent) {}
//! # }
//! let capacities = Capacities::default();
//! let (mut engine, mut handle) = mixer::engine(capacities);
//! let mut topology = Topology::new(&capacities);
//!
//! let (caller, room) = (handle.reserve_port()?, handle.reserve_room()?);
//! let mut plan = Plan::new();
//! topology.add_port(&mut plan, caller, Box::new(Leg), Media::plain(Rate::Narrow));
//! topology.add_room(&mut plan, room, Policy::NBest(3));
//! topology.join(&mut plan, caller, room, Directions::Both)?;
//! handle.submit(plan)?;
//!
//! engine.tick(Time(0), &mut NoInbox, &mut Network);
//! assert!(matches!(handle.poll(), Some(mixer::engine::Notice::Applied { tick: 1, .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Contents
//!
//! | module | what is there |
//! |---|---|
//! | [`port`], [`encoder`], [`inbox`], [`time`] | the contract with end points, codecs and the network |
//! | [`topology`], [`plan`] | who is joined to whom, and how the engine learns of it |
//! | [`engine`](mod@engine) | the tick, the handle, notices, counters, meters |
//! | [`room`] | rooms and the choice of the loudest |
//! | `treatment` | gain control, and the clamps that keep keys and loud tones out of the mix |
//! | `signal` | work on samples: ramps, levels, sums, the limiter |
//! | [`capacities`] | how much fits |
//! | [`realtime`] | the allocation trap |

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
pub mod capacities;
pub mod encoder;
pub mod engine;
pub mod inbox;
pub mod plan;
pub mod port;
pub mod realtime;
pub mod room;
mod signal;
pub mod time;
pub mod topology;
mod treatment;

pub use capacities::Capacities;
pub use engine::{Engine, EngineHandle, engine, engines};
pub use plan::Plan;
pub use topology::Topology;
