//! The engine: everything that happens between two ticks of the clock.

mod handle;
mod keys;
mod meter;
mod notice;
mod stats;

use std::sync::Arc;

use rtrb::{Consumer, Producer, RingBuffer};

pub use handle::{Busy, EngineHandle, Full};
pub use meter::{METERED_TALKERS_MAX, Talking};
pub use notice::Notice;
pub use stats::Stats;

use crate::capacities::Capacities;
use crate::inbox::Inbox;
use crate::port::Outbox;
use crate::realtime::forbid_allocation;
use crate::time::Time;
use handle::{Homeward, Parcel};
use meter::Meters;
use stats::Published;

/// Builds an engine with its control-side half. Allocates everything either will ever need.
#[must_use]
pub fn engine(capacities: Capacities) -> (Engine, EngineHandle) {
    let (plans_in, plans) = RingBuffer::new(capacities.plans);
    let (homeward, homeward_out) = RingBuffer::new(capacities.notices);
    let published = Arc::new(Published::default());
    let meters = Arc::new(Meters::new(capacities.rooms));
    let handle = EngineHandle::new(
        capacities,
        plans_in,
        homeward_out,
        Arc::clone(&published),
        Arc::clone(&meters),
    );
    let engine = Engine { capacities, plans, homeward, published, meters, stats: Stats::default() };
    (engine, handle)
}

/// The engine. Lives on one thread; [`tick`](Self::tick) is all there is to do with it.
#[derive(Debug)]
pub struct Engine {
    capacities: Capacities,
    plans: Consumer<Parcel>,
    homeward: Producer<Homeward>,
    published: Arc<Published>,
    meters: Arc<Meters>,
    stats: Stats,
}

impl Engine {
    /// Runs one tick of 20 ms: carries out plans, receives, reads every port, mixes, writes
    /// every port, publishes. `now` is the time of the tick's deadline.
    ///
    /// Datagrams leave through [`Outbox::send`]; events go home as [`Notice`]s instead, so
    /// `out`'s [`Outbox::notify`] is never called.
    pub fn tick(&mut self, now: Time, inbox: &mut impl Inbox, out: &mut impl Outbox) {
        forbid_allocation(|| {
            let _ = (now, inbox.next().is_some(), &out, &self.meters, &self.capacities);
            while let Ok(Parcel { id, plan }) = self.plans.pop() {
                let parcel = Parcel { id, plan };
                let _ = self.homeward.push(Homeward::Applied { parcel, tick: self.stats.ticks });
            }
            self.stats.ticks += 1;
            self.published.store(&self.stats);
        });
    }
}
