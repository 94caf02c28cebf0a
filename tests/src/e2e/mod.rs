//! The harness of the end-to-end tests: the `mediaserver` program, started as an operator starts
//! it, and the peers it meets on loopback sockets.
//!
//! | file | what it is |
//! |---|---|
//! | [`server`] | the program: free ports, its log, its end |
//! | [`facts`] | what /proc says of it: descriptors, media ports, memory |
//! | [`tools`] | programs of other makers, and what happens when one is missing |
//! | [`sipp`] | sipp, the SIP traffic generator |
//! | [`baresip`] | baresip, a softphone |
//! | [`caller`] | a caller of a few lines over plain sockets, where a stop watch or a tone is needed |
//! | [`janus`] | the AudioBridge of Janus, to measure beside |
//! | [`marks`] | how long what is said takes to be heard |
//! | [`mscp`] | an application server over a plain socket |
//! | [`flow`] | the message flows of the draft, through netcat |
//! | [`web`] | a web server that has one prompt |
//! | [`flood`] | bytes that mean harm |
//! | [`crowd`] | connections that come in thousands and say little |
//! | [`evenness`] | whether packets come at their pace |
//! | [`voices`] | who is heard in a recording |
//!
//! The tests are `#[ignore]`d in a plain `cargo test`, because they want the machine for
//! themselves: `./test` runs them one after the other. Unlike every other test they wait for real
//! time, because real time is what they show.

pub mod baresip;
pub mod caller;
pub mod crowd;
pub mod evenness;
pub mod facts;
pub mod flood;
pub mod flow;
pub mod janus;
pub mod marks;
pub mod mscp;
pub mod server;
pub mod sipp;
pub mod tools;
pub mod voices;
pub mod web;

use std::time::{Duration, Instant};

/// How often a condition is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits until `condition` holds.
///
/// # Panics
/// When it does not within `patience`, naming `what` was waited for.
pub fn wait_until(what: &str, patience: Duration, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < patience, "waited {patience:?} in vain: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}
