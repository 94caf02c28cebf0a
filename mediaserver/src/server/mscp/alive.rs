//! How a host that is gone without a word is told from an application server that is merely quiet:
//! its operating system does not answer.
//!
//! A quiet connection is asked for a sign of life by TCP itself, which no application notices; one
//! that does not answer, or does not take what it is sent, is given up, its place with it.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io;
use rustix::net::sockopt;

/// How long a connection is quiet before the peer's host is asked for a sign of life.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// How long its host has for the sign of life before it is asked again.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// How often it is asked before it counts as gone.
const KEEPALIVE_RETRIES: u32 = 3;

/// How long what was sent may stay unacknowledged, or untaken, before the peer counts as gone. It
/// decides for the signs of life too (tcp(7), `TCP_USER_TIMEOUT`), so it is as long as they take.
pub(super) const UNTAKEN_MAX: Duration = Duration::from_secs(60);

/// Has the operating system watch over the peer of `socket`.
pub(super) fn watch_over(socket: impl AsFd) -> io::Result<()> {
    let socket = socket.as_fd();
    sockopt::set_tcp_keepidle(socket, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(socket, KEEPALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(socket, KEEPALIVE_RETRIES)?;
    sockopt::set_tcp_user_timeout(socket, u32::try_from(UNTAKEN_MAX.as_millis()).unwrap_or(0))?;
    sockopt::set_socket_keepalive(socket, true)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_host_that_is_gone_is_noticed_within_a_minute() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        watch_over(&socket).unwrap();
        assert!(sockopt::socket_keepalive(&socket).unwrap());
        let idle = sockopt::tcp_keepidle(&socket).unwrap();
        let asking = sockopt::tcp_keepintvl(&socket).unwrap();
        let asking = asking * sockopt::tcp_keepcnt(&socket).unwrap();
        let untaken_ms = u64::from(sockopt::tcp_user_timeout(&socket).unwrap());
        assert_eq!(idle + asking, Duration::from_secs(60));
        assert_eq!(Duration::from_millis(untaken_ms), idle + asking);
    }
}
