//! Settings that are right each by itself and cannot hold together.
//!
//! More calls than there is room for are refused where somebody asked for so many. The default number
//! is no such promise: a small server need not set it, and is warned that other limits come first.

use super::error::{Origin, Violation};
use super::keys;
use super::resolved::Config;
use super::written::Written;

/// What is wrong, and what is merely unwise.
#[derive(Default)]
pub(super) struct Contradictions {
    pub(super) errors: Vec<Violation>,
    pub(super) warnings: Vec<Violation>,
}

impl Contradictions {
    pub(super) fn of(written: &Written, config: &Config) -> Contradictions {
        let calls = config.sip.max_calls;
        let was_asked_for = written.origin(&keys::SIP_MAX_CALLS) != Origin::Default;
        let mut found = Contradictions::default();
        for room in rooms(config).into_iter().filter(|room| room.calls < calls) {
            let (name, holds) = (room.key.name(), room.calls);
            if was_asked_for {
                let message = format!(
                    "{calls} calls cannot be, as {name} has room for {holds}; raise it or lower \
                     sip.max-calls"
                );
                found.errors.push(written.violation(&keys::SIP_MAX_CALLS, &message));
            } else {
                let message = format!(
                    "has room for {holds} calls, fewer than sip.max-calls ({calls}); one more is \
                     answered 503"
                );
                found.warnings.push(written.violation(room.key, &message));
            }
        }
        found.warnings.extend(
            idle_engines(config).map(|message| written.violation(&keys::ENGINE_THREADS, &message)),
        );
        found
    }
}

/// The ports are shared out evenly, rounded up, so that few ports do not reach all engines.
fn idle_engines(config: &Config) -> Option<String> {
    let (threads, ports) = (config.engine.threads, config.engine.max_ports);
    let busy = ports.div_ceil(ports.div_ceil(threads));
    (busy < threads).then(|| {
        format!("{ports} ports (engine.max-ports) keep {busy} of {threads} engines busy, no more")
    })
}

/// What a call needs one of, and how many calls that is enough for.
struct Room {
    key: &'static dyn super::AnyKey,
    calls: usize,
}

fn rooms(config: &Config) -> [Room; 2] {
    let pairs = usize::try_from(config.media.rtp_ports.pairs()).unwrap_or(usize::MAX);
    [
        Room { key: &keys::ENGINE_MAX_PORTS, calls: config.engine.max_ports },
        Room { key: &keys::MEDIA_RTP_PORTS, calls: pairs },
    ]
}
