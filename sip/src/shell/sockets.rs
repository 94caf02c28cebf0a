//! Binding.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, UdpSocket};

use crate::{BindError, Config};

/// With port 0, UDP is given a port that TCP may find taken; so often it is tried again.
const TRIES_MAX: usize = 32;

/// The bound sockets of one agent.
pub(crate) struct Sockets {
    pub(crate) udp: Option<UdpSocket>,
    pub(crate) tcp: Option<TcpListener>,
    local: SocketAddr,
}

impl Sockets {
    /// Binds what the configuration asks for, UDP and TCP on the same port.
    pub(crate) async fn bind(config: &Config) -> Result<Self, BindError> {
        if !config.udp && !config.tcp {
            return Err(BindError::NoTransport);
        }
        let mut tries = 1;
        loop {
            match Self::try_bind(config).await {
                Err(_) if config.listen.port() == 0 && tries < TRIES_MAX => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn try_bind(config: &Config) -> Result<Self, BindError> {
        let mut local = config.listen;
        let failed = |transport| {
            let address = config.listen;
            move |source| BindError::Socket { transport, address, source }
        };
        let mut udp = None;
        if config.udp {
            let socket = UdpSocket::bind(local).await.map_err(failed("UDP"))?;
            local = socket.local_addr().map_err(failed("UDP"))?;
            udp = Some(socket);
        }
        let mut tcp = None;
        if config.tcp {
            let listener = TcpListener::bind(local).await.map_err(failed("TCP"))?;
            local = listener.local_addr().map_err(failed("TCP"))?;
            tcp = Some(listener);
        }
        Ok(Self { udp, tcp, local })
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// What goes into Contact and Via.
    pub(crate) fn advertised(&self, config: &Config) -> SocketAddr {
        let ip = match config.advertise {
            Some(ip) => ip,
            None if self.local.ip().is_unspecified() => interface_address(),
            None => self.local.ip(),
        };
        SocketAddr::new(ip, self.local.port())
    }
}

/// The address of the interface with the default route; loopback when there is none. Connecting
/// a UDP socket sends nothing, it only makes the kernel choose.
fn interface_address() -> IpAddr {
    let anywhere = SocketAddr::from(([192, 0, 2, 1], 9));
    std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
        .and_then(|socket| socket.connect(anywhere).and_then(|()| socket.local_addr()))
        .map_or(Ipv4Addr::LOCALHOST.into(), |local| local.ip())
}
