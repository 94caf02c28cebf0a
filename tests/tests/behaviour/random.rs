//! Any operations in any order: the server and a tiny model of it agree after each on what flows,
//! and at the end on who hears whom. A failure is shrunk, and printed with its seed.

use std::collections::BTreeSet;

use antiphon_tests::simulator::{Phone, Setup, Simulator};
use mixer::Capacities;
use mscp_proto::Response;
use proptest::prelude::*;
use proptest::sample::select;

use crate::model::{DIRECTIONS, Model, is_dialog};

const CALLERS: [char; 5] = ['a', 'b', 'c', 'd', 'e'];
const ROOMS: [char; 3] = ['R', 'S', 'T'];
const DIALOGS: [char; 2] = ['1', '2'];

/// How the tones at the door may be set: it changes by what way one is heard, and not who is. They
/// are silent ones, which nobody takes for a caller; one cannot be had.
const TONES: [&str; 4] = [
    "",
    "entertone='http://media/silence'",
    "exittone='http://media/silence'",
    "entertone='http://media/silence' exittone='http://media/nothing'",
];

/// Longer than any run.
const DIALOG_SECONDS: usize = 120;

/// Ports of each of three engines: all callers and dialogs have a place, one that is just being given
/// back included.
const PORTS_OF_THREE: usize = 3;

/// Everything that can be done.
#[derive(Clone, Debug)]
enum Operation {
    Call(char),
    HangUp(char),
    Create(char),
    Destroy(char),
    Join(char, char, &'static str, &'static str),
    Unjoin(char, char),
    Start(char, char, &'static str),
    Terminate(char, bool),
}

use Operation::{Call, Create, Destroy, HangUp, Join, Start, Terminate, Unjoin};

fn operation() -> impl Strategy<Value = Operation> {
    let anyone = || select([&CALLERS[..], &ROOMS, &DIALOGS].concat());
    let direction = || select(DIRECTIONS.to_vec());
    prop_oneof![
        4 => select(CALLERS.to_vec()).prop_map(Call),
        1 => select(CALLERS.to_vec()).prop_map(HangUp),
        3 => select(ROOMS.to_vec()).prop_map(Create),
        1 => select(ROOMS.to_vec()).prop_map(Destroy),
        12 => (anyone(), anyone(), direction(), select(TONES.to_vec()))
            .prop_map(|(a, b, d, t)| Join(a, b, d, t)),
        3 => (anyone(), anyone()).prop_map(|(a, b)| Unjoin(a, b)),
        2 => (select(DIALOGS.to_vec()), anyone(), direction()).prop_map(|(d, e, w)| Start(d, e, w)),
        1 => (select(DIALOGS.to_vec()), any::<bool>()).prop_map(|(d, i)| Terminate(d, i)),
    ]
}

/// One engine that holds everybody, or three among which those in a room are spread.
fn engines() -> impl Strategy<Value = Setup> {
    select(vec![(1, 64), (3, PORTS_OF_THREE)])
        .prop_map(|(engines, ports)| Setup::with_engines(engines, ports))
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_server_does_what_the_model_says(
        operations in prop::collection::vec(operation(), 1..40),
        setup in engines(),
    ) {
        let mut world = World::with(setup.capacities);
        for operation in &operations {
            world.apply(operation);
            prop_assert_eq!(world.flowing(), world.model.streams.clone(), "after {:?}", operation);
        }
        prop_assert_eq!(world.sim.hearing(), world.model.hearing());
        world.end();
    }

    /// With an engine that is too small for it all, what is refused changes nothing.
    #[test]
    fn a_refusal_changes_nothing(
        operations in prop::collection::vec(operation(), 1..40),
        streams in 0..6_usize,
        ports in 5..8_usize,
        shards in select(vec![1, 3]),
    ) {
        let capacities = Setup::default().capacities;
        let mut world = World::with(Capacities { shards, streams, ports, ..capacities });
        world.is_tight = true;
        for operation in &operations {
            world.apply(operation);
            prop_assert_eq!(world.flowing(), world.model.streams.clone(), "after {:?}", operation);
        }
        prop_assert_eq!(world.sim.hearing(), world.model.hearing());
        world.end();
    }
}

/// The server and the model.
struct World {
    sim: Simulator,
    model: Model,
    /// Whether the server may refuse what the model grants.
    is_tight: bool,
}

impl World {
    fn with(capacities: Capacities) -> World {
        let mut sim = Simulator::with(Setup { capacities, ..Setup::default() });
        for name in [&CALLERS[..], &ROOMS, &DIALOGS].concat() {
            sim.name(name, format!("no-{name}"));
        }
        for dialog in DIALOGS {
            sim.documents.put_tone(&uri_of(dialog), dialog, DIALOG_SECONDS);
        }
        sim.documents.put("http://media/silence", vec![0; 2_400]);
        World { sim, model: Model::default(), is_tight: false }
    }

