//! A crowd of connections: thousands are opened, stay open together, say little, and are dropped.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use rustix::process::{Resource, getrlimit};

use super::tools::figure;

/// Connections that are open at once, where this process may have so many descriptors.
const BATCH: usize = 2_000;

/// Descriptors that this process keeps for everything else.
const OTHER_DESCRIPTORS: u64 = 200;

/// Opens and drops `count` connections in batches. Every third says something first: every third of
/// those `beginning`, which is no whole message, the others `whole`.
///
/// # Panics
/// When the server does not listen, or this process may have no descriptors to speak of.
pub fn come_and_go(server: SocketAddr, count: usize, beginning: &[u8], whole: &[u8]) {
    let batch = batch();
    figure(&format!("{count} connections to {server}, {batch} at once"));
    for start in (0..count).step_by(batch) {
        let open: Vec<TcpStream> = (start..count.min(start + batch))
            .map(|index| {
                let mut socket = TcpStream::connect(server).unwrap();
                // The server may have closed it already: it has too many.
                let _ = match index % 9 {
                    0 => socket.write_all(beginning),
                    3 | 6 => socket.write_all(whole),
                    _ => Ok(()),
                };
                socket
            })
            .collect();
        drop(open);
    }
}

/// As many as [`BATCH`], or as this process may have.
fn batch() -> usize {
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let spare = allowed.saturating_sub(OTHER_DESCRIPTORS);
    assert!(spare > 0, "only {allowed} descriptors for this process");
    BATCH.min(usize::try_from(spare).unwrap_or(BATCH))
}
