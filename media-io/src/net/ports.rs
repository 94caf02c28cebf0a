//! The range of UDP ports that calls are given, in pairs: RTP even, RTCP the next (RFC 3550, 11).

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use socket2::{Domain, Protocol, Socket, Type};

/// Bytes the kernel keeps of what we have not read: a second of packets of 10 ms, with the
/// kernel's own overhead for each.
const RECEIVE_BUFFER: usize = 128 * 1024;

/// Expedited Forwarding (DSCP 46, RFC 3246) as the byte of the IP header.
const TRAFFIC_CLASS: u32 = 46 << 2;

/// Gives out pairs of ports, each in turn, so that late packets of a call that has ended do not
/// reach the next one. Any thread. Cloning it yields the same range.
#[derive(Clone, Debug)]
pub struct PortRange {
    shared: Arc<Mutex<Pairs>>,
    first: u16,
    pairs: usize,
}

#[derive(Debug)]
struct Pairs {
    /// Whether we hold the pair, by its index.
    taken: Vec<bool>,
    taken_count: usize,
    /// Where the next search begins.
    next: usize,
}

impl PortRange {
    /// The pairs that lie whole within `ports`.
    ///
    /// # Errors
    ///
    /// [`PortRangeError::Empty`] when there is none.
    pub fn new(ports: RangeInclusive<u16>) -> Result<PortRange, PortRangeError> {
        let (low, high) = (u32::from(*ports.start()), u32::from(*ports.end()));
        let first = low.max(1).next_multiple_of(2);
        let pairs = (high + 1).saturating_sub(first) as usize / 2;
        let Some(first) = u16::try_from(first).ok().filter(|_| pairs > 0) else {
            return Err(PortRangeError::Empty(*ports.start(), *ports.end()));
        };
        let state = Pairs { taken: vec![false; pairs], taken_count: 0, next: 0 };
        Ok(PortRange { shared: Arc::new(Mutex::new(state)), first, pairs })
    }

    /// How many pairs there are.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.pairs
    }

    /// How many pairs are open.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.lock().taken_count
    }

    /// Opens the next pair that is free on this host; a pair of which another process holds a
    /// port is passed over.
    ///
    /// # Errors
    ///
    /// [`PortRangeError::Exhausted`] when every pair is taken, by us or by others;
    /// [`PortRangeError::Bind`] when binding fails for another reason, such as an address that
    /// is not this host's.
    pub fn bind_pair(&self, ip: IpAddr) -> Result<SocketPair, PortRangeError> {
        for _ in 0..self.pairs {
            let Some(lease) = self.lease() else { break };
            let port = self.first + 2 * lease.index as u16;
            match bind_both(ip, port) {
                Ok((rtp, rtcp)) => return Ok(SocketPair { rtp, rtcp, port, _lease: lease }),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(PortRangeError::Bind { ip, port, source: error }),
            }
        }
        Err(PortRangeError::Exhausted { pairs: self.pairs, in_use: self.in_use() })
    }

    fn lease(&self) -> Option<Lease> {
        let mut state = self.lock();
        let start = state.next;
        let index =
            (0..self.pairs).map(|step| (start + step) % self.pairs).find(|&i| !state.taken[i])?;
        state.taken[index] = true;
        state.taken_count += 1;
        state.next = index + 1;
        Some(Lease { range: self.clone(), index })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pairs> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two bound sockets. They close, and the pair may be given out again, when this is dropped.
#[derive(Debug)]
pub struct SocketPair {
    // Dropped in this order: the sockets are closed before the lease ends.
    pub(super) rtp: UdpSocket,
    pub(super) rtcp: UdpSocket,
    port: u16,
    _lease: Lease,
}

impl SocketPair {
    /// The even port, of RTP; RTCP is on the next.
    #[must_use]
    pub fn rtp_port(&self) -> u16 {
        self.port
    }
}

/// A pair that is ours; given back when dropped.
#[derive(Debug)]
struct Lease {
    range: PortRange,
    index: usize,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.range.lock();
        state.taken[self.index] = false;
        state.taken_count -= 1;
    }
}

fn bind_both(ip: IpAddr, port: u16) -> io::Result<(UdpSocket, UdpSocket)> {
    Ok((bind(SocketAddr::new(ip, port))?, bind(SocketAddr::new(ip, port + 1))?))
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    // The next two make things better where the host allows them, and are not needed.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    let _ = match address {
        SocketAddr::V4(_) => socket.set_tos_v4(TRAFFIC_CLASS),
        SocketAddr::V6(_) => {
            rustix::net::sockopt::set_ipv6_tclass(&socket, TRAFFIC_CLASS).map_err(io::Error::from)
        }
    };
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Why there is no pair of ports.
#[derive(Debug, thiserror::Error)]
pub enum PortRangeError {
    /// No even port with the next one lies in the range.
    #[error("no even port and the odd one after it lie between {0} and {1}")]
    Empty(u16, u16),
    /// All are taken.
    #[error("all {pairs} pairs of ports are taken, {in_use} of them by this server")]
    Exhausted {
        /// Pairs in the range.
        pairs: usize,
        /// Of these, held by us.
        in_use: usize,
    },
    /// The operating system says no.
    #[error("cannot bind UDP port {port} or the next one of {ip}: {source}")]
    Bind {
        /// Which address.
        ip: IpAddr,
        /// The even port.
        port: u16,
        /// What it says.
        source: io::Error,
    },
}
