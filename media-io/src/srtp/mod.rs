//! Secure RTP (RFC 3711) with keys from SDP (RFC 4568): the transform of packets and its state.
//!
//! A [`MasterKey`] is what a line `a=crypto` carries: a [`Suite`] and its secret. From it a
//! [`Sealer`] is made for what is sent and an [`Opener`] for what comes; [`Protection`] holds both
//! for one call, and lets keys change under way. Packets go from one slice to another; nothing is
//! allocated for a packet but the state of a source that is new.
//!
//! What is kept of the peer is made only for packets that were authenticated, and is bounded: who
//! has no key can make this module compute, and nothing else. Keys are wiped when dropped and never
//! printed, by `Debug` either.
//!
//! Nothing here knows a socket. In the server the network thread calls it (`net`), so that the
//! engine sees plain packets, and only those that the holder of the key has sent.

mod cipher;
mod derivation;
mod index;
mod key;
mod open;
mod packet;
mod protection;
mod seal;
mod suite;
mod window;

pub use key::{Keyring, MKI_BYTES_MAX, MasterKey, Mki, SECRET_BYTES_MAX};
pub use open::{Opener, SOURCES_MAX};
pub use protection::{Keys, Protection};
pub use seal::Sealer;
pub use suite::{SUITES, Suite};

/// Bytes that protection adds to a packet of ours at most: the tag of GCM and the index of SRTCP.
pub const OVERHEAD_MAX: usize = 16 + 4;

/// Why a packet does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no RTP or RTCP, too short for what protects it, or does not fit.
    #[error("not a protected packet")]
    Malformed,
    /// It is not of who has the key, or was changed on its way.
    #[error("not authentic")]
    Unauthenticated,
    /// It was received before, or is older than can be told.
    #[error("received before")]
    Replayed,
    /// It names another master key than the one agreed on.
    #[error("another key is named")]
    UnknownKey,
    /// The key has protected as many packets as it may (RFC 3711, 9.2).
    #[error("the key is used up")]
    KeyUsedUp,
    /// More sources send under this key than are followed.
    #[error("more than {SOURCES_MAX} sources")]
    TooManySources,
}
