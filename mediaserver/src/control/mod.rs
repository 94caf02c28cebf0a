//! The control core: what the server knows and decides, as a value.
//!
//! One task owns it. It is fed with [`Control::handle`], which never blocks and does no I/O; what
//! it wants done comes out of [`Control::poll_output`], in order, until that returns `None`; and
//! [`Control::poll_timeout`] says when it wants to be woken with [`Control::handle_timeout`]. The
//! shell round it is tokio; in the behaviour tests it is a loop in virtual time.
//!
//! | file | what it decides |
//! |---|---|
//! | `calls` | a SIP call becomes a connection with an RTP leg, and ends |
//! | `guarding` | whether a call's media is protected, and with which keys |
//! | `conferences` | `createconference`, `destroyconference` |
//! | `joins` | `join`, `unjoin` |
//! | `members`, `tones` | who takes part in which conference, and how others hear of it |
//! | `attendance`, `speakers` | what subscribers are told of it |
//! | `prompt` | what is played, decoded before or meanwhile |
//! | `floor` | who is heard where the application server decides |
//! | `dialog` | `dialogprepare`, `dialogstart`, `dialogterminate`, and what dialogs report |
//! | `recordings` | recording conferences and connections to files |
//! | `extensions` | watching, hanging up, auditing: the project's own requests |
//! | `channels` | which application server owns and hears what |
//! | `transport` | channels that an application server sets up over SIP |
//! | `stage` | plans to the engine, and what is owed once they have been heard |
//!
//! A request is answered when the engine has mixed the first frame under its plan: what is owed for
//! a plan is an [`Owed`], carried out when [`Notice::Applied`] comes home.

mod attendance;
mod audit;
mod calls;
mod channels;
mod conferences;
mod connection;
mod dialog;
mod event;
mod extensions;
mod fetching;
mod floor;
mod guarding;
mod hang_up;
mod ids;
mod joins;
mod loops;
mod members;
mod monitor;
mod prompt;
mod recordings;
mod settings;
mod speakers;
mod stage;
mod state;
mod tones;
mod transport;

use std::collections::{BTreeMap, VecDeque};

use mixer::EngineHandle;
use mixer::engine::Notice;
use mixer::port::{PortEvent, PortId};
use mixer::room::RoomId;
use mixer::time::Time;
use mixer::topology::EndPoint;
use mscp_proto::channel::Correlation;
use mscp_proto::error::Subject;
use mscp_proto::id::{ConferenceId, ConnectionId, DialogId};
use mscp_proto::multipart::Resources;
use mscp_proto::notification::Notification;
use mscp_proto::request::Request;
use mscp_proto::response::Response;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sip::{Availability, CallKey};
use tracing::{debug, info, warn};

pub use event::{ChannelId, Event, Fetch, FetchKey, Output, SipCommand};
pub(crate) use ids::UnreadIds;
pub use monitor::CardEnds;
pub use prompt::Prompt;
pub use recordings::{NewFile, NewRecording, RecordingKey, RecordingOrder};
pub use settings::{KeySeed, MediaTotals, Settings};
pub use state::{ConferenceState, ConnectionState, DialogState, JoinState, State};
pub(crate) use transport::TRANSPORTS_MAX;

use attendance::Attendance;
use channels::{Channels, Identity, Subscriber};
use conferences::Conference;
use connection::Connection;
use dialog::Dialog;
use fetching::Fetches;
use ids::Ids;
use monitor::Monitored;
use recordings::Recordings;
use speakers::Speakers;
use stage::Stage;
use tones::OwnTones;
use transport::Transport;

