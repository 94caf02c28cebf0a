//! SIP above transactions: who calls, changes the session, hangs up.

use std::net::SocketAddr;
use std::time::Duration;

use media_io::codec::Codec;
use mediaserver::control::Event;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sip::{CallKey, EndReason, Invitation, Rejection, Transport};

use super::phone::audio_port;
use super::{Caller, LEVEL_DBFS, Phone, Simulator, tone_of};
use crate::tone::Tone;

/// Port on which every phone listens; each has an address of its own.
const PHONE_PORT: u16 = 4_000;

impl Simulator {
    /// Callers of these names call, each with the default phone.
    #[track_caller]
    pub fn call(&mut self, names: &str) {
        for name in names.chars() {
            self.call_with(name, Phone::default());
        }
    }

    /// Someone calls, is answered, and begins to speak.
    #[track_caller]
    pub fn call_with(&mut self, name: char, phone: Phone) {
        if let Err(rejection) = self.try_call(name, phone) {
            panic!("{name} is not let in: {rejection:?}");
        }
    }

    /// Someone calls and begins to speak, or is refused.
    ///
    /// # Errors
    /// The refusal; the name is free again then.
    #[track_caller]
    pub fn try_call(&mut self, name: char, phone: Phone) -> Result<(), Rejection> {
        self.invite(name, phone);
        if let Some(rejection) = self.caller(name).rejection.clone() {
            self.callers.remove(&name);
            return Err(rejection);
        }
        self.acknowledge(name);
        self.tick();
        Ok(())
    }

    /// An INVITE arrives; its answer is in [`Caller::answer`] or [`Caller::rejection`].
    pub fn invite(&mut self, name: char, phone: Phone) {
        let invitation = self.invitation(name, phone);
        self.feed(Event::Sip(sip::Event::Invited(invitation)));
    }

    fn invitation(&mut self, name: char, phone: Phone) -> Invitation {
        self.calls_made += 1;
        let number = self.calls_made;
        let host = u8::try_from(number % 250 + 1).unwrap_or(1);
        let call = CallKey::incoming(
            &format!("call{number}@192.0.2.{number}"),
            &format!("caller{number}"),
            &format!("server{number}"),
        );
        let address = SocketAddr::from(([192, 0, 2, host], PHONE_PORT));
        let mut random = StdRng::seed_from_u64(self.seed ^ (u64::from(u32::from(name)) << 32));
        // Phones do not tick with the engine: each is somewhere else between two ticks.
        let phase = Duration::from_micros(u64::from(random.next_u32() % 20_000));
        let tone = Tone::new(tone_of(name), phone.dbfs);
        let offer = phone.offers.then(|| phone.describe(address, 1, "sendrecv").into_bytes());
        let first_packet = self.now() + phase;
        let caller =
            Caller::new(call.clone(), address, phone, tone, random.next_u64(), first_packet);
        self.callers.insert(name, caller);
        self.name(name, call.connection_id());
        Invitation {
            call,
            offer,
            from: format!("sip:{name}@example.com"),
            to: "sip:server@example.com".to_owned(),
            request_uri: "sip:server@example.com".to_owned(),
            remote: address,
            transport: Transport::Udp,
        }
    }

    /// An INVITE arrives with this offer instead of the default phone's.
    pub fn offer(&mut self, name: char, offer: &str) {
        let mut invitation = self.invitation(name, Phone::default());
        invitation.offer = Some(offer.as_bytes().to_vec());
        self.feed(Event::Sip(sip::Event::Invited(invitation)));
    }

    /// An INVITE arrives, and its CANCEL before the sockets for it are bound.
    pub fn invite_and_cancel(&mut self, name: char) {
        let invitation = self.invitation(name, Phone::default());
        let call = invitation.call.clone();
        self.control.handle(self.now(), Event::Sip(sip::Event::Invited(invitation)));
        self.feed(Event::Sip(sip::Event::Cancelled { call }));
    }

    /// The caller confirms the answer and begins to send; without an offer in the INVITE the
    /// confirmation carries the answer.
    #[track_caller]
    pub fn acknowledge(&mut self, name: char) {
        let caller = self.caller_mut(name);
        let sdp = caller.answer.clone().expect("the call was answered");
        caller.server_port = audio_port(&sdp);
        caller.sends = caller.server_port.is_some();
        let answer = (!caller.phone.offers).then(|| {
            caller.phone.describe(caller.address, caller.version, "sendrecv").into_bytes()
        });
        let call = caller.call.clone();
        self.feed(Event::Sip(sip::Event::Acked { call, answer }));
    }

    /// A re-INVITE with this direction attribute; returns the server's answer.
    #[track_caller]
    pub fn reinvite(&mut self, name: char, direction: &str) -> String {
        let caller = self.caller_mut(name);
        caller.version += 1;
        caller.sends = matches!(direction, "sendrecv" | "sendonly");
        let offer = caller.phone.describe(caller.address, caller.version, direction);
        self.reoffer(name, offer)
    }

