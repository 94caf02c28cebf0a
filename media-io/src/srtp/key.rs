//! Master keys: what `a=crypto` carries.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::suite::{RTP_LIFETIME, SUITES, Suite};

/// Bytes of the longest master key and salt together.
pub const SECRET_BYTES_MAX: usize = 46;

/// Bytes of the longest master key identifier that is understood. RFC 4568 (6.1) allows 128;
/// nobody has so many keys.
pub const MKI_BYTES_MAX: usize = 8;

/// A suite and its secret, with the limits that came along. Compared as a whole: the same key is
/// the same stream of key bits, whose state must go on.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    suite: Suite,
    secret: Secret,
    /// RTP packets it may protect.
    lifetime: u64,
    mki: Option<Mki>,
}

#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
struct Secret([u8; SECRET_BYTES_MAX]);

/// The name of a master key in the packets that it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mki {
    bytes: [u8; MKI_BYTES_MAX],
    len: usize,
}

impl MasterKey {
    /// `secret` is key and salt, one after the other; `None` if it is not as long as the suite
    /// wants it.
    #[must_use]
    pub fn new(suite: Suite, secret: &[u8]) -> Option<MasterKey> {
        if secret.len() != suite.secret_len() {
            return None;
        }
        let mut kept = Secret([0; SECRET_BYTES_MAX]);
        kept.0[..secret.len()].copy_from_slice(secret);
        Some(MasterKey { suite, secret: kept, lifetime: RTP_LIFETIME, mki: None })
    }

    /// The same key for fewer RTP packets; never for more than the suite allows.
    #[must_use]
    pub fn for_packets(mut self, lifetime: u64) -> MasterKey {
        self.lifetime = lifetime.min(RTP_LIFETIME);
        self
    }

    /// The same key, whose packets name it.
    #[must_use]
    pub fn named(mut self, mki: Mki) -> MasterKey {
        self.mki = Some(mki);
        self
    }

    /// What it is for.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Key and salt, one after the other. For SDP, and nothing that is logged.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.secret.0[..self.suite.secret_len()]
    }

    pub(super) fn key_and_salt(&self) -> (&[u8], &[u8]) {
        self.secret().split_at(self.suite.key_len())
    }

    pub(super) fn lifetime(&self) -> u64 {
        self.lifetime
    }

    pub(super) fn mki(&self) -> &[u8] {
        self.mki.as_ref().map_or(&[], |mki| &mki.bytes[..mki.len])
    }
}

/// Says which suite, never which key.
impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("suite", &self.suite).finish_non_exhaustive()
    }
}

impl Mki {
    /// The number `value` in so many bytes; `None` if that cannot be, or is too long.
    #[must_use]
    pub fn new(value: u64, len: usize) -> Option<Mki> {
        let fits = len >= MKI_BYTES_MAX || value >> (8 * len) == 0;
        if len == 0 || len > MKI_BYTES_MAX || !fits {
            return None;
        }
        let mut bytes = [0; MKI_BYTES_MAX];
        bytes[..len].copy_from_slice(&value.to_be_bytes()[MKI_BYTES_MAX - len..]);
        Some(Mki { bytes, len })
    }
}

/// A fresh master key of ours for each suite, drawn before it is known which one will be agreed
/// on. One for each, because the same secret must not serve two suites.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyring {
    keys: Vec<MasterKey>,
}

impl Keyring {
    /// Draws the keys. `fill` must come from a generator that is fit for keys; a constant in
    /// tests.
    #[must_use]
    pub fn draw(mut fill: impl FnMut(&mut [u8])) -> Keyring {
        let key = |suite: Suite| {
            let mut secret = Secret([0; SECRET_BYTES_MAX]);
            fill(&mut secret.0[..suite.secret_len()]);
            MasterKey { suite, secret, lifetime: RTP_LIFETIME, mki: None }
        };
        Keyring { keys: SUITES.into_iter().map(key).collect() }
    }

    /// The key for `suite`; only a keyring without keys has none.
    #[must_use]
    pub fn key(&self, suite: Suite) -> Option<&MasterKey> {
        self.keys.iter().find(|key| key.suite() == suite)
    }

    /// A keyring for those who never offer or accept protection.
    #[must_use]
    pub fn empty() -> Keyring {
        Keyring { keys: Vec::new() }
    }
}

/// Says nothing of the keys.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}