/// The control core. See the module's essay for the kinds of calls and their order.
#[derive(Debug)]
pub struct Control {
    settings: Settings,
    rng: StdRng,
    /// What keys are drawn from, and nothing else. `StdRng` is fit for keys.
    secrets: StdRng,
    ids: Ids,
    stage: Stage<Owed>,
    channels: Channels,
    connections: BTreeMap<ConnectionId, Connection>,
    conferences: BTreeMap<ConferenceId, Conference>,
    dialogs: BTreeMap<DialogId, Dialog>,
    attendance: Attendance,
    speakers: Speakers,
    transports: BTreeMap<CallKey, Transport>,
    fetches: Fetches,
    recordings: Recordings,
    monitored: Option<Monitored>,
    own_tones: OwnTones,
    /// Players of tones.
    tones_playing: usize,
    /// What dialogs and tones hold of what they play, decoded or still to be, in bytes.
    held_bytes: usize,
    /// Who is behind each port of the engine.
    owners: BTreeMap<PortId, Owner>,
    /// Which conference is behind each room of the engine, as itself or as one of its audiences.
    rooms: BTreeMap<RoomId, ConferenceId>,
    retired_media: MediaTotals,
    draining: bool,
    /// What the SIP agent was told last.
    availability: Availability,
    outputs: VecDeque<Output>,
}

/// What a port of the engine stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Owner {
    Connection(ConnectionId),
    Dialog(DialogId),
    /// A tone that an audience hears.
    Tone(RoomId),
    /// The server itself: a tap of a recording, or its sound card.
    Server,
}

/// What is to be done when a plan has been heard.
#[derive(Debug)]
enum Owed {
    Reply(Asker, Response),
    ConnectionStarted(ConnectionId),
    ConnectionGone(ConnectionId),
    DialogAttached(DialogId),
    /// Somebody is heard to have come or gone.
    Attendance(ConferenceId),
}

/// Where an answer goes.
#[derive(Clone, Debug)]
struct Asker {
    channel: ChannelId,
    identity: Identity,
    correlation: Correlation,
}

impl Asker {
    fn subscriber(&self) -> Subscriber {
        Subscriber { channel: self.channel, identity: self.identity }
    }
}

impl Control {
    /// A core in charge of one engine. `seed` is unpredictable in a server, constant in tests.
    #[must_use]
    pub fn new(settings: Settings, engine: EngineHandle, seed: u64) -> Control {
        let mut rng = StdRng::seed_from_u64(seed);
        Control {
            ids: Ids::new(rng.next_u64()),
            rng,
            secrets: StdRng::from_seed(settings.key_seed.0),
            stage: Stage::new(engine),
            channels: Channels::new(settings.grace, settings.backlog_max),
            settings,
            connections: BTreeMap::new(),
            conferences: BTreeMap::new(),
            dialogs: BTreeMap::new(),
            attendance: Attendance::default(),
            speakers: Speakers::default(),
            transports: BTreeMap::new(),
            fetches: Fetches::default(),
            recordings: Recordings::default(),
            monitored: None,
            own_tones: OwnTones::default(),
            tones_playing: 0,
            held_bytes: 0,
            owners: BTreeMap::new(),
            rooms: BTreeMap::new(),
            retired_media: MediaTotals::default(),
            draining: false,
            availability: Availability::Open,
            outputs: VecDeque::new(),
        }
    }

    /// Takes one event.
    pub fn handle(&mut self, now: Time, event: Event) {
        match event {
            Event::ChannelOpened { channel, via } => self.on_channel_opened(channel, via),
            Event::TransportOpened { call, result } => self.on_transport_opened(&call, result),
            Event::ChannelClosed { channel, undelivered } => {
                self.on_channel_closed(now, channel, undelivered);
            }
            Event::Request { channel, correlation, request, resources } => {
                self.on_request(now, channel, correlation, request, resources);
            }
            Event::Notified { channel, notification } => self.on_notified(channel, notification),
            Event::Sip(event) => self.on_sip(now, event),
            Event::MediaOpened { port, result } => self.on_media_opened(port, result),
            Event::MediaUnguarded { port } => self.on_media_unguarded(port),
            Event::Fetched { key, result } => self.on_fetched(key, result),
            Event::RecordingOpened { key, result } => self.on_recording_opened(key, result),
            Event::RecordingEnded { key, report } => self.on_recording_ended(key, report),
            Event::SoundCardOpened { result } => self.on_sound_card_opened(result),
            Event::EngineNotices => self.on_engine_notices(),
            Event::Drain => self.drain(),
            Event::Shutdown => self.shutdown(),
        }
    }

