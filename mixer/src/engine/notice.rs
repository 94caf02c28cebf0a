//! What the engine tells the control side.

use crate::plan::PlanId;
use crate::port::{PortEvent, PortId};

/// Something that came home from an engine, in the order in which it happened there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Notice {
    /// The first frame under this plan has been mixed. What the plan removed has been freed, and
    /// the keys of removed ports and rooms can be reserved again.
    Applied {
        /// Which plan.
        plan: PlanId,
        /// The tick that mixed the frame, counted from 1.
        tick: u64,
    },
    /// A port has something to say.
    Port {
        /// Which port. It may be on its way home.
        port: PortId,
        /// What it says.
        event: PortEvent,
    },
}
