//! How many descriptors the process may have, and what they are kept for.
//!
//! Every call takes two, for RTP and RTCP. Were calls to take all there are, no application server
//! could connect any more to end them and no health check would be answered. So the limit is raised
//! as far as it goes at the start, and where that is not enough, calls and SIP connections get what
//! the others leave.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

use crate::config::Config;
use crate::http;

/// The sockets of a call: RTP and RTCP.
const PER_CALL: usize = 2;

/// Kept for the program itself: listeners, pipes, timers and polls, files that are read, sockets
/// of calls that have just ended.
const OWN: usize = 64;

/// Where calls lack descriptors, SIP over TCP gets this part of what is left for both.
const TCP_PART: usize = 8;

/// How many calls and SIP connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) calls: usize,
    pub(super) sip_connections: usize,
}

/// Raises the limit of descriptors, gives each side its share, and says so when that is less than
/// what was `wanted`.
pub(super) fn share(config: &Config, wanted: Share) -> Share {
    let Some(limit) = raised() else { return wanted };
    let share = wanted.within(limit, kept(config));
    if share != wanted {
        warn!(
            limit,
            needed = wanted.needs().saturating_add(kept(config)),
            calls = share.calls,
            sip_connections = share.sip_connections,
            "too few descriptors for sip.max-calls: fewer calls are taken; raise the hard limit \
             of open files (ulimit -Hn, LimitNOFILE)"
        );
    }
    share
}

impl Share {
    fn needs(self) -> usize {
        self.calls.saturating_mul(PER_CALL).saturating_add(self.sip_connections)
    }

    /// What of this fits into `limit` descriptors of which `kept` are for others. These never get
    /// more than half: a server that takes no call is of no use.
    fn within(self, limit: usize, kept: usize) -> Share {
        let left = limit - kept.min(limit / 2);
        if self.needs() <= left {
            return self;
        }
        let beside_calls = left.saturating_sub(self.calls.saturating_mul(PER_CALL));
        let sip_connections = self.sip_connections.min(beside_calls.max(left / TCP_PART));
        Share { calls: self.calls.min((left - sip_connections) / PER_CALL), sip_connections }
    }
}

/// What is not for calls.
fn kept(config: &Config) -> usize {
    config.mscp.max_connections
        + http::MAX_CONNECTIONS
        + config.dialogs.max_concurrent_fetches
        + OWN
}

/// The limit, after it was raised as far as this user may; `None` where there is none.
fn raised() -> Option<usize> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let limit = match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const WANTED: Share = Share { calls: 1_000, sip_connections: 1_024 };

    #[test]
    fn what_fits_is_given() {
        assert_eq!(WANTED.within(65_536, 272), WANTED);
        assert_eq!(WANTED.within(3_024 + 272, 272), WANTED);
    }

    /// Calls come first; SIP over TCP, which some of them come by, keeps its part.
    #[test]
    fn what_is_kept_for_others_stays_however_low_the_limit() {
        let share = WANTED.within(2_600, 272);
        assert_eq!(share, Share { calls: 1_000, sip_connections: 328 });
        let share = WANTED.within(1_024, 272);
        assert_eq!(share, Share { calls: 329, sip_connections: 94 });
        for limit in 0..4_000 {
            let share = WANTED.within(limit, 272);
            assert!(share.needs() + 272.min(limit / 2) <= limit, "{limit}: {share:?}");
        }
    }

    #[test]
    fn calls_get_half_though_others_may_want_everything() {
        let share = WANTED.within(1_024, 10_000);
        assert_eq!(share, Share { calls: 224, sip_connections: 64 });
    }

    #[test]
    fn all_that_the_defaults_name_is_kept() {
        assert_eq!(kept(&Config::defaults().unwrap()), 64 + 128 + 16 + OWN);
    }
}
