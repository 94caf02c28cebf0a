//! Session keys from a master key (RFC 3711, 4.3; RFC 6188, 3; RFC 7714, 11).

use zeroize::Zeroizing;

use super::cipher::Aes;
use super::key::MasterKey;

/// Bytes of the longest session key.
const SESSION_KEY_BYTES_MAX: usize = 32;

/// Place of the label in the input of the pseudo-random function: above the 48 bits of the index
/// and those 16 that count blocks.
const LABEL_AT: usize = 7;

/// What a session key is for (RFC 3711, 4.3.2).
#[derive(Clone, Copy, Debug)]
pub(super) enum Label {
    RtpCipher = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpCipher = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// A session key, wiped when dropped.
pub(super) type SessionKey = Zeroizing<Vec<u8>>;

/// The session key of `len` bytes for `label`. Keys are derived once: no rate is agreed on
/// (RFC 4568, 6.3.1 makes 0 the default).
pub(super) fn derive(master: &MasterKey, label: Label, len: usize) -> SessionKey {
    let (key, salt) = master.key_and_salt();
    let mut input = [0; 16];
    // The salt of GCM is two bytes shorter and stands on the left as well (RFC 7714, 11).
    input[..salt.len()].copy_from_slice(salt);
    input[LABEL_AT] ^= label as u8;
    let mut output = Zeroizing::new(vec![0; len.min(SESSION_KEY_BYTES_MAX)]);
    Aes::new(key).apply_keystream(input, &mut output);
    output
}
