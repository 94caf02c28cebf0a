//! `dialogprepare`, `dialogstart` and `dialogterminate` (draft 4.1 to 4.3), and what dialogs
//! report. What a dialog does is decided by its machine in the crate `dialogs`; here it gets its
//! document, its port on the engine and its streams.

use std::sync::Arc;

use dialogs::audio::{AudioDialog, TYPES};
use dialogs::{Input, Output as Wish, Pcm};
use media_io::player::{PlayerConfig, PlayerHandle, player};
use mixer::plan::Plan;
use mixer::port::{PortEvent, PortId};
use mixer::topology::{Directions, EndPoint as EnginePoint};
use mscp_proto::datatype::EventName;
use mscp_proto::dialog::{
    DialogExit, DialogPrepare, DialogPrepared, DialogStart, DialogStarted, DialogTerminate,
    DialogUser, ErrorDialog, ErrorDialogNotPrepared, ErrorDialogNotStarted, ErrorDialogWrongState,
};
use mscp_proto::id::{ConnectionId, DialogId, EndPoint};
use mscp_proto::multipart::Resources;
use mscp_proto::notification::Notification;
use mscp_proto::response::Response;
use mscp_proto::shared::{
    DialogSubscribe, Direction, DtmfReport, FetchHints, Method, Namelist, Script, Streams,
};
use tracing::info;

use super::channels::{Identity, Subscriber};
use super::event::{Fetch, FetchKey, Output};
use super::{Asker, Control, Owed, Owner};

/// Dialogs at one time, those that are only prepared included. Prepared ones hold their audio, so
/// this bounds memory together with `dialogs.max-seconds`.
const DIALOGS_MAX: usize = 4_096;

/// Characters of a dialog's address that are shown; a `data:` URI can be megabytes long.
const SOURCE_NAME_CHARS: usize = 80;

/// Digits kept for `dtmf` = `all` until the dialog ends.
const DIGITS_MAX: usize = 256;

/// One dialog.
#[derive(Debug)]
pub(super) struct Dialog {
    machine: AudioDialog,
    source: Fetch,
    fetch: Option<FetchKey>,
    /// Connection or conference it stands on; a prepared dialog may not know yet.
    pub(super) endpoint: Option<EndPoint>,
    streams: Directions,
    subscribe: DialogSubscribe,
    pub(super) owner: Subscriber,
    /// The request that is still to be answered.
    asked: Option<Asked>,
    port: Option<PortId>,
    player: Option<PlayerHandle>,
    /// Notifications raised before the answer that makes the dialog known.
    held: Vec<Notification>,
    digits: String,
}

#[derive(Clone, Debug)]
struct Asked {
    asker: Asker,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Prepare,
    Start,
}

/// What `dialogprepare` and `dialogstart` both say of a new dialog.
struct NewDialog {
    script: Script,
    endpoint: Option<EndPoint>,
    fetch: FetchHints,
    subscribe: DialogSubscribe,
    streams: Streams,
}

impl Dialog {
    /// A word for its state, for audits.
    pub(super) fn state(&self) -> &'static str {
        if self.machine.is_ready() {
            "prepared"
        } else if self.machine.is_started() {
            "started"
        } else {
            "preparing"
        }
    }

    /// What it plays, short enough to show.
    pub(super) fn source_name(&self) -> String {
        match &self.source {
            Fetch::Uri { uri, .. } => uri.chars().take(SOURCE_NAME_CHARS).collect(),
            Fetch::Bytes(bytes) => format!("{} bytes from the request", bytes.len()),
        }
    }
}

