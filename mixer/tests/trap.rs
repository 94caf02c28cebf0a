//! The allocation trap is armed: a port that allocates in the tick ends the process.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![cfg(debug_assertions)]

mod common;

use std::process::Command;

use common::{NoNetwork, Studio};
use mixer::inbox::NoInbox;
use mixer::port::{Activity, Datagram, Heard, Media, Outbox, Port, Sink, Source};
use mixer::time::Time;

/// Tells the copy of this test that is to fall into the trap.
const VICTIM: &str = "MIXER_TRAP_VICTIM";

struct Careless(Vec<i16>);

impl Source for Careless {
    fn read(&mut self, _: Time, frame: &mut [i16], _: &mut dyn Outbox) -> Activity {
        self.0.extend_from_slice(frame);
        Activity::Active
    }
}

impl Sink for Careless {
    fn write(&mut self, _: Time, _: Heard<'_>, _: &mut dyn Outbox) {}
}

impl Port for Careless {
    fn receive(&mut self, _: Time, _: Datagram<'_>, _: &mut dyn Outbox) {}
}

#[test]
fn a_careless_port_is_caught() {
    if std::env::var_os(VICTIM).is_some() {
        fall_into_the_trap();
        return;
    }
    let victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_careless_port_is_caught"])
        .env(VICTIM, "1")
        .output()
        .unwrap();
    assert!(!victim.status.success());
    assert!(String::from_utf8_lossy(&victim.stderr).contains("memory allocation of"));
}

fn fall_into_the_trap() {
    let mut studio = Studio::new();
    let port = studio.handle.reserve_port().unwrap();
    studio.carry_out(|topology, plan| {
        topology.add_port(plan, port, Box::new(Careless(vec![])), Media::default());
    });
    studio.engines[0].tick(Time::default(), &mut NoInbox, &mut NoNetwork);
}
