//! Calls: what the SIP agent reports becomes connections with RTP legs.

use std::collections::BTreeSet;
use std::time::Duration;

use media_io::codec::PCMU;
use media_io::leg::{Direction, Format, LegConfig, leg};
use media_io::sdp::channel::is_channel_offer;
use media_io::sdp::{self, LocalMedia, Negotiated, Offer, Refusal};
use mixer::plan::Plan;
use mixer::port::PortId;
use mixer::time::Time;
use mscp_proto::id::ConnectionId;
use sip::{Availability, CallKey, EndReason, Event as SipEvent, Invitation, Rejection};
use tracing::{info, warn};

use super::connection::{Connection, Leg, Session, State};
use super::event::{Output, SipCommand};
use super::hang_up::HangUp;
use super::{Control, Owed, Owner};
use crate::metrics::CallResult;

/// What a caller is told to wait when the server is full or draining.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(30);

impl Control {
    pub(super) fn on_sip(&mut self, now: Time, event: SipEvent) {
        match event {
            SipEvent::Invited(invitation) => self.on_invited(now, invitation),
            SipEvent::Acked { call, answer } => self.on_acked(&call, answer),
            SipEvent::Reinvited { call, offer } => self.on_reinvited(&call, offer),
            SipEvent::Withdrawn { call } => self.on_withdrawn(&call),
            SipEvent::Cancelled { call } => {
                self.on_ended(&call, CallResult::Cancelled, "cancelled");
            }
            SipEvent::Ended { call, reason } => {
                let never_acked = reason == EndReason::NoAck;
                let result = if never_acked { CallResult::Failed } else { CallResult::Answered };
                self.on_ended(&call, result, reason_of(reason));
            }
            // The server neither places calls nor makes offers of its own within one.
            SipEvent::Ringing { .. }
            | SipEvent::Answered { .. }
            | SipEvent::Failed { .. }
            | SipEvent::Changed { .. }
            | SipEvent::Unchanged { .. } => {}
        }
    }

    fn on_invited(&mut self, now: Time, mut invitation: Invitation) {
        if let Some(offer) = invitation.offer.take_if(|offer| is_channel_offer(offer)) {
            return self.on_transport_invited(invitation, offer);
        }
        let call = invitation.call;
        // The agent refuses by itself what comes after it was told; this is for what came before.
        if self.availability != Availability::Open {
            warn!(call = %call, availability = ?self.availability, "call refused");
            return self.refuse_call(&call, Rejection::unavailable(RETRY_AFTER));
        }
        if self.stage.is_behind() {
            warn!(call = %call, "call refused: the engine is too far behind");
            return self.refuse_call(&call, Rejection::unavailable(RETRY_AFTER));
        }
        let port = match self.stage.handle.reserve_port() {
            Ok(port) => port,
            Err(full) => {
                warn!(call = %call, %full, "call refused");
                return self.refuse_call(&call, Rejection::unavailable(RETRY_AFTER));
            }
        };
        info!(call = %call, from = invitation.from, to = invitation.to, "call");
        let connection = Connection {
            call: call.clone(),
            port,
            from: invitation.from,
            to: invitation.to,
            since: now,
            state: State::Opening { offer: invitation.offer },
            acked: false,
            announced: false,
            users: BTreeSet::new(),
        };
        let id = id_of(&call);
        self.owners.insert(port, Owner::Connection(id.clone()));
        self.connections.insert(id, connection);
        self.announce_availability();
        self.outputs.push_back(Output::OpenMedia { port });
    }

    pub(super) fn on_media_opened(&mut self, port: PortId, result: Result<u16, String>) {
        let Some(Owner::Connection(id)) = self.owners.get(&port).cloned() else { return };
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let call = connection.call.clone();
        let offer = match &mut connection.state {
            State::Opening { offer } => offer.take(),
            // The caller gave up meanwhile.
            State::Leaving => return self.discard(&id, result.is_ok()),
            State::Up(_) => return,
        };
        match result {
            Err(fault) => {
                warn!(call = %call, fault, "no media ports");
                self.refuse_call(&call, Rejection::unavailable(RETRY_AFTER));
                self.discard(&id, false);
            }
            Ok(rtp_port) => self.answer(&id, &call, offer, rtp_port),
        }
    }