    /// The next thing the core wants done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Control::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let subscriptions = [self.speakers.next_look(), self.attendance.next_update()];
        subscriptions.into_iter().chain([self.channels.next_expiry()]).flatten().min()
    }

    /// The time of [`Control::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Time) {
        for identity in self.channels.expire(now) {
            info!(?identity, "application server away for too long: ending what it owns");
            self.tear_down(identity);
        }
        self.look_at_speakers(now);
        self.tell_attendance(now);
    }

    /// Whether nothing is left that a drain waits for: no call, and no plan on its way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.connections.is_empty() && self.stage.plans_under_way() == 0
    }

    fn on_channel_opened(&mut self, channel: ChannelId, via: Option<CallKey>) {
        let identity = match via {
            None => Identity::PLAIN_LISTENER,
            // A dialog that has ended closes its connections, this one too.
            Some(call) => match self.transports.get(&call) {
                Some(transport) => {
                    let identity = transport.identity;
                    self.supersede(identity);
                    identity
                }
                None => return self.outputs.push_back(Output::CloseChannel { channel }),
            },
        };
        info!(channel = channel.0, "application server connected");
        for notification in self.channels.open(channel, identity) {
            self.outputs.push_back(Output::Notify { channel, notification, kept: true });
        }
    }

    /// What did not reach the channel goes to another of its identity, or waits for the next one.
    fn on_channel_closed(&mut self, now: Time, channel: ChannelId, undelivered: Vec<Notification>) {
        let lost = undelivered.len();
        info!(channel = channel.0, undelivered = lost, "application server disconnected");
        let Some(identity) = self.channels.close(now, channel) else {
            return self.channels.drop_notifications(lost);
        };
        for notification in undelivered {
            self.notify(&Subscriber { channel, identity }, notification);
        }
    }

    fn on_request(
        &mut self,
        now: Time,
        channel: ChannelId,
        correlation: Correlation,
        request: Request,
        resources: Resources,
    ) {
        let Some(identity) = self.channels.identity(channel) else { return };
        let asker = Asker { channel, identity, correlation };
        let subject = request.to_subject();
        let refused = asker.clone();
        let outcome = match request {
            _ if self.stage.is_behind() && is_planned(&request) => {
                Err("the engine is too far behind; try again later".to_owned())
            }
            Request::CreateConference(request) => self.on_create_conference(asker, request),
            Request::DestroyConference(request) => self.on_destroy_conference(asker, request),
            Request::Join(request) => self.on_join(asker, request),
            Request::Unjoin(request) => self.on_unjoin(asker, request),
            Request::DialogPrepare(request) => self.on_dialog_prepare(asker, request, &resources),
            Request::DialogStart(request) => self.on_dialog_start(asker, request, &resources),
            Request::Extension(request) => {
                self.on_extension(now, asker, request);
                Ok(())
            }
            Request::Unknown(foreign) => Err(format!(
                "no request <{}> of namespace '{}' is known here",
                foreign.name, foreign.namespace
            )),
        };
        if let Err(reason) = outcome {
            self.refuse_request(refused, subject, reason);
        }
    }

    /// Answers with the request's own error element (mscp.md, section 2).
    fn refuse_request(&mut self, asker: Asker, subject: Option<Subject>, reason: String) {
        info!(channel = asker.channel.0, reason, "request refused");
        let response = match subject {
            Some(subject) => subject.to_response(reason, || self.ids.nothing()),
            None => Response::error(reason),
        };
        self.reply(asker, response);
    }

    fn on_notified(&mut self, channel: ChannelId, notification: Notification) {
        let Some(identity) = self.channels.identity(channel) else { return };
        match notification {
            Notification::DialogTerminate(terminate) => {
                self.on_dialog_terminate(identity, terminate);
            }
            Notification::ConferenceUser(user) => self.on_conference_user(identity, user),
            other => debug!(channel = channel.0, name = other.name(), "notification without use"),
        }
    }

    fn on_engine_notices(&mut self) {
        while let Some(notice) = self.stage.poll() {
            match notice {
                Notice::Applied { plan, .. } => self.on_plan_applied(plan),
                Notice::Port { port, event } => self.on_port_event(port, event),
            }
        }
    }

    fn on_plan_applied(&mut self, plan: mixer::plan::PlanId) {
        for owed in self.stage.applied(plan) {
            match owed {
                Owed::Reply(asker, response) => self.reply(asker, response),
                Owed::ConnectionStarted(id) => self.notify_connection_started(&id),
                Owed::ConnectionGone(id) => self.on_connection_gone(&id),
                Owed::DialogAttached(id) => self.on_dialog_attached(&id),
                Owed::Attendance(id) => self.attendance.changed(&id),
            }
        }
    }

    fn on_port_event(&mut self, port: PortId, event: PortEvent) {
        match self.owners.get(&port).cloned() {
            Some(Owner::Connection(id)) => self.on_connection_event(&id, event),
            Some(Owner::Dialog(id)) => self.on_dialog_event(&id, event),
            Some(Owner::Tone(audience)) => self.on_tone_event(port, audience, event),
            Some(Owner::Server) => {}
            None => debug!(?port, ?event, "event of a port that is gone"),
        }
    }

    fn on_connection_event(&mut self, id: &ConnectionId, event: PortEvent) {
        match event {
            PortEvent::Digit { event } => self.on_digit(id, event),
            PortEvent::Starved { silent_ms } => self.on_starved(id, silent_ms),
            PortEvent::Latched { remote } => debug!(call = %id, %remote, "media source latched"),
            PortEvent::Goodbye => debug!(call = %id, "the peer said goodbye on RTCP"),
            PortEvent::Started | PortEvent::Finished => {}
        }
    }

    /// No new calls; those in progress may end by themselves.
    fn drain(&mut self) {
        info!(calls = self.connections.len(), "draining");
        self.draining = true;
        self.announce_availability();
    }

    /// Ends every call now.
    fn shutdown(&mut self) {
        self.drain();
        let ids: Vec<ConnectionId> = self.connections.keys().cloned().collect();
        for id in ids {
            self.hang_up(&id, hang_up::HangUp::Shutdown);
        }
        self.end_recordings();
        // The agent says BYE to the transport channels when it is shut down itself.
    }

    fn tear_down(&mut self, identity: Identity) {
        self.end_dialogs_of(identity);
        self.end_recordings_of(identity);
        self.end_conferences_of(identity);
    }

    fn reply(&mut self, asker: Asker, response: Response) {
        let Asker { channel, correlation, .. } = asker;
        self.outputs.push_back(Output::Respond { channel, correlation, response });
    }

    fn notify(&mut self, subscriber: &Subscriber, notification: Notification) {
        if let Some(channel) = self.channels.channel_of(subscriber) {
            return self.outputs.push_back(Output::Notify { channel, notification, kept: true });
        }
        let name = notification.name().to_owned();
        let kept = self.channels.keep(subscriber.identity, notification);
        warn!(name, kept, "notification for an application server that is away");
    }

    /// The end point of the engine behind a port's or room's owner, when it can be joined.
    fn end_point_of_connection(&self, id: &str) -> Result<EndPoint, String> {
        let Some(connection) = self.connections.get(id) else {
            return Err(format!("no such connection: {id}"));
        };
        match connection.leg() {
            None => Err(format!("connection {id} is not established")),
            Some(leg) if leg.has_no_audio() => Err(format!("connection {id} negotiated no audio")),
            Some(_) => Ok(connection.port.into()),
        }
    }

    fn random(&mut self) -> u64 {
        self.rng.next_u64()
    }
}

/// Whether a request is carried out by the engine.
fn is_planned(request: &Request) -> bool {
    matches!(
        request,
        Request::CreateConference(_)
            | Request::DestroyConference(_)
            | Request::Join(_)
            | Request::Unjoin(_)
            | Request::DialogStart(_)
    )
}
