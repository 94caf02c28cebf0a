//! Carries out what a dialog's machine wants, and answers the request that started it.

use dialogs::{Input, Output as Wish};
use mixer::plan::Plan;
use mixer::port::{Media, Rate};
use mixer::topology::EndPoint as EnginePoint;
use mscp_proto::dialog::{
    DialogExit, DialogPrepared, DialogStarted, ErrorDialog, ErrorDialogNotPrepared,
    ErrorDialogNotStarted,
};
use mscp_proto::id::{DialogId, EndPoint};
use mscp_proto::notification::Notification;
use mscp_proto::response::Response;
use mscp_proto::shared::Namelist;
use tracing::info;

use super::{Asked, Kind};
use crate::control::event::Output;
use crate::control::fetching::Wanted;
use crate::control::prompt::{Playing, Prompt};
use crate::control::{Asker, Control, Owed, Owner};

impl Control {
    pub(in crate::control) fn on_document_fetched(
        &mut self,
        id: &DialogId,
        result: Result<Prompt, String>,
    ) {
        if let Some(dialog) = self.dialogs.get_mut(id) {
            dialog.fetch = None;
        }
        let result = result.and_then(|prompt| self.hold_decoded(id, prompt));
        self.feed(id, Input::Fetched(result));
    }

    /// The audio takes the place of what it was decoded from.
    fn hold_decoded(&mut self, id: &DialogId, prompt: Prompt) -> Result<Prompt, String> {
        let bytes = prompt.size();
        let source_bytes = self.dialogs.get(id).map_or(0, |dialog| dialog.held_bytes);
        self.hold(source_bytes, bytes, "decoded audio")?;
        if let Some(dialog) = self.dialogs.get_mut(id) {
            dialog.held_bytes = bytes;
        }
        Ok(prompt)
    }

    /// Counts `new` bytes in the place of `old` ones against what all dialogs and tones may hold
    /// together.
    pub(in crate::control) fn hold(
        &mut self,
        old: usize,
        new: usize,
        what: &str,
    ) -> Result<(), String> {
        let (others, limit) = (self.held_bytes - old, self.settings.held_bytes_max);
        if others.saturating_add(new) > limit {
            return Err(format!(
                "{new} bytes of {what} do not fit: {others} of {limit} are held already \
                 (dialogs.max-held-bytes)"
            ));
        }
        self.held_bytes = others + new;
        Ok(())
    }

    pub(in crate::control) fn on_dialog_attached(&mut self, id: &DialogId) {
        self.feed(id, Input::Attached);
    }

    /// Gives the machine an input and carries out what it wants.
    pub(super) fn feed(&mut self, id: &DialogId, input: Input<Prompt>) {
        if let Some(dialog) = self.dialogs.get_mut(id) {
            dialog.machine.handle(input);
            self.carry_out(id);
        }
    }

    pub(super) fn carry_out(&mut self, id: &DialogId) {
        while let Some(wish) = self.dialogs.get_mut(id).and_then(|d| d.machine.poll_output()) {
            match wish {
                Wish::Fetch => self.fetch(id),
                Wish::Prepared => self.answer_prepared(id),
                Wish::Failed { reason } => self.fail(id, reason),
                Wish::Play(prompt) => self.play(id, prompt),
                Wish::Started => self.answer_started(id),
                Wish::StopPlaying => self.stop_playing(id),
                Wish::Exit => self.exit(id),
                Wish::Error { reason } => self.error(id, reason),
            }
        }
    }

    fn fetch(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        // A machine asks once, so its source need not be kept.
        let Some(fetch) = dialog.source.take() else { return };
        let key = self.fetches.begin(Wanted::Dialog(id.clone()));
        dialog.fetch = Some(key);
        let (identity, endpoint) = (dialog.owner.identity, dialog.endpoint.clone());
        // Prepared for nobody in particular, it may be for someone who hears all of it.
        let end_point = endpoint.and_then(|it| self.check_end_point(identity, &it).ok());
        let rate = end_point.map_or(Rate::Full, |it| self.stage.topology.rate_of(it));
        self.outputs.push_back(Output::Fetch { key, fetch, rate });
    }

    fn answer_prepared(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let Some(asked) = dialog.asked.take() else { return };
        let endpoint = dialog.endpoint.clone();
        info!(dialog = %id, "dialog prepared");
        let prepared = DialogPrepared { dialogid: id.clone(), endpoint };
        self.reply(asked.asker, Response::DialogPrepared(prepared));
    }

    fn fail(&mut self, id: &DialogId, reason: String) {
        info!(dialog = %id, reason, "dialog failed");
        self.abandon(id, reason);
    }

