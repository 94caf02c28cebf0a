//! Why an application server did not get what it asked for.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mscp_proto::channel::TooManyPending;
use mscp_proto::error::ParseError;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection.
    #[error("{}", no_connection(*.server, .source))]
    Connect {
        /// Where the media server should be.
        server: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// The server said no; the reason is its own.
    #[error("{0}")]
    Refused(String),
    /// The answer could not be read.
    #[error("the media server's answer cannot be read: {0}")]
    Unreadable(#[from] ParseError),
    /// Too many requests at once.
    #[error(transparent)]
    TooMany(#[from] TooManyPending),
    /// No answer came.
    #[error("the media server did not answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// The connection is gone.
    #[error("the media server closed the connection")]
    Closed,
}

fn no_connection(server: SocketAddr, source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => format!(
            "no media server listens for MSCP at {server}; start one with `mediaserver serve`, or \
             name another with --mscp"
        ),
        io::ErrorKind::TimedOut => format!("the media server at {server} does not answer"),
        _ => format!("cannot reach the media server at {server}: {source}"),
    }
}