    fn answer(&mut self, id: &ConnectionId, call: &CallKey, offer: Option<Vec<u8>>, rtp_port: u16) {
        let mut local = LocalMedia::new(self.settings.media_ip, rtp_port, self.random() >> 2);
        local.packet_ms = self.settings.packet_ms;
        local.security = self.settings.security;
        local.keyring = self.draw_keys();
        let session = match offer {
            Some(offer) => sdp::answer(&offer, &local)
                .and_then(|agreed| self.refuse_loop(agreed, rtp_port))
                .map(Session::Agreed),
            None => sdp::offer(&local).map(|offer| Session::Offered { offer, before: None }),
        };
        match session {
            Ok(session) => self.bring_up(id, local, session),
            Err(refusal) => {
                info!(call = %call, %refusal, "call refused");
                self.refuse_call(call, rejection_of(&refusal));
                self.discard(id, true);
            }
        }
    }

    fn bring_up(&mut self, id: &ConnectionId, local: LocalMedia, session: Session) {
        let seed = self.random();
        let Some(connection) = self.connections.get_mut(id) else { return };
        let port = connection.port;
        // What a leg is born with while the peer's answer is still to come.
        let format = Format::new(&PCMU, 0);
        let mut config = LegConfig::new(port, seed, self.settings.cname.clone(), format);
        config.ntp_at_zero = self.settings.ntp_at_zero;
        config.starvation = self.settings.starvation;
        config.jitter = self.settings.jitter;
        // Until its ACK the INVITE may be anybody's, and the address in it a victim's.
        config.hold_until_confirmed = true;
        let sdp = match &session {
            Session::Agreed(agreed) => {
                config.format = agreed.format;
                config.remote = agreed.remote;
                config.direction = agreed.direction;
                agreed.sdp.clone()
            }
            Session::Offered { offer, .. } => {
                config.direction = Direction::SendRecv;
                offer.sdp.clone()
            }
        };
        let heard_as = config.format;
        let (body, handle) = leg(config);
        let leg = Leg { handle, local, session, replaced: None, heard_as };
        connection.state = State::Up(Box::new(leg));
        let call = connection.call.clone();
        let mut plan = Plan::new();
        self.stage.topology.add_port(&mut plan, port, Box::new(body), heard_as.media());
        self.stage.submit(plan, vec![Owed::ConnectionStarted(id.clone())]);
        self.guard_as_agreed(&call);
        self.outputs.push_back(Output::Sip(SipCommand::Accept { call, sdp }));
    }

    /// The ACK confirms our 200. With third-party call control it brings the answer to our offer.
    fn on_acked(&mut self, call: &CallKey, answer: Option<Vec<u8>>) {
        let Some(connection) = self.connections.get_mut(&id_of(call)) else { return };
        let is_first = !std::mem::replace(&mut connection.acked, true);
        if is_first {
            self.outputs.push_back(Output::CountCall(CallResult::Answered));
        }
        let Some(leg) = connection.leg_mut() else { return };
        if is_first {
            // A leg that takes no command is on an engine that stands still.
            let _ = leg.handle.confirm();
        }
        leg.replaced = None;
        if let Session::Offered { offer, .. } = &leg.session {
            let (offer, local) = (offer.clone(), leg.local.clone());
            self.take_answer(call, offer, answer, &local);
        }
    }

    fn take_answer(
        &mut self,
        call: &CallKey,
        offer: Offer,
        answer: Option<Vec<u8>>,
        local: &LocalMedia,
    ) {
        let agreed = match answer {
            Some(answer) => sdp::accept_answer(offer, &answer, local)
                .and_then(|agreed| self.refuse_loop(agreed, local.rtp_port))
                .map_err(|refusal| refusal.to_string()),
            None => Err("the ACK brought no answer to the offer in our 200".to_owned()),
        };
        let leg = self.connections.get_mut(&id_of(call)).and_then(Connection::leg_mut);
        let Some(leg) = leg else { return };
        let outcome = agreed.and_then(|agreed| leg.agree(agreed).map_err(|e| e.to_string()));
        if let Err(fault) = outcome {
            warn!(call = %call, fault, "call ended");
            self.hang_up(&id_of(call), HangUp::BadAnswer);
        }
        self.put_in_force(call);
    }