    /// The request that wants the dialog, if there still is one, is answered with its own error,
    /// and nothing is left.
    pub(super) fn abandon(&mut self, id: &DialogId, reason: String) {
        let asked = self.dialogs.get_mut(id).and_then(|dialog| dialog.asked.take());
        let endpoint = self.dialogs.get(id).and_then(|dialog| dialog.endpoint.clone());
        self.forget_dialog(id);
        let Some(Asked { asker, kind }) = asked else { return };
        let dialogid = id.clone();
        let response = match kind {
            Kind::Prepare => Response::ErrorDialogNotPrepared(ErrorDialogNotPrepared {
                dialogid,
                endpoint,
                reason,
            }),
            Kind::Start => Response::ErrorDialogNotStarted(ErrorDialogNotStarted {
                dialogid,
                endpoint,
                reason,
            }),
        };
        self.reply(asker, response);
    }

    /// Puts a player on the engine and joins it to the end point.
    fn play(&mut self, id: &DialogId, prompt: Prompt) {
        if let Err(reason) = self.attach(id, prompt) {
            self.feed(id, Input::EndPointGone { reason });
        }
    }

    fn attach(&mut self, id: &DialogId, prompt: Prompt) -> Result<(), String> {
        let dialog = self.dialogs.get(id).ok_or("the dialog is gone")?;
        let end_point = dialog.endpoint.clone().ok_or("the dialog has no end point")?;
        let streams = dialog.streams;
        let &Asker { identity, .. } =
            dialog.asked.as_ref().map(|asked| &asked.asker).ok_or("nobody asked for the dialog")?;
        let target = self.check_end_point(identity, &end_point)?;
        let handle = &mut self.stage.handle;
        let port = match target {
            EnginePoint::Port(caller) => handle.reserve_port_beside(caller),
            EnginePoint::Room(_) => handle.reserve_port(),
        };
        let port = port.map_err(|full| full.to_string())?;
        let playing = prompt.player(port).map_err(|fault| fault.to_string())?;
        let Playing { body, handle, rate, feeder } = playing;
        // Filled before the engine has the player.
        self.outputs.extend(feeder.map(Output::Feed));
        let mut plan = Plan::new();
        self.stage.topology.add_port(&mut plan, port, Box::new(body), Media::plain(rate));
        let joined = self.stage.topology.join(&mut plan, port, target, streams);
        if let Some(dialog) = self.dialogs.get_mut(id) {
            dialog.port = Some(port);
            dialog.player = Some(handle);
        }
        self.owners.insert(port, Owner::Dialog(id.clone()));
        let torn = joined.as_deref().unwrap_or_default();
        let mut owed = vec![Owed::DialogAttached(id.clone())];
        owed.extend(self.settle_torn(&mut plan, torn));
        self.stage.submit(plan, owed);
        joined.map(drop).map_err(|error| error.to_string())
    }

    fn answer_started(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let (Some(asked), Some(endpoint)) = (dialog.asked.take(), dialog.endpoint.clone()) else {
            return;
        };
        let (held, owner) = (std::mem::take(&mut dialog.held), dialog.owner);
        info!(dialog = %id, %endpoint, "dialog started");
        if let EndPoint::Connection(connection) = &endpoint {
            self.use_connection(&asked.asker, connection.as_str());
        }
        let started = DialogStarted { dialogid: id.clone(), endpoint };
        self.reply(asked.asker, Response::DialogStarted(started));
        for notification in held {
            self.notify(&owner, notification);
        }
    }

    fn stop_playing(&mut self, id: &DialogId) {
        if let Some(player) = self.dialogs.get(id).and_then(|dialog| dialog.player.as_ref()) {
            player.stop();
        }
    }

    fn exit(&mut self, id: &DialogId) {
        self.report_collected_digits(id);
        let Some(dialog) = self.dialogs.get(id) else { return };
        let (owner, endpoint) = (dialog.owner, dialog.endpoint.clone());
        info!(dialog = %id, "dialog exited");
        self.forget_dialog(id);
        let exit = DialogExit { dialogid: id.clone(), endpoint, namelist: Namelist::default() };
        self.notify(&owner, Notification::DialogExit(exit));
    }

    fn error(&mut self, id: &DialogId, reason: String) {
        let Some(dialog) = self.dialogs.get(id) else { return };
        let (owner, endpoint) = (dialog.owner, dialog.endpoint.clone());
        info!(dialog = %id, reason, "dialog ended abnormally");
        self.forget_dialog(id);
        let error = ErrorDialog { dialogid: id.clone(), endpoint, reason };
        self.notify(&owner, Notification::ErrorDialog(error));
    }

    /// Takes the dialog's player off the engine and forgets it, without a word to anybody.
    pub(super) fn forget_dialog(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.remove(id) else { return };
        self.held_bytes -= dialog.held_bytes;
        if let Some(key) = dialog.fetch {
            self.fetches.forget(key);
            self.outputs.push_back(Output::CancelFetch { key });
        }
        let Some(port) = dialog.port else { return };
        self.owners.remove(&port);
        let mut plan = Plan::new();
        // The port was added when the dialog started to play, and only here is it removed.
        let _ = self.stage.topology.remove(&mut plan, port);
        self.stage.submit(plan, Vec::new());
    }
}
