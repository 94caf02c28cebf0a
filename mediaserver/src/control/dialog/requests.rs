//! `dialogprepare`, `dialogstart` and `dialogterminate` (draft 4.1 to 4.3).

use dialogs::Input;
use dialogs::audio::AudioDialog;
use mixer::topology::EndPoint as EnginePoint;
use mscp_proto::dialog::{DialogPrepare, DialogStart, DialogTerminate, ErrorDialogWrongState};
use mscp_proto::id::{DialogId, EndPoint};
use mscp_proto::multipart::Resources;
use mscp_proto::response::Response;
use tracing::info;

use super::script::{directions_of, source_of};
use super::{Asked, Dialog, Kind, NewDialog, name_of};
use crate::control::channels::Identity;
use crate::control::{Asker, Control};

/// Dialogs at one time, those that are only prepared included. What they may hold together is bounded
/// by `dialogs.max-held-bytes`.
const DIALOGS_MAX: usize = 4_096;

impl Control {
    pub(in crate::control) fn on_dialog_prepare(
        &mut self,
        asker: Asker,
        request: DialogPrepare,
        resources: &Resources,
    ) -> Result<(), String> {
        let DialogPrepare { script, endpoint, fetch, subscribe, streams, .. } = request;
        if let Some(endpoint) = &endpoint {
            self.check_end_point(asker.identity, endpoint)?;
        }
        let script = NewDialog { script, endpoint, fetch, subscribe, streams };
        let id = self.create_dialog(asker, Kind::Prepare, script, resources)?;
        self.carry_out(&id);
        Ok(())
    }

    pub(in crate::control) fn on_dialog_start(
        &mut self,
        asker: Asker,
        request: DialogStart,
        resources: &Resources,
    ) -> Result<(), String> {
        match request {
            DialogStart::Prepared { prepareddialogid, endpoint } => {
                self.start_prepared(asker, &prepareddialogid, endpoint)
            }
            DialogStart::Script { script, endpoint, fetch, subscribe, streams, .. } => {
                self.check_end_point(asker.identity, &endpoint)?;
                let endpoint = Some(endpoint);
                let script = NewDialog { script, endpoint, fetch, subscribe, streams };
                let id = self.create_dialog(asker, Kind::Start, script, resources)?;
                self.feed(&id, Input::Start);
                Ok(())
            }
        }
    }

    /// Draft 4.2: the end point is inherited from `dialogprepare` where it named one, and then must
    /// not be another.
    fn start_prepared(
        &mut self,
        asker: Asker,
        id: &DialogId,
        endpoint: Option<EndPoint>,
    ) -> Result<(), String> {
        let dialog = self.dialog_of(asker.identity, id)?;
        if !dialog.machine.is_ready() {
            let reason = format!("dialog {id} is {}, not prepared", dialog.state());
            let endpoint = endpoint.or_else(|| dialog.endpoint.clone());
            self.reply(
                asker,
                Response::ErrorDialogWrongState(ErrorDialogWrongState {
                    dialogid: id.clone(),
                    endpoint,
                    reason,
                }),
            );
            return Ok(());
        }
        let endpoint = match (dialog.endpoint.clone(), endpoint) {
            (Some(prepared), Some(given)) if prepared != given => {
                return Err(format!("dialog {id} was prepared for {prepared}, not for {given}"));
            }
            (Some(endpoint), _) | (None, Some(endpoint)) => endpoint,
            (None, None) => {
                return Err("neither this request nor its dialogprepare names a connectionid or \
                            conferenceid"
                    .to_owned());
            }
        };
        self.check_end_point(asker.identity, &endpoint)?;
        if let Some(dialog) = self.dialogs.get_mut(id) {
            dialog.endpoint = Some(endpoint);
            dialog.owner = asker.subscriber();
            dialog.asked = Some(Asked { asker, kind: Kind::Start });
        }
        self.feed(id, Input::Start);
        Ok(())
    }

    pub(in crate::control) fn on_dialog_terminate(
        &mut self,
        identity: Identity,
        request: DialogTerminate,
    ) {
        let id = request.dialogid;
        if self.dialog_of(identity, &id).is_err() {
            return info!(dialog = %id, "dialogterminate for a dialog that does not exist");
        }
        if request.immediate {
            info!(dialog = %id, "dialog terminated at once");
            // No notification from now on; but a request under way is answered (7.2.4).
            return self.abandon(&id, "terminated before it started".to_owned());
        }
        self.feed(&id, Input::Terminate);
    }

    fn create_dialog(
        &mut self,
        asker: Asker,
        kind: Kind,
        script: NewDialog,
        resources: &Resources,
    ) -> Result<DialogId, String> {
        if self.dialogs.len() >= DIALOGS_MAX {
            return Err(format!("all {DIALOGS_MAX} dialogs are in use"));
        }
        let streams = directions_of(&script.streams)?;
        let source = source_of(script.script, &script.fetch, resources)?;
        let held_bytes = source.size();
        self.hold(0, held_bytes, "audio in the request")?;
        let id = self.ids.dialog();
        let dialog = Dialog {
            machine: AudioDialog::new(),
            source_name: name_of(&source),
            source: Some(source),
            fetch: None,
            endpoint: script.endpoint,
            streams,
            subscribe: script.subscribe,
            owner: asker.subscriber(),
            asked: Some(Asked { asker, kind }),
            held_bytes,
            port: None,
            player: None,
            held: Vec::new(),
            digits: String::new(),
        };
        self.dialogs.insert(id.clone(), dialog);
        Ok(id)
    }

    pub(in crate::control) fn end_point_of_dialog(
        &self,
        identity: Identity,
        id: &str,
    ) -> Result<EnginePoint, String> {
        let dialog = self.dialog_of(identity, &DialogId::new(id))?;
        let port = dialog.port.ok_or_else(|| format!("dialog {id} is not started"))?;
        Ok(port.into())
    }

    pub(in crate::control) fn dialog_of(
        &self,
        identity: Identity,
        id: &DialogId,
    ) -> Result<&Dialog, String> {
        match self.dialogs.get(id) {
            Some(dialog) if dialog.owner.identity == identity => Ok(dialog),
            Some(_) | None => Err(format!("dialog identified by {id} does not exist")),
        }
    }

    pub(in crate::control) fn check_end_point(
        &self,
        identity: Identity,
        end_point: &EndPoint,
    ) -> Result<EnginePoint, String> {
        match end_point {
            EndPoint::Connection(id) => self.end_point_of_connection(id.as_str()),
            EndPoint::Conference(id) => self.room_of(identity, id.as_str()).map(EnginePoint::from),
        }
    }
}
