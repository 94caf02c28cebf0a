//! What players and callers do to dialogs, and what the AS is told of it (draft 4.6).

use dialogs::Input;
use mixer::port::PortEvent;
use mixer::topology::EndPoint as EnginePoint;
use mscp_proto::datatype::EventName;
use mscp_proto::dialog::DialogUser;
use mscp_proto::id::{ConnectionId, DialogId, EndPoint};
use mscp_proto::notification::Notification;
use mscp_proto::shared::{DtmfReport, Namelist};
use tracing::debug;

use super::Dialog;
use crate::control::Control;
use crate::control::channels::Identity;

/// Digits kept for `dtmf` = `all` until the dialog ends.
const DIGITS_MAX: usize = 256;

impl Control {
    pub(in crate::control) fn on_dialog_event(&mut self, id: &DialogId, event: PortEvent) {
        match event {
            PortEvent::Finished => self.feed(id, Input::PlayFinished),
            PortEvent::Started => self.on_audio_start(id),
            PortEvent::Digit { .. }
            | PortEvent::Latched { .. }
            | PortEvent::Starved { .. }
            | PortEvent::Goodbye => {}
        }
    }

    fn on_audio_start(&mut self, id: &DialogId) {
        if self.dialogs.get(id).is_some_and(|dialog| dialog.subscribe.audiostart) {
            self.report(id, "audiostart", Namelist::default());
        }
    }

    /// A key was pressed: every dialog that listens to the connection and wants to know is told.
    pub(in crate::control) fn on_digit(&mut self, connection: &ConnectionId, event: u8) {
        let Some(key) = key_of(event) else { return };
        // Not which: keys are PINs and card numbers.
        debug!(call = %connection, "key");
        for id in self.dialogs_listening_to(connection) {
            let Some(dialog) = self.dialogs.get_mut(&id) else { continue };
            match dialog.subscribe.dtmf {
                Some(DtmfReport::Single) => {
                    self.report(&id, "dtmf", Namelist::of([("digit", key.to_string())]));
                }
                Some(DtmfReport::All) if dialog.digits.len() < DIGITS_MAX => {
                    dialog.digits.push(key)
                }
                Some(DtmfReport::All) | None => {}
            }
        }
    }

    fn dialogs_listening_to(&self, connection: &ConnectionId) -> Vec<DialogId> {
        let Some(source) = self.connections.get(connection.as_str()) else { return Vec::new() };
        let source = EnginePoint::from(source.port);
        let listens = |dialog: &Dialog| {
            dialog.port.and_then(|port| self.stage.topology.source_of(port)) == Some(source)
        };
        self.dialogs.iter().filter(|(_, d)| listens(d)).map(|(id, _)| id.clone()).collect()
    }

    pub(in crate::control) fn end_dialogs_of_connection(
        &mut self,
        id: &ConnectionId,
        reason: &str,
    ) {
        let end_point = EndPoint::Connection(id.clone());
        self.end_recordings_on(&end_point);
        self.end_dialogs_on(&end_point, &format!("connection {id} ended ({reason})"));
    }

    pub(in crate::control) fn end_dialogs_on(&mut self, end_point: &EndPoint, reason: &str) {
        let stands = |dialog: &Dialog| dialog.endpoint.as_ref() == Some(end_point);
        let ids: Vec<DialogId> =
            self.dialogs.iter().filter(|(_, d)| stands(d)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.feed(&id, Input::EndPointGone { reason: reason.to_owned() });
        }
    }

    /// Ends the dialogs of an application server that stayed away; nobody is left to be told.
    pub(in crate::control) fn end_dialogs_of(&mut self, identity: Identity) {
        let theirs = |dialog: &Dialog| dialog.owner.identity == identity;
        let ids: Vec<DialogId> =
            self.dialogs.iter().filter(|(_, d)| theirs(d)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.forget_dialog(&id);
        }
    }

    /// `dtmf` = `all`: the keys of the whole dialog together, before its end.
    pub(super) fn report_collected_digits(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let digits = std::mem::take(&mut dialog.digits);
        if !digits.is_empty() {
            self.report(id, "dtmf", Namelist::of([("digits", digits)]));
        }
    }

    /// `dialoguser`, held back while the AS does not know the dialog yet.
    pub(super) fn report(&mut self, id: &DialogId, name: &str, namelist: Namelist) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let Some(name) = EventName::new(name) else { return };
        let endpoint = dialog.endpoint.clone();
        let user = DialogUser { name, dialogid: id.clone(), endpoint, namelist };
        let notification = Notification::DialogUser(user);
        if dialog.asked.is_some() {
            return dialog.held.push(notification);
        }
        let owner = dialog.owner;
        self.notify(&owner, notification);
    }
}

/// The key behind an event code (RFC 4733, 3.2); a flash is no key.
fn key_of(event: u8) -> Option<char> {
    b"0123456789*#ABCD".get(usize::from(event)).map(|&key| char::from(key))
}
