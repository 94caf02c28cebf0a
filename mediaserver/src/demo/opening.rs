//! The media server of the demonstration: the real one, on loopback, where there is room.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::DemoError;
use crate::cli::DemoArgs;
use crate::config::{AnyKey, Config, Key, Written, keys};
use crate::server::{Server, StartError};

/// What calls `sip` with baresip, on a machine where it has never been set up: without an account
/// baresip dials nothing, so one is made for the call, which registers nowhere (`regint=0`).
#[must_use]
pub fn softphone_line(sip: SocketAddr) -> String {
    format!("baresip -e \"/uanew <sip:me@127.0.0.1>;regint=0\" -e \"/dial sip:room@{sip}\"")
}

/// An address of the server: the key that sets it, whether it was asked for, and what it is.
struct Place {
    key: &'static Key<SocketAddr>,
    wanted: Option<SocketAddr>,
    address: SocketAddr,
}

/// A running server and what is to be said about where it is.
pub(super) struct Opening {
    pub(super) server: Server,
    /// Where SIP is spoken as seen from here, which is not every address.
    pub(super) sip: SocketAddr,
    pub(super) media_ip: IpAddr,
    pub(super) notes: Vec<String>,
}

/// The configuration that the flags ask for.
pub(super) fn configuration(args: &DemoArgs) -> Result<Config, DemoError> {
    resolve(args, &places(args))
}

/// Starts the server. A default port that is in use is replaced by a free one; a port that was
/// asked for is not.
pub(super) async fn open(args: &DemoArgs) -> Result<Opening, DemoError> {
    let mut places = places(args);
    let mut notes = Vec::new();
    loop {
        let config = resolve(args, &places)?;
        let media_ip = config.media.ip;
        match Server::start(config).await {
            Ok(server) => {
                let ip = if server.sip.ip().is_unspecified() { media_ip } else { server.sip.ip() };
                let sip = SocketAddr::new(ip, server.sip.port());
                return Ok(Opening { server, sip, media_ip, notes });
            }
            Err(error) => {
                let Some(place) = replaceable(&error, &mut places) else {
                    return Err(DemoError::new(error.to_string()));
                };
                notes.push(format!("{} is in use, so a free port was taken", place.address));
                place.address.set_port(0);
            }
        }
    }
}

fn places(args: &DemoArgs) -> [Place; 3] {
    let place = |key, wanted: Option<SocketAddr>, port| {
        let address = wanted.unwrap_or(SocketAddr::from(([127, 0, 0, 1], port)));
        Place { key, wanted, address }
    };
    [
        place(&keys::SIP_LISTEN, args.sip, 5_060),
        place(&keys::HTTP_LISTEN, args.http, 8_080),
        place(&keys::MSCP_LISTEN, args.mscp, 0),
    ]
}

fn resolve(args: &DemoArgs, places: &[Place]) -> Result<Config, DemoError> {
    let mut written = Written::default();
    for place in places {
        written.set_flag(place.key, Some(&place.address.to_string()));
    }
    let media_ip = args.media_ip.map(|ip| ip.to_string());
    written.set_flag(&keys::MEDIA_IP, media_ip.as_deref());
    written.set_flag(&keys::LOG_LEVEL, Some(&args.log));
    Config::resolve(&written).map_err(|error| DemoError::new(error.to_string()))
}

/// The place whose port is in use, if nobody asked for that very port.
fn replaceable<'a>(error: &StartError, places: &'a mut [Place]) -> Option<&'a mut Place> {
    let StartError::Listen { key, source, .. } = error else { return None };
    if source.kind() != io::ErrorKind::AddrInUse {
        return None;
    }
    let taken = |place: &&mut Place| place.key.name() == key.name();
    places
        .iter_mut()
        .find(taken)
        .filter(|place| place.wanted.is_none() && place.address.port() != 0)
}
