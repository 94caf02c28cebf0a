//! The application server of the demonstration: whoever calls is put into one conference.
//!
//! It is an ordinary MSCP client; nothing it does is closed to any other.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mscp_proto::conference::{CreateConference, DestroyConference, Join, Tone};
use mscp_proto::dialog::DialogStart;
use mscp_proto::extension::{
    ConnectionStarted, ExtensionNotification, ExtensionRequest, Hangup, Watch,
};
use mscp_proto::id::{ConferenceId, ConnectionId, DialogId, EndPoint};
use mscp_proto::shared::{Direction, Script, Streams};
use mscp_proto::{Notification, Request, Response};
use tokio::sync::watch;
use tokio::time::timeout;

use super::caller::name_of;
use super::screen::Screen;
use super::{DemoError, chime};
use crate::client::{Client, ClientError, Notifications, Observer};

/// How long something that follows at once may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the application server knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// Who is in the conference, by name.
    pub(super) callers: BTreeMap<&'static str, ConnectionId>,
    /// Who called in besides.
    pub(super) guests: BTreeMap<ConnectionId, Guest>,
    /// Dialogs that are over, with what went wrong.
    over: BTreeMap<DialogId, Option<String>>,
    /// What did not work.
    pub(super) faults: Vec<String>,
}

/// Somebody who called in.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    pub(super) from: String,
    entered: Instant,
    left: Option<Instant>,
}

impl Guest {
    /// From when to when he was in the conference.
    pub(super) fn stay(&self) -> (Instant, Instant) {
        (self.entered, self.left.unwrap_or_else(Instant::now))
    }
}

/// The application server, connected.
pub(super) struct Application {
    client: Client,
    conference: ConferenceId,
    room: watch::Receiver<Room>,
}

impl Application {
    /// Connects to the media server, asks to be told of calls, and creates the conference.
    pub(super) async fn start(
        server: std::net::SocketAddr,
        screen: Screen,
    ) -> Result<Application, DemoError> {
        let observed = screen.clone();
        let observer: Observer = Box::new(move |passing| observed.message(&passing));
        let (client, notifications) = Client::connect_observed(server, Some(observer)).await?;
        client.request(extension(ExtensionRequest::Watch(Watch))).await?;
        let create = Request::CreateConference(CreateConference::default());
        let Response::ConferenceCreated(created) = client.request(create).await? else {
            return Err(DemoError::new("the media server created something else"));
        };
        let conference = created.conferenceid;
        let (shared, room) = watch::channel(Room::default());
        let desk = Desk { client: client.clone(), conference: conference.clone(), shared, screen };
        tokio::spawn(desk.attend(notifications));
        Ok(Application { client, conference, room })
    }

