//! The control side of a leg.

use rtrb::{Consumer, Producer};
use triple_buffer::Output;

use super::config::{Direction, Format, Remote};
use super::statistics::LegStatistics;
use crate::jitter::Decoders;
use crate::recorder::Tap;
use crate::telephone_event::{self, Digits};

/// How many commands may wait for the engine's next tick.
pub const COMMANDS_MAX: usize = 32;

/// Steers a leg from the control side and reads its figures. Every method returns at once; what
/// it asks for happens at the leg's next tick. Commands keep their order.
#[derive(Debug)]
pub struct LegHandle {
    pub(super) commands: Producer<Command>,
    /// Decoders that the leg does not need any more come home to be freed.
    pub(super) homeward: Consumer<Decoders>,
    /// Taps that were taken out come home, too.
    pub(super) taps_home: Consumer<Box<Tap>>,
    pub(super) statistics: Output<LegStatistics>,
    /// What the leg was told last.
    pub(super) format: Format,
}

impl LegHandle {
    /// The peer's SDP says where it listens. A new address ends the lock on the old one; the
    /// address that is already known changes nothing.
    pub fn set_remote(&mut self, remote: Remote) -> Result<(), CommandError> {
        self.push(Command::SetRemote(remote))
    }

    /// Which way media flows from now on.
    pub fn set_direction(&mut self, direction: Direction) -> Result<(), CommandError> {
        self.push(Command::SetDirection(direction))
    }

    /// The peer has confirmed that it wants the call: from now on the leg may send. For legs
    /// made with [`hold_until_confirmed`](super::LegConfig::hold_until_confirmed); no other leg
    /// needs it.
    pub fn confirm(&mut self) -> Result<(), CommandError> {
        self.push(Command::Confirm)
    }

    /// Codecs, payload types and packet time as renegotiated. If it is
    /// [heard differently](Format::is_heard_like), the engine is to be told as well
    /// ([`Format::media`]); until both know, the leg says silence.
    pub fn set_format(&mut self, format: Format) -> Result<(), CommandError> {
        let more = !format.decodes_alike(&self.format);
        let decoders = more.then(|| format.decoders());
        self.push(Command::SetFormat(format, decoders))?;
        self.format = format;
        Ok(())
    }

    /// The format the leg was told last.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Sends keys (`0-9*#A-D`, `!` for flash) as telephone-events, one after the other, behind
    /// those that are still being sent.
    pub fn send_digits(&mut self, digits: &str) -> Result<(), CommandError> {
        if self.format.telephone_event.is_none() {
            return Err(CommandError::NoTelephoneEvent);
        }
        self.push(Command::SendDigits(Digits::parse(digits)?))
    }

    /// Lets a tap hear what the caller hears from now on, in the place of the one before.
    pub fn tap(&mut self, tap: Option<Tap>) -> Result<(), CommandError> {
        self.push(Command::Tap(tap.map(Box::new)))
    }

    /// Says goodbye on RTCP (RFC 3550, 6.6) and sends nothing more.
    pub fn goodbye(&mut self) -> Result<(), CommandError> {
        self.push(Command::Goodbye)
    }

    /// The figures as of the latest tick.
    pub fn statistics(&mut self) -> LegStatistics {
        *self.statistics.read()
    }

    /// Whether that many commands will be taken: those that belong together are sent together or not
    /// at all.
    #[must_use]
    pub fn has_room_for(&self, commands: usize) -> bool {
        self.commands.slots() >= commands
    }

    fn push(&mut self, command: Command) -> Result<(), CommandError> {
        // As many may be on their way home as commands may wait, so that there is always room.
        while self.homeward.pop().is_ok() {}
        while self.taps_home.pop().is_ok() {}
        self.commands.push(command).map_err(|_| CommandError::Full)
    }
}

/// What crosses to the engine. Only decoders and taps own memory; those that are replaced travel home.
#[derive(Debug)]
pub(super) enum Command {
    SetRemote(Remote),
    SetDirection(Direction),
    Confirm,
    SetFormat(Format, Option<Decoders>),
    SendDigits(Digits),
    Tap(Option<Box<Tap>>),
    Goodbye,
}

/// Why a command did not go to the leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// [`COMMANDS_MAX`] commands wait already: the engine has stopped, or was flooded.
    #[error("the leg has not taken its last {COMMANDS_MAX} commands yet")]
    Full,
    /// No payload type for telephone-event was negotiated.
    #[error("the peer did not negotiate telephone-event")]
    NoTelephoneEvent,
    /// Not a string of keys.
    #[error(transparent)]
    Digits(#[from] telephone_event::DigitsError),
}
