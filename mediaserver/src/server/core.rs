//! The core task: one loop over one closed set of events, round the control core.
//!
//! It never waits for anything but its own inbox. Sockets are bound here, because that does not
//! block; what may take long (fetching, decoding, a slow application server) has tasks of its own.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use media_io::net::{Guard, NetHandle, PortRange, now};
use mixer::port::PortId;
use mixer::time::Time;
use rtrb::Consumer;
use sip::{Agent, CallKey};
use tokio::net::TcpListener;
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::feeders::Feeders;
use super::mscp::{Desk, Guest, ToChannel, Writer};
use super::prompts::Prompts;
use super::recorders::Recorders;
use super::sound_card::SoundCards;
use crate::control::{ChannelId, Control, Event, MediaTotals, Output, SipCommand, State};
use crate::engine::pace::{Cause, LateTick};
use crate::http::{Health, Phase};
use crate::metrics::{Metrics, RejectedPacket};

/// How often figures that are only read, never raised, are copied into the metrics.
const SURVEY_EVERY: Duration = Duration::from_secs(1);

/// How long calls that a drain had to end are given for their last messages.
const LAST_GOODBYES: Duration = Duration::from_secs(1);

/// Something that the core task is told by the rest of the server.
pub(super) enum Message {
    /// For the control core.
    Event(Box<Event>),
    /// An application server connected; its answers and notifications go here.
    ChannelOpened(ChannelId, Option<CallKey>, Writer),
    /// It is gone.
    ChannelClosed(ChannelId),
    /// Somebody wants to see everything.
    State(oneshot::Sender<State>),
    /// The server is to end: no new calls, then, when idle or late, none at all.
    Drain(Duration, oneshot::Sender<()>),
}

/// What the core task works with.
pub(super) struct Core {
    pub(super) control: Control,
    pub(super) inbox: mpsc::Receiver<Message>,
    pub(super) sip_events: mpsc::Receiver<sip::Event>,
    pub(super) agent: Agent,
    pub(super) net: NetHandle,
    pub(super) ports: PortRange,
    pub(super) media_ip: IpAddr,
    pub(super) wake: pipe::Receiver,
    /// Of each engine.
    pub(super) late_ticks: Vec<Consumer<LateTick>>,
    pub(super) prompts: Prompts,
    pub(super) feeders: Feeders,
    pub(super) recorders: Recorders,
    pub(super) sound_cards: SoundCards,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    pub(super) channels: BTreeMap<ChannelId, Writer>,
    /// What ends the listener of each SIP dialog that holds a transport channel.
    pub(super) transports: BTreeMap<CallKey, CancellationToken>,
    pub(super) desk: Desk,
    pub(super) shutdown: CancellationToken,
    pub(super) drain: Option<Drain>,
    pub(super) surveyed: Survey,
}

/// A drain in progress.
pub(super) struct Drain {
    deadline: Time,
    done: oneshot::Sender<()>,
    forced: bool,
}

/// What the metrics were told last of counters that are kept elsewhere.
#[derive(Default)]
pub(super) struct Survey {
    media: MediaTotals,
    overload: u64,
    notifications_dropped: u64,
}

/// What woke the core task.
enum Woken {
    Message(Option<Message>),
    Sip(Option<sip::Event>),
    Engine,
    Timer,
    Survey,
    Shutdown,
}

