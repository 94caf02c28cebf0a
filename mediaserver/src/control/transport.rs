//! Transport channels set up over SIP (draft 7.2.1): an application server sends an INVITE with
//! `m=application 9 TCP/MS` and is told in the answer which port to connect to.
//!
//! Each such SIP dialog gets a port and an identity of its own. The channel lives as long as the
//! dialog: BYE closes it and ends what it owns. A TCP connection that is lost is made again with
//! `connection:new`, to the same port; what was raised meanwhile is delivered then.

use media_io::sdp::Refusal;
use media_io::sdp::channel::{LocalChannel, answer_channel};
use sip::{CallKey, Invitation};
use tracing::{info, warn};

use super::Control;
use super::calls::{RETRY_AFTER, rejection_of};
use super::channels::Identity;
use super::event::{Output, SipCommand};

/// SIP dialogs that hold a transport channel at one time.
pub(crate) const TRANSPORTS_MAX: usize = 64;

/// One SIP dialog that holds a transport channel.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) identity: Identity,
    /// The first offer, while the port is being opened.
    offer: Option<Vec<u8>>,
    /// The TCP port of the channel, once it is open.
    port: Option<u16>,
    session_id: u64,
    version: u64,
}

impl Control {
    pub(super) fn on_transport_invited(&mut self, invitation: Invitation, offer: Vec<u8>) {
        let (call, peer) = (invitation.call, invitation.remote.ip());
        if !self.settings.over_sip.iter().any(|network| network.contains(peer)) {
            warn!(call = %call, %peer, "transport channel refused: not in mscp.over-sip");
            let rejection = sip::Rejection::new(403);
            return self.refuse(&call, rejection.because("may not command this server"));
        }
        if self.transports.len() >= TRANSPORTS_MAX {
            warn!(call = %call, limit = TRANSPORTS_MAX, "transport channel refused: too many");
            let rejection = sip::Rejection::unavailable(RETRY_AFTER);
            return self.refuse(&call, rejection.because("too many transport channels"));
        }
        info!(call = %call, from = invitation.from, "transport channel asked for");
        let transport = Transport {
            identity: self.channels.new_identity(),
            offer: Some(offer),
            port: None,
            session_id: self.random() >> 2,
            version: 0,
        };
        self.transports.insert(call.clone(), transport);
        self.outputs.push_back(Output::OpenTransport { call, peer });
    }

    pub(super) fn on_transport_opened(&mut self, call: &CallKey, result: Result<u16, String>) {
        let Some(transport) = self.transports.get_mut(call) else {
            // The application server gave up meanwhile.
            return self.outputs.push_back(Output::CloseTransport { call: call.clone() });
        };
        match result {
            Ok(port) => {
                transport.port = Some(port);
                let offer = transport.offer.take().unwrap_or_default();
                if !self.answer_transport(call, &offer) {
                    self.on_transport_ended(call);
                }
            }
            Err(fault) => {
                warn!(call = %call, fault, "no port for a transport channel");
                self.refuse(call, sip::Rejection::unavailable(RETRY_AFTER));
                self.transports.remove(call);
            }
        }
    }

    /// A re-INVITE: the TCP connection was lost, or the session is refreshed.
    pub(super) fn on_transport_reinvited(&mut self, call: &CallKey, offer: Option<Vec<u8>>) {
        match offer {
            Some(offer) => drop(self.answer_transport(call, &offer)),
            // The application server is the active side, so the offer must be its own (RFC 4145).
            None => self.refuse(call, sip::Rejection::new(488)),
        }
    }

    fn answer_transport(&mut self, call: &CallKey, offer: &[u8]) -> bool {
        match self.transport_answer(call, offer) {
            Ok(sdp) => {
                let call = call.clone();
                self.outputs.push_back(Output::Sip(SipCommand::Accept { call, sdp }));
                true
            }
            Err(refusal) => {
                info!(call = %call, %refusal, "transport channel refused");
                self.refuse(call, rejection_of(&refusal));
                false
            }
        }
    }

    fn transport_answer(&mut self, call: &CallKey, offer: &[u8]) -> Result<Vec<u8>, Refusal> {
        let ip = self.settings.media_ip;
        let gone = || Refusal::Channel { reason: "the channel is closed".to_owned() };
        let transport = self.transports.get_mut(call).ok_or_else(gone)?;
        transport.version += 1;
        let local = LocalChannel {
            ip,
            port: transport.port.ok_or_else(gone)?,
            session_id: transport.session_id,
            version: transport.version,
            connected: self.channels.is_present(transport.identity),
        };
        Ok(answer_channel(offer, &local)?.sdp)
    }

    /// A TCP connection came for a channel that has one already: the old one is dead, or about to
    /// be, or somebody else's attempt. One is enough, and it is the newest (draft 7.2.1: the
    /// application server makes a lost connection again).
    pub(super) fn supersede(&mut self, identity: Identity) {
        for channel in self.channels.of(identity) {
            self.outputs.push_back(Output::CloseChannel { channel });
        }
    }

    /// The SIP dialog is over, and with it the channel and what it owns (draft 7.2.1).
    pub(super) fn on_transport_ended(&mut self, call: &CallKey) {
        let Some(transport) = self.transports.remove(call) else { return };
        info!(call = %call, "transport channel closed");
        self.outputs.push_back(Output::CloseTransport { call: call.clone() });
        self.channels.forget_identity(transport.identity);
        self.tear_down(transport.identity);
    }
}