impl Control {
    pub(super) fn on_dialog_prepare(
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

    pub(super) fn on_dialog_start(
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
        let id = self.ids.dialog();
        let dialog = Dialog {
            machine: AudioDialog::new(),
            source,
            fetch: None,
            endpoint: script.endpoint,
            streams,
            subscribe: script.subscribe,
            owner: asker.subscriber(),
            asked: Some(Asked { asker, kind }),
            port: None,
            player: None,
            held: Vec::new(),
            digits: String::new(),
        };
        self.dialogs.insert(id.clone(), dialog);
        Ok(id)
    }

    pub(super) fn on_fetched(&mut self, key: FetchKey, result: Result<Pcm, String>) {
        let Some(id) = self.fetches.remove(&key) else { return };
        if let Some(dialog) = self.dialogs.get_mut(&id) {
            dialog.fetch = None;
        }
        self.feed(&id, Input::Fetched(result));
    }

    pub(super) fn on_dialog_attached(&mut self, id: &DialogId) {
        self.feed(id, Input::Attached);
    }

    pub(super) fn on_dialog_event(&mut self, id: &DialogId, event: PortEvent) {
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
    pub(super) fn on_digit(&mut self, connection: &ConnectionId, event: u8) {
        let Some(key) = key_of(event) else { return };
        info!(call = %connection, %key, "key");
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

    pub(super) fn on_dialog_terminate(&mut self, identity: Identity, request: DialogTerminate) {
        let id = request.dialogid;
        if self.dialog_of(identity, &id).is_err() {
            return info!(dialog = %id, "dialogterminate for a dialog that does not exist");
        }
        if request.immediate {
            info!(dialog = %id, "dialog terminated at once");
            return self.forget_dialog(&id);
        }
        self.feed(&id, Input::Terminate);
    }

    pub(super) fn end_dialogs_of_connection(&mut self, id: &ConnectionId, reason: &str) {
        let end_point = EndPoint::Connection(id.clone());
        self.end_dialogs_on(&end_point, &format!("connection {id} ended ({reason})"));
    }

    pub(super) fn end_dialogs_on(&mut self, end_point: &EndPoint, reason: &str) {
        let stands = |dialog: &Dialog| dialog.endpoint.as_ref() == Some(end_point);
        let ids: Vec<DialogId> =
            self.dialogs.iter().filter(|(_, d)| stands(d)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.feed(&id, Input::EndPointGone { reason: reason.to_owned() });
        }
    }

    /// Ends the dialogs of an application server that stayed away; nobody is left to be told.
    pub(super) fn end_dialogs_of(&mut self, identity: Identity) {
        let theirs = |dialog: &Dialog| dialog.owner.identity == identity;
        let ids: Vec<DialogId> =
            self.dialogs.iter().filter(|(_, d)| theirs(d)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.forget_dialog(&id);
        }
    }

    pub(super) fn end_point_of_dialog(
        &self,
        identity: Identity,
        id: &str,
    ) -> Result<EnginePoint, String> {
        let dialog = self.dialog_of(identity, &DialogId::new(id))?;
        let port = dialog.port.ok_or_else(|| format!("dialog {id} is not started"))?;
        Ok(port.into())
    }

    fn dialog_of(&self, identity: Identity, id: &DialogId) -> Result<&Dialog, String> {
        match self.dialogs.get(id) {
            Some(dialog) if dialog.owner.identity == identity => Ok(dialog),
            Some(_) | None => Err(format!("dialog identified by {id} does not exist")),
        }
    }

    fn check_end_point(
        &self,
        identity: Identity,
        end_point: &EndPoint,
    ) -> Result<EnginePoint, String> {
        match end_point {
            EndPoint::Connection(id) => self.end_point_of_connection(id.as_str()),
            EndPoint::Conference(id) => self.room_of(identity, id.as_str()).map(EnginePoint::from),
        }
    }

    /// Gives the machine an input and carries out what it wants.
    fn feed(&mut self, id: &DialogId, input: Input) {
        if let Some(dialog) = self.dialogs.get_mut(id) {
            dialog.machine.handle(input);
            self.carry_out(id);
        }
    }

    fn carry_out(&mut self, id: &DialogId) {
        while let Some(wish) = self.dialogs.get_mut(id).and_then(|d| d.machine.poll_output()) {
            match wish {
                Wish::Fetch => self.fetch(id),
                Wish::Prepared => self.answer_prepared(id),
                Wish::Failed { reason } => self.fail(id, reason),
                Wish::Play(pcm) => self.play(id, pcm),
                Wish::Started => self.answer_started(id),
                Wish::StopPlaying => self.stop_playing(id),
                Wish::Exit => self.exit(id),
                Wish::Error { reason } => self.error(id, reason),
            }
        }
    }

    fn fetch(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        self.next_fetch += 1;
        let key = FetchKey(self.next_fetch);
        dialog.fetch = Some(key);
        self.fetches.insert(key, id.clone());
        self.outputs.push_back(Output::Fetch { key, fetch: dialog.source.clone() });
    }

    fn answer_prepared(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let Some(asked) = dialog.asked.take() else { return };
        let endpoint = dialog.endpoint.clone();
        info!(dialog = %id, "dialog prepared");
        let prepared = DialogPrepared { dialogid: id.clone(), endpoint };
        self.reply(asked.asker, Response::DialogPrepared(prepared));
    }

    /// The request that wanted the dialog is answered with its own error, and nothing is left.
    fn fail(&mut self, id: &DialogId, reason: String) {
        let asked = self.dialogs.get_mut(id).and_then(|dialog| dialog.asked.take());
        let endpoint = self.dialogs.get(id).and_then(|dialog| dialog.endpoint.clone());
        info!(dialog = %id, reason, "dialog failed");
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
    fn play(&mut self, id: &DialogId, pcm: Pcm) {
        if let Err(reason) = self.attach(id, pcm) {
            self.feed(id, Input::EndPointGone { reason });
        }
    }

    fn attach(&mut self, id: &DialogId, pcm: Pcm) -> Result<(), String> {
        let dialog = self.dialogs.get(id).ok_or("the dialog is gone")?;
        let end_point = dialog.endpoint.clone().ok_or("the dialog has no end point")?;
        let streams = dialog.streams;
        let &Asker { identity, .. } =
            dialog.asked.as_ref().map(|asked| &asked.asker).ok_or("nobody asked for the dialog")?;
        let target = self.check_end_point(identity, &end_point)?;
        let port = self.stage.handle.reserve_port().map_err(|full| full.to_string())?;
        let (body, handle) = player(PlayerConfig { port, samples: pcm, started: true });
        let mut plan = Plan::new();
        self.stage.topology.add_port(&mut plan, port, Box::new(body));
        let joined = self.stage.topology.join(&mut plan, port, target, streams, false);
        if let Some(dialog) = self.dialogs.get_mut(id) {
            dialog.port = Some(port);
            dialog.player = Some(handle);
        }
        self.owners.insert(port, Owner::Dialog(id.clone()));
        self.stage.submit(plan, vec![Owed::DialogAttached(id.clone())]);
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
    fn forget_dialog(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.remove(id) else { return };
        if let Some(key) = dialog.fetch {
            self.fetches.remove(&key);
            self.outputs.push_back(Output::CancelFetch { key });
        }
        let Some(port) = dialog.port else { return };
        self.owners.remove(&port);
        let mut plan = Plan::new();
        // The port was added when the dialog started to play, and only here is it removed.
        let _ = self.stage.topology.remove(&mut plan, port);
        self.stage.submit(plan, Vec::new());
    }

    /// `dtmf` = `all`: the keys of the whole dialog together, before its end.
    fn report_collected_digits(&mut self, id: &DialogId) {
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let digits = std::mem::take(&mut dialog.digits);
        if !digits.is_empty() {
            self.report(id, "dtmf", Namelist::of([("digits", digits)]));
        }
    }

    /// `dialoguser`, held back while the AS does not know the dialog yet.
    fn report(&mut self, id: &DialogId, name: &str, namelist: Namelist) {
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

/// `receive`: the dialog listens to its end point. `transmit`: it plays to it (draft 6.3).
fn directions_of(streams: &Streams) -> Result<Directions, String> {
    if streams.video().is_some() {
        return Err("video is not supported".to_owned());
    }
    Ok(match streams.audio() {
        Some(Direction::Both) => Directions::Both,
        Some(Direction::Transmit) => Directions::AToB,
        Some(Direction::Receive) => Directions::BToA,
        None => Directions::Neither,
    })
}

/// What is to be fetched for a script; a `cid:` is a part of the same message.
fn source_of(script: Script, hints: &FetchHints, resources: &Resources) -> Result<Fetch, String> {
    if !TYPES.iter().any(|known| known.eq_ignore_ascii_case(script.mime())) {
        return Err(format!(
            "dialogs of type {} are not supported; supported are {}",
            script.mime(),
            TYPES.join(", ")
        ));
    }
    let Script::Uri { uri, .. } = script else {
        return Err("audio cannot stand inside <src>; give its address in the attribute src, or \
                    send it as a part of a multipart message and name it with cid:"
            .to_owned());
    };
    if uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid:")) {
        return match resources.by_cid(&uri) {
            Some(part) => Ok(Fetch::Bytes(Arc::from(part.bytes.as_slice()))),
            None => Err(format!("no part of the message has the Content-ID that {uri} names")),
        };
    }
    Ok(Fetch::Uri {
        uri,
        max_age: seconds(hints.maxage.as_deref(), "maxage")?,
        max_stale: seconds(hints.maxstale.as_deref(), "maxstale")?,
        post: hints.method == Method::Post,
    })
}

/// `maxage` and `maxstale`: seconds as in HTTP 1.1, where a trailing `s` is forgiven.
fn seconds(text: Option<&str>, name: &str) -> Result<Option<u64>, String> {
    let Some(text) = text else { return Ok(None) };
    let digits = text.strip_suffix('s').unwrap_or(text);
    match digits.parse() {
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => Err(format!("{name}=\"{text}\" is not a number of seconds")),
    }
}