impl Core {
    /// Runs until the server is drained or dropped.
    pub(super) async fn run(mut self) {
        let mut survey = tokio::time::interval(SURVEY_EVERY);
        survey.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let timeout = self.next_timeout();
            // Whoever has something to say is heard in turn: a flood on one side starves no other.
            let woken = tokio::select! {
                () = engine_woke(&self.wake) => Woken::Engine,
                event = self.sip_events.recv() => Woken::Sip(event),
                message = self.inbox.recv() => Woken::Message(message),
                () = sleep_until(timeout) => Woken::Timer,
                _ = survey.tick() => Woken::Survey,
                () = self.shutdown.cancelled() => Woken::Shutdown,
            };
            match woken {
                Woken::Engine => self.on_engine(),
                Woken::Sip(Some(event)) => self.feed(Event::Sip(event)),
                Woken::Message(Some(message)) => self.on_message(message),
                Woken::Timer => self.on_timer(),
                Woken::Survey => self.survey(),
                Woken::Shutdown | Woken::Sip(None) | Woken::Message(None) => break,
            }
            if self.finish_drain() {
                break;
            }
        }
        self.agent.shutdown().await;
    }

    fn on_message(&mut self, message: Message) {
        match message {
            Message::Event(event) => self.feed(*event),
            Message::ChannelOpened(channel, via, writer) => {
                self.channels.insert(channel, writer);
                self.feed(Event::ChannelOpened { channel, via });
            }
            Message::ChannelClosed(channel) => {
                let writer = self.channels.remove(&channel);
                let undelivered = writer.map(|it| it.take_unsent()).unwrap_or_default();
                self.feed(Event::ChannelClosed { channel, undelivered });
            }
            // The asker may have given up.
            Message::State(reply) => drop(reply.send(self.control.state(now()))),
            Message::Drain(grace, done) => {
                self.health.enter(Phase::Draining);
                self.drain = Some(Drain { deadline: now() + grace, done, forced: false });
                self.feed(Event::Drain);
            }
        }
    }

    fn on_engine(&mut self) {
        for (engine, late_ticks) in self.late_ticks.iter_mut().enumerate() {
            while let Ok(late) = late_ticks.pop() {
                explain(engine, &late);
            }
        }
        self.feed(Event::EngineNotices);
    }

    fn on_timer(&mut self) {
        let now = now();
        let due = |drain: &&mut Drain| drain.deadline <= now && !drain.forced;
        if let Some(drain) = self.drain.as_mut().filter(due) {
            drain.forced = true;
            // Whatever is left gets a second to say goodbye.
            drain.deadline = now + LAST_GOODBYES;
            return self.feed(Event::Shutdown);
        }
        self.control.handle_timeout(now);
        self.carry_out();
    }

    fn feed(&mut self, event: Event) {
        self.control.handle(now(), event);
        self.carry_out();
    }

    /// Does what the core wants done. Binding sockets answers at once, so that may want more.
    fn carry_out(&mut self) {
        let mut answers = VecDeque::new();
        loop {
            while let Some(output) = self.control.poll_output() {
                if let Some(answer) = self.carry_out_one(output) {
                    answers.push_back(answer);
                }
            }
            let Some(answer) = answers.pop_front() else { return };
            self.control.handle(now(), answer);
        }
    }

    fn carry_out_one(&mut self, output: Output) -> Option<Event> {
        match output {
            Output::Respond { channel, correlation, response } => {
                self.write(channel, || ToChannel::answer(&correlation, response));
            }
            Output::Notify { channel, notification, kept } => {
                self.write(channel, || ToChannel::event(notification, kept));
            }
            Output::Sip(command) => self.sip(command),
            Output::CountCall(result) => self.metrics.count_call(result),
            Output::OpenTransport { call, peer } => return Some(self.open_transport(call, peer)),
            Output::CloseChannel { channel } => self.close_channel(channel),
            Output::CloseTransport { call } => self.close_transport(&call),
            Output::OpenMedia { port } => return Some(self.open_media(port)),
            Output::GuardMedia { port, guard } => {
                return (!self.net.guard(port, guard)).then_some(Event::MediaUnguarded { port });
            }
            Output::CloseMedia { port } => self.net.close(port, || {}),
            Output::Fetch { key, fetch, rate } => self.prompts.start(key, fetch, rate),
            Output::Feed(feeder) => self.feeders.take(feeder),
            Output::OpenSoundCard(ends) => self.sound_cards.open(ends),
            Output::CloseSoundCard => self.sound_cards.close(),
            Output::Record { key, recording } => self.recorders.begin(key, recording),
            Output::TellRecorder { key, order } => self.recorders.tell(key, order),
            Output::CancelFetch { key } => self.prompts.cancel(key),
        }
        None
    }

    /// An application server that does not read what it is sent is cut off: too much waits for it.
    fn write(&mut self, channel: ChannelId, message: impl FnOnce() -> ToChannel) {
        let Some(writer) = self.channels.get(&channel) else { return };
        if !writer.send(message()) && !writer.is_cut() {
            warn!(channel = channel.0, "the application server does not read: channel closed");
            // Its tasks end, and report the end of the channel; what it was not told is kept.
            writer.cut();
        }
    }

    fn sip(&mut self, command: SipCommand) {
        match command {
            SipCommand::Accept { call, sdp } => self.agent.accept(&call, sdp),
            SipCommand::Reject { call, rejection } => self.agent.reject(&call, rejection),
            SipCommand::Bye { call, reason } => self.agent.bye(&call, reason.as_deref()),
            SipCommand::SetAvailability(availability) => self.agent.set_availability(availability),
        }
    }

    fn open_media(&mut self, port: PortId) -> Event {
        let result = match self.ports.bind_pair(self.media_ip) {
            Ok(pair) => {
                let rtp_port = pair.rtp_port();
                self.net.open(port, pair, Guard::Closed);
                Ok(rtp_port)
            }
            Err(error) => Err(error.to_string()),
        };
        Event::MediaOpened { port, result }
    }

    fn open_transport(&mut self, call: CallKey, peer: IpAddr) -> Event {
        let result = match listen_on(self.media_ip) {
            Ok((socket, port)) => {
                let shutdown = self.shutdown.child_token();
                self.transports.insert(call.clone(), shutdown.clone());
                let guest = Guest { call: call.clone(), host: peer };
                tokio::spawn(self.desk.listen(socket, Some(guest), shutdown).run());
                Ok(port)
            }
            Err(error) => Err(error.to_string()),
        };
        Event::TransportOpened { call, result }
    }

    fn close_channel(&mut self, channel: ChannelId) {
        if let Some(writer) = self.channels.get(&channel) {
            writer.cut();
        }
    }

    fn close_transport(&mut self, call: &CallKey) {
        if let Some(shutdown) = self.transports.remove(call) {
            shutdown.cancel();
        }
    }

    fn next_timeout(&self) -> Option<Time> {
        let drain = self.drain.as_ref().map(|drain| drain.deadline);
        self.control.poll_timeout().into_iter().chain(drain).min()
    }

    /// Whether a drain is over: every call has ended, or was given long enough.
    fn finish_drain(&mut self) -> bool {
        let Some(drain) = &self.drain else { return false };
        let late = drain.forced && drain.deadline <= now();
        if !late && !self.control.is_idle() {
            return false;
        }
        if let Some(drain) = self.drain.take() {
            // The waiter may have been killed; the server ends all the same.
            let _ = drain.done.send(());
        }
        true
    }

    /// Copies what others count into the metrics.
    fn survey(&mut self) {
        let (legs, conferences, dialogs) = self.control.counts();
        let metrics = &self.metrics;
        metrics.legs.set(count(legs));
        metrics.conferences.set(count(conferences));
        metrics.dialogs.set(count(dialogs));
        metrics.mscp_channels.set(count(self.channels.len()));
        let media = self.control.media_totals();
        let seen = &mut self.surveyed;
        let grown = |new: u64, old: u64| new.saturating_sub(old);
        metrics.rtp_received.inc_by(grown(media.packets_received, seen.media.packets_received));
        metrics.rtp_sent.inc_by(grown(media.packets_sent, seen.media.packets_sent));
        metrics.rtp_lost.inc_by(grown(media.lost, seen.media.lost));
        metrics.rtp_late.inc_by(grown(media.late, seen.media.late));
        metrics.rtp_duplicate.inc_by(grown(media.duplicates, seen.media.duplicates));
        let rejected = |reason, amount| {
            metrics.rtp_rejected(reason).inc_by(amount);
        };
        rejected(RejectedPacket::Source, grown(media.rejected, seen.media.rejected));
        rejected(RejectedPacket::Malformed, grown(media.malformed, seen.media.malformed));
        rejected(
            RejectedPacket::PayloadType,
            grown(media.unexpected_payload_type, seen.media.unexpected_payload_type),
        );
        let net = self.net.counters().snapshot();
        metrics.survey_network(&net);
        metrics.survey_engine(&self.control.engine_stats());
        metrics.survey_refused_calls(self.agent.refused());
        let overload = net.dropped_flood + net.dropped_inbox_full + net.dropped_oversize;
        rejected(RejectedPacket::Overload, grown(overload, seen.overload));
        let dropped = self.control.notifications_dropped();
        metrics.notifications_dropped.inc_by(grown(dropped, seen.notifications_dropped));
        *seen = Survey { media, overload, notifications_dropped: dropped };
    }
}

