//! Whatever happens in whatever order: each call gets one final event, and nothing is left.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::Rejection;
use crate::command::{NewCall, Outgoing};

/// Call-IDs in play.
const CALLS: usize = 3;

/// One thing that peer, application or clock may do.
#[derive(Clone, Debug)]
enum Step {
    /// Method, call, CSeq, whether with our tag, branch, whether over TCP.
    Hear(&'static str, usize, u32, bool, u8, bool),
    /// A response to the last request of this agent, as it is or with another To tag.
    Respond(u16, bool),
    Ring(usize),
    Accept(usize),
    Reject(usize),
    Bye(usize),
    Call(usize),
    Acknowledge(usize),
    Change(usize),
    Disconnect,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let method = prop::sample::select(vec![
        "INVITE", "INVITE", "INVITE", "ACK", "ACK", "BYE", "CANCEL", "UPDATE", "INFO", "OPTIONS",
    ]);
    let heard = (method, 0..CALLS, 1..4_u32, any::<bool>(), 0..3_u8, any::<bool>());
    prop_oneof![
        6 => heard.prop_map(|(m, c, s, t, b, tcp)| Step::Hear(m, c, s, t, b, tcp)),
        2 => (prop::sample::select(vec![100, 180, 200, 200, 302, 487]), any::<bool>())
            .prop_map(|(status, fork)| Step::Respond(status, fork)),
        1 => (0..CALLS).prop_map(Step::Ring),
        3 => (0..CALLS).prop_map(Step::Accept),
        1 => (0..CALLS).prop_map(Step::Reject),
        1 => (0..CALLS).prop_map(Step::Bye),
        1 => (0..CALLS).prop_map(Step::Call),
        1 => (0..CALLS).prop_map(Step::Acknowledge),
        2 => (0..CALLS).prop_map(Step::Change),
        1 => Just(Step::Disconnect),
        2 => (1..40_000_u64).prop_map(Step::Wait),
    ]
}

/// The world, and the latest call that was made under each Call-ID.
struct History {
    world: World,
    latest: HashMap<usize, CallKey>,
    rejected: HashSet<CallKey>,
    /// The first requests of the calls that this side made.
    ours: HashSet<CallKey>,
}

impl History {
    fn run(steps: &[Step]) -> Self {
        let world = World::new();
        let (latest, rejected, ours) = Default::default();
        let mut history = Self { world, latest, rejected, ours };
        for step in steps {
            history.step(step);
            history.notice();
        }
        history
    }

    fn step(&mut self, step: &Step) {
        let tcp = Hop::Tcp("192.0.2.9:40000".parse().unwrap());
        match *step {
            Step::Hear(method, call, cseq, tagged, branch, over_tcp) => {
                let tag = self.latest.get(&call).filter(|_| tagged || method == "ACK");
                let tag = tag.and_then(|key| key.connection_id().split(';').nth(2));
                let branch = format!("{call}{cseq}{branch}");
                let text = request(method, &call.to_string(), cseq, tag.unwrap_or(""), &branch);
                self.world.hear(if over_tcp { tcp } else { peer() }, &text);
            }
            Step::Respond(status, fork) => self.respond(status, fork),
            Step::Ring(call) => self.command(call, Command::Ring),
            Step::Accept(call) => self.command(call, |key| Command::Accept(key, b"v=0".to_vec())),
            Step::Reject(call) => self.reject(call),
            Step::Bye(call) => self.command(call, |key| Command::Bye(key, None)),
            Step::Call(call) => self.call(call),
            Step::Acknowledge(call) => {
                self.command(call, |key| Command::Acknowledge(key, b"v=0".to_vec()));
            }
            Step::Change(call) => self.command(call, |key| Command::Change(key, b"v=0".to_vec())),
            Step::Disconnect => {
                self.world.agent.handle_closed(self.world.now, tcp.address());
                self.world.collect();
            }
            Step::Wait(ms) => self.world.advance(Duration::from_millis(ms)),
        }
    }

    fn command(&mut self, call: usize, command: impl FnOnce(CallKey) -> Command) {
        if let Some(key) = self.latest.get(&call) {
            self.world.command(command(key.clone()));
        }
    }

    fn reject(&mut self, call: usize) {
        let Some(key) = self.latest.get(&call).cloned() else { return };
        let first = self.world.agent.calls.get(&key).is_some_and(|held| held.asked_first());
        if first {
            self.rejected.insert(key);
        }
        self.command(call, |key| Command::Reject(key, Rejection::new(488)));
    }

