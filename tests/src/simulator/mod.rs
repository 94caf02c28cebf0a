//! The whole server but its shell, in virtual time.
//!
//! What is real: the control core, the engines (under the allocation trap where the test installs
//! the allocator), the RTP legs, players, SDP negotiation, and every MSCP message as bytes on a
//! channel. What is simulated: time, the network, callers, SIP below the level of calls, the
//! fetching of documents, and the application server.
//!
//! Participants have names of one character: callers lower-case letters, conferences upper-case
//! ones, dialogs digits. In the text of a request `$a` stands for the identifier of the one named
//! `a`, so that a test reads like a message flow of the draft:
//!
//! ```
//! let mut sim = antiphon_tests::simulator::Simulator::new();
//! sim.call("abc");
//! sim.create('R');
//! for name in "abc".chars() {
//!     sim.join('R', name, "both");
//! }
//! sim.check("a:bc b:ac c:ab");
//! ```
//!
//! | file | what it simulates |
//! |---|---|
//! | `mod` | the shell's loop, and time |
//! | [`application_server`] | MSCP requests, responses and notifications |
//! | `calls` | SIP: who calls, holds, hangs up |
//! | [`caller`], [`phone`] | a caller with RTP, and the phone's kind |
//! | [`network`] | delay, jitter, loss, reordering, duplication |
//! | `documents` | what dialogs play |
//! | `hearing` | who hears whom, read from the recordings |
//! | `wires` | the datagrams of a tick |

pub mod application_server;
pub mod caller;
mod calls;
mod documents;
mod hearing;
pub mod network;
pub mod phone;
pub mod recorders;
mod wires;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use media_io::jitter;
use media_io::net::Guard;
use media_io::player::Feeder;
use media_io::recorder;
use media_io::sdp::Security;
use mediaserver::control::{CardEnds, Control, Event, KeySeed, Output, Settings, SipCommand};
use mediaserver::metrics::CallResult;
use mixer::port::PortId;
use mixer::time::{TICK, Time};
use mixer::{Capacities, Engine};
use sip::{Availability, CallKey};

use application_server::ApplicationServer;
pub use caller::Caller;
use documents::Documents;
pub use hearing::tone_of;
pub use network::Impairment;
pub use phone::Phone;
use recorders::Recorders;
use wires::{Letter, Mailbag, Tray};

/// Seed of a simulator that is given none.
pub const SEED: u64 = 0x5eed_0000_0000_0001;

/// Level of every tone, in dBFS; five of them together stay below the limiter.
pub const LEVEL_DBFS: f64 = -18.0;

/// RTP ports that can be bound: the even numbers from here.
const RTP_PORTS_FROM: u16 = 20_000;

/// Where the server's media is.
const MEDIA_IP: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));

/// Where application servers connect that set their channel up over SIP.
const MSCP_PORT: u16 = 32_416;

/// How long anything may take that is to happen soon.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a simulation is made with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Source of all that is random.
    pub seed: u64,
    /// The control core's part of the configuration.
    pub settings: Settings,
    /// The engines' sizes.
    pub capacities: Capacities,
    /// RTP ports in the range.
    pub rtp_ports: usize,
}

impl Setup {
    /// Several engines, each with so many ports; callers are at the first until it is full.
    #[must_use]
    pub fn with_engines(engines: usize, ports_each: usize) -> Setup {
        let setup = Setup::default();
        let (shards, ports) = (engines, engines * ports_each);
        Setup { capacities: Capacities { shards, ports, ..setup.capacities }, ..setup }
    }
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            seed: SEED,
            settings: Settings {
                media_ip: MEDIA_IP,
                max_calls: 100,
                max_conferences: 32,
                packet_ms: 20,
                starvation: None,
                jitter: jitter::Config::default(),
                over_sip: vec!["203.0.113.0/24".parse().expect("a network")],
                held_bytes_max: 64 << 20,
                recordings: Some(recorder::Limits::default()),
                backlog_max: 1_000,
                grace: None,
                cname: "simulator@198.51.100.1".to_owned(),
                security: Security::Plain,
                key_seed: KeySeed([1; 32]),
                ntp_at_zero: 0,
            },
            capacities: Capacities {
                shards: 1,
                ports: 64,
                rooms: 64,
                live_rooms: 64,
                streams: 128,
                talkers: 512,
                plans: 64,
                notices: 512,
                datagrams_per_tick: 1_024,
            },
            rtp_ports: 100,
        }
    }
}

