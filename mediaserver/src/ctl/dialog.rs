//! `play`, `prepare`, `start`, `stop`.

use std::path::Path;

use mscp_proto::dialog::{DialogPrepare, DialogStart, DialogTerminate};
use mscp_proto::id::{ConferenceId, ConnectionId, DialogId, EndPoint};
use mscp_proto::limits::BODY_BYTES;
use mscp_proto::multipart::{Resource, Resources};
use mscp_proto::shared::Script;
use mscp_proto::{Notification, Request, Response};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{CtlError, Session, say, unexpected};
use crate::client::ClientError;

/// The types of what is played, by the endings of files. The server looks for itself.
const TYPES: [(&str, &str); 5] = [
    ("mp3", "audio/mpeg"),
    ("flac", "audio/flac"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", WAV),
];

/// The type of whatever has another ending.
const WAV: &str = "audio/wav";

/// The Content-ID of a file that is sent along.
const FILE_CID: &str = "recording@ctl";

impl Session {
    pub(super) async fn play(self, id: String, src: &str, no_wait: bool) -> Result<(), CtlError> {
        let (script, resources) = recording(src)?;
        let request = Request::DialogStart(DialogStart::new(script, end_point(id)));
        self.start_with(request, resources, no_wait).await
    }

    pub(super) async fn prepare(self, src: &str, on: Option<String>) -> Result<(), CtlError> {
        let (script, resources) = recording(src)?;
        let request = DialogPrepare { endpoint: on.map(end_point), ..DialogPrepare::new(script) };
        let request = Request::DialogPrepare(request);
        match self.client.request_with(request, resources).await? {
            Response::DialogPrepared(prepared) => say(prepared.dialogid),
            other => Err(unexpected(&other)),
        }
    }

    pub(super) async fn start(
        self,
        dialog: String,
        on: Option<String>,
        no_wait: bool,
    ) -> Result<(), CtlError> {
        let request = DialogStart::Prepared {
            prepareddialogid: DialogId::new(dialog),
            endpoint: on.map(end_point),
        };
        self.start_with(Request::DialogStart(request), Resources::default(), no_wait).await
    }

    /// Nobody answers a notification, so whether there is such a dialog is asked first.
    pub(super) async fn stop(self, dialog: String, immediate: bool) -> Result<(), CtlError> {
        let dialogid = DialogId::new(dialog);
        let there = self.audit().await?.dialogs;
        if !there.iter().any(|audited| audited.dialogid == dialogid) {
            let refused = format!("no such dialog: {dialogid}");
            return Err(ClientError::Refused(refused).into());
        }
        let shown = dialogid.clone();
        let terminate = DialogTerminate { dialogid, immediate };
        self.client.notify(Notification::DialogTerminate(terminate)).await?;
        // A server closes a channel that ends before it was read; a question after it is the proof.
        self.audit().await?;
        say(format!("stopped {shown}"))
    }

    async fn start_with(
        self,
        request: Request,
        resources: Resources,
        no_wait: bool,
    ) -> Result<(), CtlError> {
        let dialog = match self.client.request_with(request, resources).await? {
            Response::DialogStarted(started) => started.dialogid,
            other => return Err(unexpected(&other)),
        };
        // Before the id is out: whoever has read it may interrupt.
        let interrupt = signal(SignalKind::interrupt())?;
        say(&dialog)?;
        if no_wait {
            return Ok(());
        }
        self.wait_for_end(dialog, interrupt).await
    }

    /// Waits for the end of a dialog; an interruption ends the dialog too.
    async fn wait_for_end(
        mut self,
        dialog: DialogId,
        mut interrupt: Signal,
    ) -> Result<(), CtlError> {
        loop {
            let notification = tokio::select! {
                notification = self.notifications.next() => notification,
                _ = interrupt.recv() => {
                    return self.stop(dialog.as_str().to_owned(), true).await;
                }
            };
            match notification {
                Some(Notification::DialogExit(exit)) if exit.dialogid == dialog => return Ok(()),
                Some(Notification::ErrorDialog(error)) if error.dialogid == dialog => {
                    return Err(CtlError::Ended(error.reason));
                }
                Some(_) => {}
                None => return Err(ClientError::Closed.into()),
            }
        }
    }
}

/// What to play, and the file that goes along if it is one.
fn recording(src: &str) -> Result<(Script, Resources), CtlError> {
    let mime = type_of(src).to_owned();
    if is_uri(src) {
        return Ok((Script::Uri { uri: src.to_owned(), mime }, Resources::default()));
    }
    let bytes = std::fs::read(src)
        .map_err(|error| CtlError::Usage(format!("{src} cannot be read: {error}")))?;
    if bytes.len() >= BODY_BYTES {
        let megabytes = BODY_BYTES >> 20;
        return Err(CtlError::Usage(format!(
            "{src} is too long to be sent along ({megabytes} MB at most); give the server its URI"
        )));
    }
    let resource =
        Resource { content_id: Some(FILE_CID.to_owned()), content_type: mime.clone(), bytes };
    Ok((Script::Uri { uri: format!("cid:{FILE_CID}"), mime }, Resources(vec![resource])))
}

fn type_of(src: &str) -> &'static str {
    let ending = src.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let known = TYPES.iter().find(|(known, _)| ending.as_deref() == Some(known));
    known.map_or(WAV, |(_, mime)| mime)
}

/// Whether this is a URI rather than a path; a file of that name comes first.
fn is_uri(src: &str) -> bool {
    url::Url::parse(src).is_ok() && !Path::new(src).exists()
}

/// Only connection ids have two semicolons: those of the server's conferences have none.
pub(super) fn end_point(id: String) -> EndPoint {
    let connection = ConnectionId::new(id.clone());
    match connection.sip_dialog() {
        Some(_) => EndPoint::Connection(connection),
        None => EndPoint::Conference(ConferenceId::new(id)),
    }
}
