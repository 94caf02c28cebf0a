//! Media that would come straight back: no call may have its audio sent to a leg of this server.
//!
//! Such calls howl, and feed each other, so that none of them is ever found silent. Only ports that
//! are in use are looked at: a phone may be on this host, with a port out of `media.rtp-ports`. That
//! is enough, since whoever closes a ring of legs names one that is there.

use std::net::SocketAddr;

use media_io::sdp::{Negotiated, Refusal};

use super::Control;
use super::connection::Connection;

impl Control {
    /// `agreed` again, for the leg on `rtp_port`.
    ///
    /// # Errors
    /// The peer says that it listens where this leg or another does.
    pub(super) fn refuse_loop(
        &self,
        agreed: Negotiated,
        rtp_port: u16,
    ) -> Result<Negotiated, Refusal> {
        let addresses = agreed.remote.iter().flat_map(|remote| [remote.rtp, remote.rtcp]);
        match addresses.into_iter().find(|address| self.is_of_a_leg(*address, rtp_port)) {
            None => Ok(agreed),
            Some(address) => Err(Refusal::Address {
                address: address.to_string(),
                reason: "this server itself listens there",
            }),
        }
    }

    fn is_of_a_leg(&self, address: SocketAddr, rtp_port: u16) -> bool {
        // RTP has the even port, RTCP the odd one above it.
        let pair = address.port() & !1;
        let legs = || self.connections.values().filter_map(Connection::leg);
        address.ip() == self.settings.media_ip
            && (pair == rtp_port || legs().any(|leg| leg.local.rtp_port == pair))
    }
}
