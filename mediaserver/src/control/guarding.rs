//! Whether a call's media is protected, and with which keys.

use media_io::net::Guard;
use media_io::sdp::Security;
use media_io::srtp::Keyring;
use mixer::port::PortId;
use rand::Rng;
use sip::CallKey;
use tracing::warn;

use super::calls::id_of;
use super::event::Output;
use super::hang_up::HangUp;
use super::{Control, Owner};

impl Control {
    /// Keys for one negotiation, never used before or after.
    pub(super) fn draw_keys(&mut self) -> Keyring {
        match self.settings.security {
            Security::Plain => Keyring::empty(),
            Security::Optional | Security::Required => {
                Keyring::draw(|secret| self.secrets.fill_bytes(secret))
            }
        }
    }

    /// Has the network let pass what was agreed on. An offer of ours that is not answered yet leaves
    /// a port as it was; a new one stays closed, unless nothing is ever protected.
    pub(super) fn guard_as_agreed(&mut self, call: &CallKey) {
        let security = self.settings.security;
        let Some(connection) = self.connections.get(&id_of(call)) else { return };
        let Some(leg) = connection.leg() else { return };
        let guard = match leg.session.agreed().map(|agreed| agreed.keys.clone()) {
            Some(Some(keys)) => Guard::Secured(keys),
            Some(None) => Guard::Clear,
            None if security == Security::Plain => Guard::Clear,
            None => Guard::Closed,
        };
        self.outputs.push_back(Output::GuardMedia { port: connection.port, guard });
    }

    /// The network thread is too far behind to take an order: a call must not go on with less
    /// protection than its parties believe.
    pub(super) fn on_media_unguarded(&mut self, port: PortId) {
        let Some(Owner::Connection(id)) = self.owners.get(&port).cloned() else { return };
        warn!(call = %id, "call ended: the network thread did not take what was agreed on");
        self.hang_up(&id, HangUp::Unguarded);
    }
}
