//! An RTP leg: the end point of a call, seen from the engine as a [`Port`].
//!
//! [`leg`] makes both halves on the control side: the [`RtpLeg`] crosses to the engine, the
//! [`LegHandle`] stays.

mod config;
mod handle;
mod statistics;

use mixer::port::{Activity, Datagram, Frame, Heard, Outbox, Port, Sink, Source};
use mixer::time::Time;
use rtrb::{Consumer, RingBuffer};
use triple_buffer::Input;

pub use config::{
    ACCEPTED_MAX, Accepted, Direction, Format, LegConfig, PACKET_MS_MAX, PACKET_MS_MIN, Remote,
    STARVATION_DEFAULT,
};
pub use handle::{COMMANDS_MAX, CommandError, LegHandle};
pub use statistics::LegStatistics;

use handle::Command;

/// Makes a leg and its handle, on the control side: the one place where a leg allocates.
#[must_use]
pub fn leg(config: LegConfig) -> (RtpLeg, LegHandle) {
    let (commands, waiting) = RingBuffer::new(COMMANDS_MAX);
    let (publish, statistics) = triple_buffer::triple_buffer(&LegStatistics::default());
    let can_send_digits = config.format.telephone_event.is_some();
    let leg = RtpLeg { commands: waiting, publish };
    (leg, LegHandle { commands, statistics, can_send_digits })
}

/// The engine's half of a leg.
pub struct RtpLeg {
    commands: Consumer<Command>,
    publish: Input<LegStatistics>,
}

impl Source for RtpLeg {
    fn read(&mut self, _now: Time, _frame: &mut Frame, _out: &mut dyn Outbox) -> Activity {
        while self.commands.pop().is_ok() {}
        Activity::Silent
    }
}

impl Sink for RtpLeg {
    fn write(&mut self, _now: Time, _heard: Heard<'_>, _out: &mut dyn Outbox) {
        self.publish.publish();
    }
}

impl Port for RtpLeg {
    fn receive(&mut self, _now: Time, _datagram: Datagram<'_>, _out: &mut dyn Outbox) {}
}
