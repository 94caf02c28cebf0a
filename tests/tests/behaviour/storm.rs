//! Everything at once: requests that do not wait for answers, calls that come, hold and go
//! meanwhile, documents that are late, application servers that drop their channel. Whatever
//! happens, each request is answered once, and at the end nothing is left.

use std::time::Duration;

use antiphon_tests::simulator::{Impairment, Phone, Setup, Simulator};
use mediaserver::control::Event;
use mixer::Capacities;
use mscp_proto::multipart::Resources;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

const CALLERS: [char; 4] = ['a', 'b', 'c', 'd'];
const ROOMS: [char; 2] = ['R', 'S'];
const DIALOGS: [char; 2] = ['1', '2'];
const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/// Storms, and things that happen in each.
const STORMS: u64 = 60;
const EVENTS: usize = 150;

struct Storm {
    sim: Simulator,
    random: StdRng,
    /// Requests of channels that are still open.
    asked: Vec<(usize, u64)>,
    server: usize,
}

#[test]
#[allow(clippy::print_stdout)] // Shown when a storm fails: the seed to run it again with.
fn nothing_is_lost_in_a_storm() {
    for seed in 0..STORMS {
        println!("storm of seed {seed}");
        let mut storm = Storm::new(seed);
        for _ in 0..EVENTS {
            storm.happen();
        }
        storm.calm_down();
    }
}

impl Storm {
    fn new(seed: u64) -> Storm {
        let mut random = StdRng::seed_from_u64(seed);
        let mut setup = Setup { seed, rtp_ports: random.random_range(2..6), ..Setup::default() };
        setup.settings.starvation = Some(Duration::from_secs(2));
        setup.settings.grace = Some(Duration::from_secs(1));
        setup.settings.max_calls = random.random_range(2..6);
        // Small enough to be met: plans and notices wait for each other, tables are full.
        setup.capacities = Capacities {
            shards: random.random_range(1..4),
            ports: random.random_range(4..10),
            rooms: 2,
            streams: random.random_range(4..12),
            plans: random.random_range(1..6),
            notices: random.random_range(2..12),
            ..setup.capacities
        };
        let mut sim = Simulator::with(setup);
        for name in [&CALLERS[..], &ROOMS, &DIALOGS].concat() {
            sim.name(name, format!("no-{name}"));
        }
        sim.documents.delay = Duration::from_millis(random.random_range(0..200));
        sim.documents.put_tone("http://media/1", '1', 1);
        Storm { sim, random, asked: Vec::new(), server: 0 }
    }

    fn happen(&mut self) {
        let name = self.one_of(&CALLERS);
        match self.random.random_range(0..20) {
            0..=2 => self.call(name),
            3 if self.sim.is_connected(name) => drop(self.sim.hang_up(name)),
            4 => self.sim.invite_and_cancel('m'),
            5 if self.sim.is_connected(name) => self.change(name),
            6 => self.reconnect(),
            7 => self.tell(),
            8 if self.sim.is_connected(name) => self.sim.caller_mut(name).sends ^= true,
            9 if self.sim.is_connected(name) => self.sim.caller_mut(name).press(&[5, 11]),
            10..=12 => self.pass_time(),
            _ => self.ask(),
        }
        self.learn_names();
    }

    fn call(&mut self, name: char) {
        if self.sim.is_connected(name) {
            return;
        }
        let line = Impairment {
            delay: Duration::from_millis(self.random.random_range(0..50)),
            jitter: Duration::from_millis(self.random.random_range(0..100)),
            loss: 0.2,
            duplication: 0.1,
        };
        let packet_ms = self.one_of(&[10, 20, 30, 60]);
        let offers = self.random.random();
        self.sim.invite(name, Phone { line, packet_ms, offers, ..Phone::default() });
        if self.sim.caller(name).answer.is_some() {
            self.sim.acknowledge(name);
        }
    }

    fn change(&mut self, name: char) {
        let direction = self.one_of(&DIRECTIONS);
        self.sim.reinvite(name, direction);
    }

    fn reconnect(&mut self) {
        self.sim.disconnect(self.server);
        self.asked.retain(|(server, _)| *server != self.server);
        self.pass_time();
        self.server = self.sim.connect(None);
    }

    fn tell(&mut self) {
        let (dialog, immediate) = (self.one_of(&DIALOGS), self.random.random::<bool>());
        let terminate = format!("<dialogterminate dialogid='${dialog}' immediate='{immediate}'/>");
        self.sim.tell_as(self.server, &terminate);
    }

    fn pass_time(&mut self) {
        let ms = self.one_of(&[20, 20, 40, 100, 500]);
        self.sim.run_ms(ms);
    }

    fn ask(&mut self) {
        let anyone = [&CALLERS[..], &ROOMS, &DIALOGS].concat();
        let (x, y) = (self.one_of(&anyone), self.one_of(&anyone));
        let (caller, room) = (self.one_of(&CALLERS), self.one_of(&ROOMS));
        let dialog = self.one_of(&DIALOGS);
        let play = "src='http://media/1' type='audio/wav'";
        let request = match self.random.random_range(0..13) {
            0 | 1 => "<createconference/>".to_owned(),
            2 => format!("<destroyconference conferenceid='${room}'/>"),
            3 => format!("<unjoin id1='${x}' id2='${y}'/>"),
            4 => format!("<dialogstart {play} connectionid='${caller}'/>"),
            5 => format!("<dialogstart {play} conferenceid='${room}'/>"),
            6 => format!("<dialogprepare {play} connectionid='${caller}'/>"),
            7 => format!("<dialogprepare {play}/>"),
            8 => format!("<dialogstart prepareddialogid='${dialog}' connectionid='${caller}'/>"),
            9 | 10 => format!("<join id1='${x}' id2='${y}'/>"),
            11 => format!("<join id1='${x}' id2='${y}' entertone='true' exittone='true'/>"),
            _ => format!("<join id1='${x}' id2='${y}' entertone='http://media/1'/>"),
        };
        let number = self.sim.request(self.server, &request, &Resources::default());
        self.asked.push((self.server, number));
    }

    /// Names for what has come to exist.
    fn learn_names(&mut self) {
        let now = self.sim.now();
        let state = self.sim.control.state(now);
        for (name, conference) in ROOMS.into_iter().zip(&state.conferences) {
            self.sim.name(name, conference.id.as_str());
        }
        for (name, dialog) in DIALOGS.into_iter().zip(&state.dialogs) {
            self.sim.name(name, dialog.id.as_str());
        }
    }

    fn calm_down(&mut self) {
        self.sim.run_ms(1_000);
        for (server, number) in std::mem::take(&mut self.asked) {
            let answer = self.sim.servers[server].answer(number);
            assert!(answer.is_some(), "request {number} is not answered; seed {}", self.sim.seed);
        }
        for name in CALLERS {
            if self.sim.is_connected(name) {
                drop(self.sim.hang_up(name));
            }
        }
        self.sim.feed(Event::Drain);
        self.sim.disconnect(self.server);
        // The grace time ends what the application server owned.
        self.sim.run_ms(2_000);
        assert_eq!(self.sim.control.counts(), (0, 0, 0), "seed {}", self.sim.seed);
        assert_eq!(self.sim.bound_ports(), 0, "seed {}", self.sim.seed);
        assert!(self.sim.control.is_idle(), "seed {}", self.sim.seed);
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        *choices.choose(&mut self.random).unwrap()
    }
}