/// The server in a world of its own.
pub struct Simulator {
    /// Where the simulation starts from; printed with every failed expectation.
    pub seed: u64,
    /// The control core.
    pub control: Control,
    /// What became of calls, in order.
    pub call_results: Vec<CallResult>,
    engines: Vec<Engine>,
    capacities: Capacities,
    tray: Tray,
    ticks: u64,
    now: Time,
    /// The application servers, in the order of their connection; the first is there from the
    /// beginning.
    pub servers: Vec<ApplicationServer>,
    /// What dialogs can be asked to play.
    pub documents: Documents,
    /// The sound card of the server, while it is open.
    pub sound_card: Option<CardEnds>,
    /// What was recorded.
    pub recorders: Recorders,
    /// What plays while it is decoded.
    feeders: Vec<Feeder>,
    callers: BTreeMap<char, Caller>,
    /// Identifiers by name.
    ids: BTreeMap<char, String>,
    /// Which RTP port is bound for which port of the engine.
    bound: BTreeMap<u16, PortId>,
    /// How the network is to guard the port of the engine.
    guards: Vec<(PortId, Guard)>,
    rtp_ports: usize,
    /// What the SIP agent was told last.
    pub availability: Availability,
    calls_made: u64,
    /// What was answered to those who asked for a transport channel.
    channel_answers: BTreeMap<CallKey, Vec<u8>>,
}

impl Simulator {
    /// A simulation of the default [`Setup`].
    #[must_use]
    pub fn new() -> Simulator {
        Simulator::with(Setup::default())
    }

    /// A simulation of this setup, with one application server connected.
    #[must_use]
    pub fn with(setup: Setup) -> Simulator {
        let (engines, handle) = mixer::engines(setup.capacities);
        let mut simulator = Simulator {
            seed: setup.seed,
            control: Control::new(setup.settings, handle, setup.seed),
            call_results: Vec::new(),
            engines,
            capacities: setup.capacities,
            tray: Tray::new(),
            ticks: 0,
            now: Time(0),
            servers: Vec::new(),
            documents: Documents::default(),
            sound_card: None,
            recorders: Recorders::default(),
            feeders: Vec::new(),
            callers: BTreeMap::new(),
            ids: BTreeMap::new(),
            bound: BTreeMap::new(),
            guards: Vec::new(),
            rtp_ports: setup.rtp_ports,
            availability: Availability::Open,
            calls_made: 0,
            channel_answers: BTreeMap::new(),
        };
        simulator.connect(None);
        simulator
    }