    fn call(&mut self, call: usize) {
        let serial = self.ours.len().to_string();
        let key = CallKey::outgoing(&call.to_string(), &serial);
        let outgoing = Outgoing {
            target: peer().address(),
            to: "sip:x@192.0.2.9".into(),
            from: "sip:ms@192.0.2.1".into(),
            offer: (call == 0).then(|| b"v=0".to_vec()),
            call_id: None,
            from_tag: None,
        };
        let new = NewCall { call_id: call.to_string(), from_tag: serial, outgoing };
        self.ours.insert(key.clone());
        self.latest.insert(call, key.clone());
        self.world.command(Command::Call(key, Box::new(new)));
    }

    fn respond(&mut self, status: u16, fork: bool) {
        let is_ours = |text: &str| !text.starts_with("SIP/") && !text.starts_with("ACK");
        let last = self.world.sent.iter().rev().find(|(.., text)| is_ours(text));
        let Some((.., text)) = last else { return };
        let copied: String = text
            .lines()
            .filter(|l| ["Via", "From", "To:", "Call-ID", "CSeq"].iter().any(|n| l.starts_with(n)))
            .map(|line| match line.starts_with("To:") && !line.contains("tag=") {
                true => format!("{line};tag={}\r\n", if fork { "fork" } else { "peer" }),
                false => format!("{line}\r\n"),
            })
            .collect();
        let text = format!("SIP/2.0 {status} X\r\n{copied}Contact: <sip:x@192.0.2.9>\r\n\r\n");
        self.world.hear(peer(), &text);
    }

    fn notice(&mut self) {
        for event in &self.world.events {
            if let Event::Invited(invitation) = event {
                let call_id = invitation.call.connection_id().split(';').next().unwrap();
                self.latest.insert(call_id.parse().unwrap(), invitation.call.clone());
            }
        }
    }

    /// The application hangs up everywhere and time passes.
    fn finish(&mut self) {
        let mut keys: Vec<_> = self.world.agent.calls.keys().cloned().collect();
        keys.sort();
        for key in keys {
            self.world.command(Command::Bye(key, None));
        }
        self.world.advance(LONG);
    }

    /// Each call that began has one final event, which is its last one; a rejected one has none.
    fn check(&self) {
        let mut finals: HashMap<&CallKey, usize> = HashMap::new();
        let mut begun: HashSet<&CallKey> = self.ours.iter().collect();
        for event in &self.world.events {
            let call = event.call();
            assert_eq!(finals.get(call), None, "{event:?} after the end");
            if let Event::Invited(_) = event {
                assert!(begun.insert(call), "{call} began twice");
            }
            assert!(begun.contains(call), "{event:?} before the beginning");
            if event.is_final() {
                finals.insert(call, 1);
            }
        }
        for call in begun {
            let expected = !self.rejected.contains(call);
            assert_eq!(finals.contains_key(call), expected, "the end of {call}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn every_history_ends_empty(steps in prop::collection::vec(step(), 1..60)) {
        let mut history = History::run(&steps);
        history.finish();
        history.check();
        prop_assert!(history.world.is_empty());
    }

    #[test]
    fn mutilated_messages_do_no_harm(
        method in prop::sample::select(vec!["INVITE", "ACK", "BYE", "OPTIONS", "CANCEL", "NONE"]),
        cut in 0..500_usize,
        changes in prop::collection::vec((0..500_usize, any::<u8>()), 0..6),
        moved in prop::collection::vec((0..12_usize, 0..12_usize), 0..3),
    ) {
        let text = request(method, "m", 1, "", "1");
        let mut lines: Vec<&str> = text.split_inclusive("\r\n").collect();
        for (a, b) in moved {
            let count = lines.len();
            lines.swap(a % count, b % count);
        }
        let mut bytes = lines.concat().into_bytes();
        for (at, value) in changes {
            let length = bytes.len();
            bytes[at % length] = value;
        }
        bytes.truncate(cut.max(20));
        let mut world = World::new();
        world.hear_bytes(peer(), &bytes);
        world.hear_bytes(Hop::Tcp(peer().address()), &bytes);
        world.agent.handle_unframed(peer(), &bytes, 413);
        world.collect();
        for event in std::mem::take(&mut world.events) {
            world.command(Command::Bye(event.call().clone(), None));
        }
        world.advance(LONG);
        prop_assert!(world.is_empty());
    }

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut world = World::new();
        world.hear_bytes(peer(), &bytes);
        prop_assert!(world.is_empty() && world.sent.is_empty());
    }
}