    /// Puts in force what is agreed on now: the network is told how to guard the leg's port, and the
    /// engine in which encoding the leg wants to hear, if that is another one than before.
    fn put_in_force(&mut self, call: &CallKey) {
        self.guard_as_agreed(call);
        let Some(connection) = self.connections.get_mut(&id_of(call)) else { return };
        let port = connection.port;
        let Some(leg) = connection.leg_mut() else { return };
        let format = *leg.handle.format();
        if std::mem::replace(&mut leg.heard_as, format).is_heard_like(&format) {
            return;
        }
        let mut plan = Plan::new();
        if self.stage.topology.set_media(&mut plan, port, format.media()).is_ok() {
            self.stage.submit(plan, Vec::new());
        }
    }

    fn on_reinvited(&mut self, call: &CallKey, offer: Option<Vec<u8>>) {
        if self.transports.contains_key(call) {
            return self.on_transport_reinvited(call, offer);
        }
        let Some(leg) = self.connections.get_mut(&id_of(call)).and_then(Connection::leg_mut) else {
            return self.refuse(call, Rejection::new(481));
        };
        leg.replaced = None;
        let Session::Agreed(before) = &leg.session else {
            // Our own offer is still unanswered (RFC 3261, 14.2).
            return self.refuse(call, Rejection::new(491));
        };
        let (before, mut local) = (before.clone(), leg.local.clone());
        local.keyring = self.draw_keys();
        let changed = match offer {
            Some(offer) => sdp::answer_again(&offer, &local, &before)
                .and_then(|agreed| self.refuse_loop(agreed, local.rtp_port))
                .map(Session::Agreed),
            None => sdp::offer_again(&local, &before)
                .map(|offer| Session::Offered { offer, before: Some(before.clone()) }),
        };
        match changed {
            Ok(session) => self.change(call, session, before),
            Err(refusal) => self.refuse(call, rejection_of(&refusal)),
        }
    }

    /// Accepts a re-INVITE. A new agreement is in force at once, an offer of ours when it is answered.
    fn change(&mut self, call: &CallKey, session: Session, before: Negotiated) {
        let leg = self.connections.get_mut(&id_of(call)).and_then(Connection::leg_mut);
        let Some(leg) = leg else { return };
        let sdp = match session {
            Session::Agreed(agreed) => {
                info!(call = %call, direction = ?agreed.direction, "session changed");
                let sdp = agreed.sdp.clone();
                leg.replaced = Some(before);
                if let Err(fault) = leg.agree(agreed) {
                    warn!(call = %call, %fault, "session not changed");
                    return self.refuse(call, Rejection::new(500));
                }
                sdp
            }
            Session::Offered { ref offer, .. } => {
                let sdp = offer.sdp.clone();
                leg.session = session;
                sdp
            }
        };
        self.put_in_force(call);
        self.outputs.push_back(Output::Sip(SipCommand::Accept { call: call.clone(), sdp }));
    }

    /// A re-INVITE was cancelled: what was agreed before it stays in force.
    fn on_withdrawn(&mut self, call: &CallKey) {
        let Some(leg) = self.connections.get_mut(&id_of(call)).and_then(Connection::leg_mut) else {
            return;
        };
        if let Session::Offered { before: Some(before), .. } = &leg.session {
            leg.session = Session::Agreed(before.clone());
        }
        // An offer with the re-INVITE is in force from our answer on, which was on its way to the
        // agent when the CANCEL came.
        let Some(replaced) = leg.replaced.take() else { return };
        info!(call = %call, direction = ?replaced.direction, "session changed back");
        if let Err(fault) = leg.agree(replaced) {
            warn!(call = %call, %fault, "session not changed back");
        }
        self.put_in_force(call);
    }

    /// `result` is what became of the call if it ended before its ACK.
    fn on_ended(&mut self, call: &CallKey, result: CallResult, reason: &str) {
        self.on_transport_ended(call);
        if let Some(connection) = self.connections.get_mut(&id_of(call))
            && !std::mem::replace(&mut connection.acked, true)
        {
            self.outputs.push_back(Output::CountCall(result));
        }
        self.take_down(&id_of(call), reason);
    }

    /// Nothing was heard of the leg's peer for the configured time.
    pub(super) fn on_starved(&mut self, id: &ConnectionId, silent_ms: u32) {
        warn!(call = %id, silent_ms, "nothing heard of the caller");
        self.hang_up(id, HangUp::MediaTimeout);
    }