    /// The virtual time.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Lets time pass.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end {
            self.tick();
        }
    }

    /// Lets time pass, in ms.
    pub fn run_ms(&mut self, ms: u64) {
        self.run_for(Duration::from_millis(ms));
    }

    /// Lets time pass until something is so.
    ///
    /// # Panics
    /// When it does not become so in five seconds.
    #[track_caller]
    pub fn run_until(&mut self, what: &str, so: impl Fn(&Simulator) -> bool) {
        let patience = self.now + PATIENCE;
        while !so(self) {
            assert!(self.now < patience, "waited in vain for {what}; seed {:#x}", self.seed);
            self.tick();
        }
    }

    /// The identifier behind a name.
    ///
    /// # Panics
    /// When nothing has this name.
    #[track_caller]
    #[must_use]
    pub fn id(&self, name: char) -> String {
        self.ids.get(&name).unwrap_or_else(|| panic!("nothing is called {name}")).clone()
    }

    /// Gives a name to an identifier.
    pub fn name(&mut self, name: char, id: impl Into<String>) {
        self.ids.insert(name, id.into());
    }

    /// Prompts that are being decoded while they play.
    #[must_use]
    pub fn decoding(&self) -> usize {
        self.feeders.len()
    }

    /// RTP ports that are bound.
    #[must_use]
    pub fn bound_ports(&self) -> usize {
        self.bound.len()
    }

    /// One tick of the engines and everything that goes with it, in the shell's order.
    pub fn tick(&mut self) {
        self.now = self.now + TICK;
        let mut mailbags = Mailbag::sorted(self.arrivals(), &self.capacities);
        let mut order: Vec<usize> = (0..self.engines.len()).collect();
        // Threads do not wait for each other: any may be the first.
        if self.ticks.is_multiple_of(2) {
            order.reverse();
        }
        self.ticks += 1;
        for number in order {
            self.engines[number].tick(self.now, &mut mailbags[number], &mut self.tray);
        }
        self.deliver();
        self.decode_ahead();
        self.feed(Event::EngineNotices);
        let recorded = self.recorders.advance();
        for event in self.documents.due(self.now).into_iter().chain(recorded) {
            self.feed(event);
        }
        if self.control.poll_timeout().is_some_and(|timeout| timeout <= self.now) {
            self.control.handle_timeout(self.now);
            self.carry_out();
        }
    }

    /// Tells the control core something and does what it wants done.
    pub fn feed(&mut self, event: Event) {
        self.control.handle(self.now, event);
        self.carry_out();
    }

    fn carry_out(&mut self) {
        let mut answers = VecDeque::new();
        loop {
            while let Some(output) = self.control.poll_output() {
                answers.extend(self.carry_out_one(output));
            }
            let Some(answer) = answers.pop_front() else { return };
            self.control.handle(self.now, answer);
        }
    }

    fn carry_out_one(&mut self, output: Output) -> Option<Event> {
        match output {
            Output::Respond { channel, correlation, response } => {
                if let Some(server) = self.server_on(channel) {
                    server.take_response(&correlation, response);
                }
            }
            Output::Notify { channel, notification, kept } => {
                let server = self.server_on(channel).expect("a channel that is open");
                server.take_notification(notification, kept);
            }
            Output::Sip(command) => self.carry_out_sip(command),
            Output::OpenTransport { call, .. } => {
                return Some(Event::TransportOpened { call, result: Ok(MSCP_PORT) });
            }
            Output::CloseChannel { channel } => return self.cut_channel(channel),
            Output::CountCall(result) => self.call_results.push(result),
            Output::CloseTransport { call } => return self.cut(&call),
            Output::OpenMedia { port } => return Some(self.open_media(port)),
            Output::GuardMedia { port, guard } => {
                self.guards.push((port, guard));
            }
            Output::CloseMedia { port } => self.close_media(port),
            Output::Fetch { key, fetch, rate } => {
                self.documents.fetch(self.now, key, &fetch, rate);
            }
            Output::OpenSoundCard(ends) => {
                self.sound_card = Some(ends);
                return Some(Event::SoundCardOpened { result: Ok(()) });
            }
            Output::CloseSoundCard => self.sound_card = None,
            Output::Record { key, recording } => return Some(self.recorders.begin(key, recording)),
            Output::TellRecorder { key, order } => return self.recorders.tell(key, order),
            Output::Feed(feeder) => {
                self.feeders.push(feeder);
                self.decode_ahead();
            }
            Output::CancelFetch { key } => self.documents.cancel(key),
        }
        None
    }

    fn decode_ahead(&mut self) {
        for feeder in &mut self.feeders {
            feeder.fill().expect("a document that is sound");
        }
        self.feeders.retain(|feeder| !feeder.is_over());
    }

    fn carry_out_sip(&mut self, command: SipCommand) {
        match command {
            SipCommand::Accept { call, sdp } => self.on_accept(&call, sdp),
            SipCommand::Reject { call, rejection } => {
                if let Some(caller) = self.caller_of(&call) {
                    caller.rejection = Some(rejection);
                }
            }
            SipCommand::Bye { call, reason } => self.on_bye(&call, reason),
            SipCommand::SetAvailability(availability) => self.availability = availability,
        }
    }

    fn open_media(&mut self, port: PortId) -> Event {
        let range = (0..self.rtp_ports).map(|index| RTP_PORTS_FROM + 2 * index as u16);
        let free = range.into_iter().find(|number| !self.bound.contains_key(number));
        if let Some(number) = free {
            self.bound.insert(number, port);
        }
        Event::MediaOpened { port, result: free.ok_or("every port is taken".to_owned()) }
    }

    /// How the network guards the media of the caller of this name; `None` before it was told.
    #[must_use]
    pub fn guard(&self, name: char) -> Option<&Guard> {
        let number = phone::audio_port(self.caller(name).answer.as_deref()?)?;
        let port = self.bound.get(&number)?;
        self.guards.iter().rev().find(|(of, _)| of == port).map(|(_, guard)| guard)
    }

    fn close_media(&mut self, port: PortId) {
        let before = self.bound.len();
        self.bound.retain(|_, bound| *bound != port);
        assert_eq!(self.bound.len() + 1, before, "closed what was not open");
    }

    /// The datagrams of this tick. Who sends to a port that is not bound, sends in vain.
    fn arrivals(&mut self) -> Vec<Letter> {
        let mut letters = Vec::new();
        for caller in self.callers.values_mut() {
            caller.send(self.now);
            while let Some((arrival, bytes)) = caller.line.arrival(self.now) {
                let port = caller.server_port.and_then(|number| self.bound.get(&number));
                if let Some(&port) = port {
                    letters.push(Letter { port, from: caller.address, arrival, bytes });
                }
            }
        }
        letters
    }

    /// Brings what the engine sent to whom it was sent, at the time it leaves the server.
    fn deliver(&mut self) {
        for departure in self.tray.empty() {
            assert!(
                self.bound.values().any(|port| *port == departure.port),
                "a packet for sockets that are closed"
            );
            let host = departure.to.ip();
            if let Some(caller) = self.callers.values_mut().find(|c| c.address.ip() == host) {
                caller.receive(departure);
            }
        }
    }
}

impl Default for Simulator {
    fn default() -> Simulator {
        Simulator::new()
    }
}
