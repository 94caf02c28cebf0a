//! A connection: one SIP call and its RTP leg, from INVITE to the last byte of its sockets.
//!
//! ```text
//!            sockets bound                    BYE, timeout, starvation …
//! Opening ───────────────────▶ Up ──────────────────────────────▶ Leaving ──▶ (forgotten)
//!    └── CANCEL ──▶ Leaving ── sockets bound ──▶ closed again
//! ```
//!
//! Only a connection that is up can be joined. What leaves says goodbye on RTCP, is taken out of
//! every stream in one plan, and gives its ports back when that plan has been heard.

use std::collections::BTreeSet;
use std::fmt;

use media_io::leg::{CommandError, Format, LegHandle};
use media_io::sdp::{LocalMedia, Negotiated, Offer};
use mixer::port::PortId;
use mixer::time::Time;
use sip::CallKey;

use super::channels::Subscriber;

/// One SIP call.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) call: CallKey,
    pub(super) port: PortId,
    pub(super) from: String,
    pub(super) to: String,
    /// When the INVITE came.
    pub(super) since: Time,
    pub(super) state: State,
    /// Whether the caller has confirmed our answer, or what became of the call was counted otherwise.
    pub(super) acked: bool,
    /// Whether its first frame has been mixed, and watchers have been told of it.
    pub(super) announced: bool,
    /// Those that joined it or started a dialog on it, and so want to know when it ends.
    pub(super) users: BTreeSet<Subscriber>,
}

/// Where a connection stands.
#[derive(Debug)]
pub(super) enum State {
    /// Sockets are being bound; then the offer is answered, or ours is made.
    Opening { offer: Option<Vec<u8>> },
    /// The leg is on the engine.
    Up(Box<Leg>),
    /// The leg is on its way home, or was never made.
    Leaving,
}

/// The control side of a leg in service.
pub(super) struct Leg {
    pub(super) handle: LegHandle,
    pub(super) local: LocalMedia,
    pub(super) session: Session,
    /// What the last re-INVITE replaced, until its ACK: it can still be withdrawn.
    pub(super) replaced: Option<Negotiated>,
    /// The format after whose encoding the engine was told to make what the peer hears.
    pub(super) heard_as: Format,
}

/// What has been agreed with the peer.
#[derive(Debug)]
pub(super) enum Session {
    /// Both sides know what flows.
    Agreed(Negotiated),
    /// Our offer is out, its answer comes with the ACK; before it, this was agreed.
    Offered { offer: Offer, before: Option<Negotiated> },
}

impl Session {
    /// What is in force now.
    pub(super) fn agreed(&self) -> Option<&Negotiated> {
        match self {
            Session::Agreed(agreed) => Some(agreed),
            Session::Offered { before, .. } => before.as_ref(),
        }
    }
}

impl fmt::Debug for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leg").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Remote, format and direction.
const COMMANDS_OF_AN_AGREEMENT: usize = 3;

impl Leg {
    /// Makes `agreed` what is in force.
    ///
    /// # Errors
    /// When the engine has not taken the leg's last commands: it stands still.
    pub(super) fn agree(&mut self, agreed: Negotiated) -> Result<(), CommandError> {
        // All or nothing: a peer that is refused keeps what it had.
        if !self.handle.has_room_for(COMMANDS_OF_AN_AGREEMENT) {
            return Err(CommandError::Full);
        }
        if let Some(remote) = agreed.remote {
            self.handle.set_remote(remote)?;
        }
        self.handle.set_format(agreed.format)?;
        self.handle.set_direction(agreed.direction)?;
        self.session = Session::Agreed(agreed);
        Ok(())
    }

    /// Whether the peer declined audio: such a connection cannot be joined.
    pub(super) fn has_no_audio(&self) -> bool {
        self.session.agreed().is_some_and(|agreed| agreed.remote.is_none())
    }

    /// The name of the codec in use, as in SDP.
    pub(super) fn codec(&self) -> Option<&'static str> {
        self.session.agreed().map(|agreed| agreed.format.send.codec.name)
    }
}

impl Connection {
    /// The leg, while the connection can be joined.
    pub(super) fn leg(&self) -> Option<&Leg> {
        match &self.state {
            State::Up(leg) => Some(leg),
            State::Opening { .. } | State::Leaving => None,
        }
    }

    pub(super) fn leg_mut(&mut self) -> Option<&mut Leg> {
        match &mut self.state {
            State::Up(leg) => Some(leg),
            State::Opening { .. } | State::Leaving => None,
        }
    }
}
