//! `record`, `recording`, `monitor`.

use mscp_proto::extension::{
    ExtensionNotification, ExtensionRequest, ExtensionResponse, Monitor, Record, RecordAction,
    RecordControl, RecordEnded, RecordLayout,
};
use mscp_proto::{Notification, Request, Response};
use tokio::signal::unix::{SignalKind, signal};

use super::dialog::end_point;
use super::{CtlError, Session, say, unexpected};
use crate::cli::{Action, Layout};
use crate::client::ClientError;

/// What is to be recorded.
pub(super) struct Wanted {
    pub(super) id: String,
    pub(super) file: String,
    pub(super) layout: Layout,
    pub(super) rate: Option<u32>,
    pub(super) max_seconds: Option<u32>,
}

impl Session {
    pub(super) async fn record(mut self, wanted: Wanted, no_wait: bool) -> Result<(), CtlError> {
        let Wanted { id, file, layout, rate, max_seconds } = wanted;
        let layout = match layout {
            Layout::Mono => RecordLayout::Mono,
            Layout::Stereo => RecordLayout::Stereo,
            Layout::In => RecordLayout::In,
            Layout::Tracks => RecordLayout::Tracks,
        };
        let endpoint = end_point(id);
        let request = Record { endpoint, file, layout, rate, maxseconds: max_seconds };
        let recording = self.ask_for(ExtensionRequest::Record(request)).await?.0;
        // Before the name is out: whoever has read it may interrupt.
        let mut interrupt = signal(SignalKind::interrupt())?;
        say(&recording)?;
        if no_wait {
            return Ok(());
        }
        loop {
            let notification = tokio::select! {
                notification = self.notifications.next() => notification,
                // The files are completed, and then told of.
                _ = interrupt.recv() => {
                    self.control(RecordAction::Stop, recording.clone()).await?;
                    continue;
                }
            };
            match notification {
                Some(Notification::Extension(ExtensionNotification::RecordEnded(ended)))
                    if ended.recordid == recording =>
                {
                    return tell(ended);
                }
                Some(_) => {}
                None => return Err(ClientError::Closed.into()),
            }
        }
    }

    pub(super) async fn control_recording(
        self,
        action: Action,
        recording: String,
    ) -> Result<(), CtlError> {
        let action = match action {
            Action::Pause => RecordAction::Pause,
            Action::Resume => RecordAction::Resume,
            Action::Stop => RecordAction::Stop,
        };
        say(self.control(action, recording).await?)
    }

    pub(super) async fn monitor(
        self,
        conference: Option<String>,
        talk: bool,
    ) -> Result<(), CtlError> {
        let monitor = Monitor { conferenceid: conference.map(Into::into), talk };
        let request = Request::Extension(ExtensionRequest::Monitor(monitor));
        match self.client.request(request).await? {
            Response::Extension(ExtensionResponse::Monitoring(monitoring)) => {
                match monitoring.conferenceid {
                    Some(conference) => say(format!("monitoring {conference}")),
                    None => say("monitoring nothing"),
                }
            }
            other => Err(unexpected(&other)),
        }
    }

    /// Has something done to a recording; returns its state then.
    async fn control(&self, action: RecordAction, recordid: String) -> Result<String, CtlError> {
        let request = ExtensionRequest::RecordControl(RecordControl { recordid, action });
        Ok(self.ask_for(request).await?.1)
    }

    /// The name and the state of the recording that an answer is about.
    async fn ask_for(&self, request: ExtensionRequest) -> Result<(String, String), CtlError> {
        match self.client.request(Request::Extension(request)).await? {
            Response::Extension(ExtensionResponse::Recording(it)) => Ok((it.recordid, it.state)),
            other => Err(unexpected(&other)),
        }
    }
}

fn tell(ended: RecordEnded) -> Result<(), CtlError> {
    for file in ended.files {
        let seconds = f64::from(file.ms) / 1_000.0;
        let speaker = file.connectionid.map(|id| format!(" {id}")).unwrap_or_default();
        say(format!("{} {seconds:.3} s {} bytes{speaker}", file.name, file.bytes))?;
    }
    if ended.complete { Ok(()) } else { Err(CtlError::Ended(ended.reason)) }
}