    /// Ends a call from our side: BYE to the peer, everything else as for any end.
    pub(super) fn hang_up(&mut self, id: &ConnectionId, why: HangUp) {
        let Some(connection) = self.connections.get(id) else { return };
        let call = connection.call.clone();
        let reason = Some(why.header().to_owned());
        self.outputs.push_back(Output::Sip(SipCommand::Bye { call, reason }));
        self.take_down(id, why.word());
    }

    /// Takes the leg out of every stream and off the engine, and tells who used it.
    pub(super) fn take_down(&mut self, id: &ConnectionId, reason: &str) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let port = connection.port;
        match std::mem::replace(&mut connection.state, State::Leaving) {
            // The sockets are still being bound; their arrival finds the state and closes them.
            State::Opening { .. } | State::Leaving => return,
            State::Up(mut leg) => {
                // A leg that takes no command is on an engine that stands still.
                let _ = leg.handle.goodbye();
                self.retired_media.add(&leg.handle.statistics());
            }
        }
        info!(call = %id, reason, "call ended");
        self.end_dialogs_of_connection(id, reason);
        self.notify_connection_ended(id, reason);
        let mut plan = Plan::new();
        let places = self.places_of(port);
        // The port was added when the leg came up, and only here is it removed.
        let _ = self.stage.topology.remove(&mut plan, port);
        let mut owed = vec![Owed::ConnectionGone(id.clone())];
        owed.extend(self.settle(&mut plan, places));
        self.stage.submit(plan, owed);
    }

    /// The call never got a leg: forget it.
    fn discard(&mut self, id: &ConnectionId, sockets_open: bool) {
        let Some(connection) = self.connections.get(id) else { return };
        let port = connection.port;
        if sockets_open {
            self.outputs.push_back(Output::CloseMedia { port });
        }
        self.stage.handle.release_port(port);
        self.forget_connection(id);
    }

    /// The leg is home: its sockets can go.
    pub(super) fn on_connection_gone(&mut self, id: &ConnectionId) {
        let Some(connection) = self.connections.get(id) else { return };
        self.outputs.push_back(Output::CloseMedia { port: connection.port });
        self.forget_connection(id);
    }

    fn forget_connection(&mut self, id: &ConnectionId) {
        let Some(connection) = self.connections.remove(id) else { return };
        self.owners.remove(&connection.port);
        self.announce_availability();
    }

    /// Tells the SIP agent when it becomes or ceases to be full, and that it drains.
    pub(super) fn announce_availability(&mut self) {
        let full = self.connections.len() >= self.settings.max_calls;
        let availability = match (self.draining, full) {
            (true, _) => Availability::Draining,
            (false, true) => Availability::Full,
            (false, false) => Availability::Open,
        };
        if availability != self.availability {
            self.availability = availability;
            self.outputs.push_back(Output::Sip(SipCommand::SetAvailability(availability)));
        }
    }

    /// Refuses a new call, which is then over and counted.
    fn refuse_call(&mut self, call: &CallKey, rejection: Rejection) {
        let result = match rejection.status {
            486 | 503 => CallResult::Busy,
            500..600 => CallResult::Failed,
            _ => CallResult::Refused,
        };
        self.outputs.push_back(Output::CountCall(result));
        self.refuse(call, rejection);
    }

    pub(super) fn refuse(&mut self, call: &CallKey, rejection: Rejection) {
        self.outputs.push_back(Output::Sip(SipCommand::Reject { call: call.clone(), rejection }));
    }
}

pub(super) fn id_of(call: &CallKey) -> ConnectionId {
    ConnectionId::new(call.connection_id())
}

/// The word for the `reason` attribute of `connectionended`.
fn reason_of(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Bye => "bye",
        EndReason::LocalBye => "hangup",
        EndReason::NoAck => "no-ack",
        EndReason::PeerLost => "peer-lost",
        EndReason::Shutdown => "shutdown",
    }
}

pub(super) fn rejection_of(refusal: &Refusal) -> Rejection {
    match refusal.warning() {
        Some(code) => Rejection::not_acceptable_here(code, refusal.to_string()),
        None => Rejection::new(refusal.status()).because(refusal.to_string()),
    }
}