/// A late tick is explained here; the engine itself counts it and never logs.
fn explain(engine: usize, late: &LateTick) {
    let (late_ms, took_ms) = (ms(late.late_by), ms(late.previous_took));
    match late.cause {
        Cause::WokeLate => warn!(
            engine,
            late_ms,
            skipped = late.skipped,
            "late tick: the operating system did not run the engine thread in time"
        ),
        Cause::Overrun => warn!(
            engine,
            late_ms,
            took_ms,
            skipped = late.skipped,
            "late tick: the tick before took longer than 20 ms"
        ),
    }
}

/// A free TCP port of this host. Binding does not wait.
fn listen_on(ip: IpAddr) -> io::Result<(TcpListener, u16)> {
    let socket = std::net::TcpListener::bind((ip, 0))?;
    socket.set_nonblocking(true)?;
    let port = socket.local_addr()?.port();
    Ok((TcpListener::from_std(socket)?, port))
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Waits until an engine has ticked since the last time.
async fn engine_woke(wake: &pipe::Receiver) {
    loop {
        if wake.readable().await.is_err() {
            // The reactor is shutting down, and the server with it.
            return std::future::pending().await;
        }
        // One byte a tick; after a stall they all mean the same.
        let mut ticks = [0; 64];
        if wake.try_read(&mut ticks).is_ok() {
            return;
        }
    }
}

async fn sleep_until(deadline: Option<Time>) {
    match deadline {
        Some(deadline) => tokio::time::sleep(deadline.since(now())).await,
        None => std::future::pending().await,
    }
}