    /// Waits until all of them are in the conference.
    pub(super) async fn gather(&mut self, names: &[&'static str]) -> Result<(), DemoError> {
        let all = |room: &Room| names.iter().all(|name| room.callers.contains_key(name));
        let settled = self.room.wait_for(|room| all(room) || !room.faults.is_empty());
        match timeout(PATIENCE, settled).await {
            Ok(Ok(room)) if all(&room) => Ok(()),
            Ok(Ok(room)) => Err(DemoError::new(room.faults.join("; "))),
            _ => Err(DemoError::new("the three callers did not get into the conference")),
        }
    }

    /// Plays the chime to the conference and waits for its end; says when it may have sounded.
    pub(super) async fn welcome(&mut self) -> Result<(Instant, Instant), DemoError> {
        let uri = chime::uri().map_err(|error| DemoError::new(error.to_string()))?;
        let script = Script::Uri { uri, mime: "audio/wav".to_owned() };
        let place = EndPoint::Conference(self.conference.clone());
        let begin = Instant::now();
        let start = Request::DialogStart(DialogStart::new(script, place));
        let Response::DialogStarted(started) = self.client.request(start).await? else {
            return Err(DemoError::new("the media server started something else"));
        };
        let dialog = started.dialogid;
        let over = self.room.wait_for(|room| room.over.contains_key(&dialog));
        match timeout(PATIENCE, over).await {
            Ok(Ok(room)) => match room.over.get(&dialog) {
                Some(Some(reason)) => Err(DemoError::new(format!("the chime failed: {reason}"))),
                _ => Ok((begin, Instant::now())),
            },
            _ => Err(DemoError::new("the chime did not end")),
        }
    }

    /// Lets a caller speak to the conference, or only listen: one more join changes the streams.
    pub(super) async fn let_speak(&self, name: &str, may_speak: bool) -> Result<(), DemoError> {
        let connection = self.room.borrow().callers.get(name).cloned();
        let connection = connection.ok_or_else(|| DemoError::new(format!("{name} is gone")))?;
        let direction = if may_speak { Direction::Both } else { Direction::Transmit };
        let join = join(connection, self.conference.clone(), direction);
        self.client.request(Request::Join(join)).await?;
        Ok(())
    }

    /// What the application server knows now.
    pub(super) fn room(&self) -> Room {
        self.room.borrow().clone()
    }

    /// Sends whoever is still there home, and ends the conference.
    pub(super) async fn close(self) -> Result<(), DemoError> {
        let guests = self.room().guests;
        for (connectionid, _) in guests.into_iter().filter(|(_, guest)| guest.left.is_none()) {
            let hangup = extension(ExtensionRequest::Hangup(Hangup { connectionid }));
            match self.client.request(hangup).await {
                // He may just have hung up himself.
                Ok(_) | Err(ClientError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let destroy = DestroyConference { conferenceid: self.conference };
        self.client.request(Request::DestroyConference(destroy)).await?;
        Ok(())
    }
}

/// Where notifications arrive.
struct Desk {
    client: Client,
    conference: ConferenceId,
    shared: watch::Sender<Room>,
    screen: Screen,
}

impl Desk {
    async fn attend(self, mut notifications: Notifications) {
        while let Some(notification) = notifications.next().await {
            match notification {
                Notification::Extension(ExtensionNotification::ConnectionStarted(started)) => {
                    self.receive(started).await;
                }
                Notification::Extension(ExtensionNotification::ConnectionEnded(ended)) => {
                    self.shared.send_modify(|room| room.leave(&ended.connectionid));
                }
                Notification::DialogExit(exit) => {
                    self.shared.send_modify(|room| room.over(exit.dialogid, None));
                }
                Notification::ErrorDialog(error) => {
                    self.shared.send_modify(|room| room.over(error.dialogid, Some(error.reason)));
                }
                _ => {}
            }
        }
    }

    async fn receive(&self, started: ConnectionStarted) {
        let connection = started.connectionid.clone();
        let join = join(connection, self.conference.clone(), Direction::Both);
        match self.client.request(Request::Join(join)).await {
            Ok(_) => self.shared.send_modify(|room| room.enter(started.clone())),
            Err(error) => {
                let fault = format!("{} could not be joined: {error}", started.from);
                self.shared.send_modify(|room| room.faults.push(fault));
                return;
            }
        }
        if name_of(started.connectionid.as_str()).is_none() {
            self.screen.note(&format!("{} is in: all hear each other", started.from));
        }
    }
}

impl Room {
    fn enter(&mut self, started: ConnectionStarted) {
        match name_of(started.connectionid.as_str()) {
            Some(name) => {
                self.callers.insert(name, started.connectionid);
            }
            None => {
                let entered = Instant::now();
                let guest = Guest { from: started.from, entered, left: None };
                self.guests.insert(started.connectionid, guest);
            }
        }
    }

    fn leave(&mut self, connection: &ConnectionId) {
        self.callers.retain(|_, there| there != connection);
        if let Some(guest) = self.guests.get_mut(connection) {
            guest.left = Some(Instant::now());
        }
    }

    fn over(&mut self, dialog: DialogId, fault: Option<String>) {
        self.over.insert(dialog, fault);
    }
}

/// Without tones at the door, and as they speak: what is heard is to be the voices alone.
fn join(connection: ConnectionId, conference: ConferenceId, direction: Direction) -> Join {
    Join {
        entertone: Tone::Off,
        exittone: Tone::Off,
        autoinputgain: false,
        autooutputgain: false,
        dtmfclamp: false,
        toneclamp: false,
        streams: Streams::audio_only(direction),
        ..Join::new(connection, conference)
    }
}

fn extension(request: ExtensionRequest) -> Request {
    Request::Extension(request)
}
