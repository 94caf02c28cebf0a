//! One step of a message's way.

use std::net::SocketAddr;

use crate::Transport;

/// Where a message came from or goes to. A TCP connection is named by its peer's address, which
/// is unique among the connections of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Hop {
    Udp(SocketAddr),
    Tcp(SocketAddr),
}

impl Hop {
    pub(crate) fn address(self) -> SocketAddr {
        match self {
            Self::Udp(address) | Self::Tcp(address) => address,
        }
    }

    pub(crate) fn transport(self) -> Transport {
        match self {
            Self::Udp(_) => Transport::Udp,
            Self::Tcp(_) => Transport::Tcp,
        }
    }

    /// Whether what is sent arrives unless the connection breaks.
    pub(crate) fn is_reliable(self) -> bool {
        matches!(self, Self::Tcp(_))
    }
}