    /// A re-INVITE with this direction attribute arrives, and its CANCEL before the answer is out;
    /// `address` is where the phone says it will be.
    pub fn reinvite_and_cancel(&mut self, name: char, address: SocketAddr, direction: &str) {
        let caller = self.caller_mut(name);
        caller.version += 1;
        let offer = caller.phone.describe(address, caller.version, direction).into_bytes();
        let call = caller.call.clone();
        self.feed(Event::Sip(sip::Event::Reinvited { call: call.clone(), offer: Some(offer) }));
        self.feed(Event::Sip(sip::Event::Withdrawn { call }));
    }

    /// A re-INVITE that holds the call with an unspecified address (RFC 2543).
    #[track_caller]
    pub fn hold_the_old_way(&mut self, name: char) -> String {
        let caller = self.caller_mut(name);
        caller.version += 1;
        caller.sends = false;
        let offer = caller.phone.describe_old_hold(caller.address, caller.version);
        self.reoffer(name, offer)
    }

    /// A re-INVITE that changes the codec of the phone.
    #[track_caller]
    pub fn change_codec(&mut self, name: char, codec: &'static Codec) -> String {
        let caller = self.caller_mut(name);
        caller.version += 1;
        caller.phone.codec = codec;
        let offer = caller.phone.describe(caller.address, caller.version, "sendrecv");
        self.reoffer(name, offer)
    }

    /// The phone moves to another address and says so with a re-INVITE.
    #[track_caller]
    pub fn relocate(&mut self, name: char) -> String {
        let caller = self.caller_mut(name);
        caller.version += 1;
        caller.address = SocketAddr::from(([203, 0, 113, 7], PHONE_PORT));
        let offer = caller.phone.describe(caller.address, caller.version, "sendrecv");
        self.reoffer(name, offer)
    }

    /// A re-INVITE without an offer; returns the server's, which
    /// [`acknowledge`](Simulator::acknowledge) answers.
    #[track_caller]
    pub fn reinvite_without_offer(&mut self, name: char) -> String {
        let caller = self.caller_mut(name);
        caller.version += 1;
        caller.answer = None;
        caller.phone.offers = false;
        let call = caller.call.clone();
        self.feed(Event::Sip(sip::Event::Reinvited { call, offer: None }));
        let offer = self.caller(name).answer.clone().expect("the re-INVITE was answered");
        String::from_utf8(offer).unwrap()
    }

    /// A re-INVITE with this offer; returns the server's answer.
    #[track_caller]
    pub fn reoffer(&mut self, name: char, offer: String) -> String {
        let caller = self.caller_mut(name);
        caller.answer = None;
        let call = caller.call.clone();
        let offer = Some(offer.into_bytes());
        self.feed(Event::Sip(sip::Event::Reinvited { call: call.clone(), offer }));
        let answer = self.caller(name).answer.clone().expect("the re-INVITE was answered");
        self.feed(Event::Sip(sip::Event::Acked { call, answer: None }));
        String::from_utf8(answer).unwrap()
    }

    /// The caller sends BYE, and is there long enough for the server's last words. What it recorded
    /// is returned; its name is free again.
    pub fn hang_up(&mut self, name: char) -> Caller {
        let caller = self.caller_mut(name);
        caller.sends = false;
        let call = caller.call.clone();
        self.feed(Event::Sip(sip::Event::Ended { call, reason: EndReason::Bye }));
        self.tick();
        self.callers.remove(&name).expect("a caller of that name")
    }

    /// Whether someone of this name is on the phone: neither refused nor hung up on.
    #[must_use]
    pub fn is_connected(&self, name: char) -> bool {
        let caller = self.callers.get(&name);
        caller.is_some_and(|caller| caller.rejection.is_none() && caller.bye.is_none())
    }

    /// A caller by its name.
    #[track_caller]
    #[must_use]
    pub fn caller(&self, name: char) -> &Caller {
        self.callers.get(&name).expect("a caller of that name")
    }

    /// A caller by its name.
    #[track_caller]
    pub fn caller_mut(&mut self, name: char) -> &mut Caller {
        self.callers.get_mut(&name).expect("a caller of that name")
    }

    /// The level that a caller's tone should be heard with, in dBFS.
    pub(super) fn level_of(&self, name: char) -> f64 {
        self.callers.get(&name).map_or(LEVEL_DBFS, |caller| caller.phone.dbfs)
    }

    pub(super) fn caller_of(&mut self, call: &CallKey) -> Option<&mut Caller> {
        self.callers.values_mut().find(|caller| caller.call == *call)
    }

    pub(super) fn on_accept(&mut self, call: &CallKey, sdp: Vec<u8>) {
        match self.caller_of(call) {
            Some(caller) => caller.answer = Some(sdp),
            None => drop(self.channel_answers.insert(call.clone(), sdp)),
        }
    }

    /// The server ends a call: the agent confirms it, and the phone falls silent.
    pub(super) fn on_bye(&mut self, call: &CallKey, reason: Option<String>) {
        if let Some(caller) = self.caller_of(call) {
            caller.bye = Some(reason.unwrap_or_default());
            caller.sends = false;
        }
        let ended = sip::Event::Ended { call: call.clone(), reason: EndReason::LocalBye };
        self.control.handle(self.now(), Event::Sip(ended));
    }
}