    fn apply(&mut self, operation: &Operation) {
        let exists = |name: &char| self.model.exists.contains(name);
        match operation {
            Call(name) if exists(name) => {}
            Call(name) => match self.sim.try_call(*name, Phone::default()) {
                Ok(()) => drop(self.model.exists.insert(*name)),
                Err(rejection) => assert!(self.is_tight, "{name} is refused: {rejection:?}"),
            },
            HangUp(name) if !exists(name) => {}
            HangUp(name) => {
                drop(self.sim.hang_up(*name));
                self.model.remove(*name);
            }
            Create(name) if exists(name) => {}
            Create(name) => {
                self.sim.create(*name);
                self.model.exists.insert(*name);
            }
            Destroy(name) => {
                let request = format!("<destroyconference conferenceid='${name}'/>");
                self.ask(&request, |model| model.remove(*name));
            }
            Join(a, b, direction, tones) => {
                let stream = format!("<stream type='audio' direction='{direction}'/>");
                let request = format!("<join id1='${a}' id2='${b}' {tones}>{stream}</join>");
                self.ask(&request, |model| model.join(*a, *b, direction));
            }
            Unjoin(a, b) => {
                let request = format!("<unjoin id1='${a}' id2='${b}'/>");
                self.ask(&request, |model| model.unjoin(*a, *b));
            }
            Start(dialog, ..) if exists(dialog) => {}
            Start(dialog, on, direction) => self.start(*dialog, *on, direction),
            Terminate(dialog, immediate) => {
                let terminate = "dialogterminate dialogid=";
                self.sim.tell(&format!("<{terminate}'${dialog}' immediate='{immediate}'/>"));
                self.sim.run_ms(60);
                self.model.remove(*dialog);
            }
        }
    }

    fn start(&mut self, dialog: char, on: char, direction: &str) {
        let kind = if on.is_uppercase() { "conferenceid" } else { "connectionid" };
        let request = format!(
            "<dialogstart src='{}' type='audio/wav' {kind}='${on}'>\
             <stream type='audio' direction='{direction}'/></dialogstart>",
            uri_of(dialog)
        );
        let response = self.ask(&request, |model| model.start(dialog, on, direction));
        if let Response::DialogStarted(started) = response {
            self.sim.name(dialog, started.dialogid.as_str());
        }
    }

    /// Asks the server and the model for the same.
    fn ask(&mut self, request: &str, change: impl FnOnce(&mut Model) -> bool) -> Response {
        let before = self.model.clone();
        let expected = change(&mut self.model);
        let response = self.sim.ask(request);
        let granted = response.error_reason().is_none();
        if self.is_tight && expected && !granted {
            self.model = before;
        } else {
            assert_eq!(granted, expected, "{request}: {response:?}");
        }
        response
    }

    /// The streams that the control core says there are.
    fn flowing(&mut self) -> BTreeSet<(char, char)> {
        let names = [&CALLERS[..], &ROOMS, &DIALOGS].concat();
        let ids: Vec<(char, String)> = names.iter().map(|n| (*n, self.sim.id(*n))).collect();
        let name_of = |id: &str| ids.iter().find(|(_, known)| known == id).expect("a known id").0;
        let now = self.sim.now();
        let joins = self.sim.control.state(now).joins;
        joins.iter().map(|join| (name_of(&join.from), name_of(&join.to))).collect()
    }

    /// Ends everything, and finds that nothing is left.
    fn end(&mut self) {
        for name in self.model.exists.clone() {
            match name {
                _ if is_dialog(name) => {}
                _ if name.is_uppercase() => self.sim.destroy(name),
                _ => drop(self.sim.hang_up(name)),
            }
        }
        self.sim.run_ms(100);
        assert_eq!(self.sim.control.counts(), (0, 0, 0));
        assert_eq!(self.sim.bound_ports(), 0);
        assert!(self.sim.control.is_idle());
    }
}

fn uri_of(dialog: char) -> String {
    format!("http://media/{dialog}")
}
