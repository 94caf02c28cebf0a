//! The two transforms of packets: AES in counter mode with HMAC-SHA1 (RFC 3711, 4; RFC 6188), and
//! AES-GCM (RFC 7714). They know session keys and indices; who sent what is not their concern.
//!
//! ```text
//!  RTP   │ header │ payload, encrypted │ tag │
//!  RTCP  │ 8 bytes │ rest, encrypted │ E, index │ tag │      counter mode
//!  RTCP  │ 8 bytes │ rest, encrypted │ tag │ E, index │      GCM
//! ```

use std::fmt;

use aes::cipher::{InnerIvInit, KeyInit, StreamCipher};
use aes::{Aes128, Aes256};
use ctr::{Ctr128BE, CtrCore};
use hmac::{Hmac, Mac};
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha1::Sha1;

use super::derivation::{Label, derive};
use super::key::MasterKey;
use super::packet::{RTCP_CLEAR, RtpHeader};
use super::suite::{Suite, TAG_GCM};

/// Bytes of the key of HMAC-SHA1 (RFC 3711, 5.2).
const AUTHENTICATION_KEY: usize = 20;

/// Bytes of the salt in counter mode.
const SALT_COUNTER: usize = 14;

/// Bytes of the salt, and of the nonce, of GCM.
const SALT_GCM: usize = 12;

/// Bytes of what follows the payload of an RTCP packet: the flag E and the index.
pub(super) const RTCP_INDEX: usize = 4;

/// The flag E: the packet is encrypted.
const ENCRYPTED: u32 = 1 << 31;

/// Session keys of one master key, ready for use.
#[derive(Debug)]
pub(super) enum Cipher {
    Counter(Box<Counter>),
    Gcm(Box<Gcm>),
}

/// AES with its key scheduled.
pub(super) enum Aes {
    Bits128(Aes128),
    Bits256(Aes256),
}

#[derive(Debug)]
pub(super) struct Counter {
    rtp: CounterKeys,
    rtcp: CounterKeys,
}

struct CounterKeys {
    aes: Aes,
    salt: [u8; SALT_COUNTER],
    /// Keyed; a copy of it takes the packet.
    mac: Hmac<Sha1>,
    tag_len: usize,
}

#[derive(Debug)]
pub(super) struct Gcm {
    rtp: GcmKeys,
    rtcp: GcmKeys,
}

struct GcmKeys {
    key: LessSafeKey,
    salt: [u8; SALT_GCM],
}

impl Cipher {
    pub(super) fn new(master: &MasterKey) -> Cipher {
        let suite = master.suite();
        if suite.is_aead() {
            let rtp = GcmKeys::new(master, Label::RtpCipher, Label::RtpSalt);
            let rtcp = GcmKeys::new(master, Label::RtcpCipher, Label::RtcpSalt);
            return Cipher::Gcm(Box::new(Gcm { rtp, rtcp }));
        }
        let rtp = [Label::RtpCipher, Label::RtpSalt, Label::RtpAuthentication];
        let rtcp = [Label::RtcpCipher, Label::RtcpSalt, Label::RtcpAuthentication];
        Cipher::Counter(Box::new(Counter {
            rtp: CounterKeys::new(master, rtp, suite.rtp_tag_len()),
            rtcp: CounterKeys::new(master, rtcp, suite.rtcp_tag_len()),
        }))
    }

    /// Seals the RTP packet that is the first `len` bytes; returns its length then, or `None` if
    /// there is no room.
    pub(super) fn seal_rtp(
        &self,
        packet: &mut [u8],
        len: usize,
        header: RtpHeader,
        index: u64,
    ) -> Option<usize> {
        match self {
            Cipher::Counter(counter) => {
                let keys = &counter.rtp;
                keys.crypt(header.ssrc, index, packet.get_mut(header.len..len)?);
                let tag = keys.mac(packet.get(..len)?, &roc(index)).finalize().into_bytes();
                append(packet, len, tag.get(..keys.tag_len)?)
            }
            Cipher::Gcm(gcm) => {
                let (clear, payload) = packet.get_mut(..len)?.split_at_mut_checked(header.len)?;
                let tag = gcm.rtp.seal(header.ssrc, index, clear, payload)?;
                append(packet, len, &tag)
            }
        }
    }

    /// Opens an RTP packet, tag at its end; returns its length without it, or `None` if it is not
    /// authentic, and then what is in it is void.
    pub(super) fn open_rtp(
        &self,
        packet: &mut [u8],
        header: RtpHeader,
        index: u64,
    ) -> Option<usize> {
        match self {
            Cipher::Counter(counter) => {
                let keys = &counter.rtp;
                let len = packet.len().checked_sub(keys.tag_len)?;
                let (sealed, tag) = packet.split_at_mut_checked(len)?;
                keys.mac(sealed, &roc(index)).verify_truncated_left(tag).ok()?;
                keys.crypt(header.ssrc, index, sealed.get_mut(header.len..)?);
                Some(len)
            }
            Cipher::Gcm(gcm) => {
                let (clear, payload) = packet.split_at_mut_checked(header.len)?;
                let len = gcm.rtp.open(header.ssrc, index, clear, payload)?;
                Some(header.len + len)
            }
        }
    }

    /// Seals the RTCP packet that is the first `len` bytes, likewise.
    pub(super) fn seal_rtcp(
        &self,
        packet: &mut [u8],
        len: usize,
        ssrc: u32,
        index: u32,
    ) -> Option<usize> {
        let word = (index | ENCRYPTED).to_be_bytes();
        match self {
            Cipher::Counter(counter) => {
                let keys = &counter.rtcp;
                keys.crypt(ssrc, u64::from(index), packet.get_mut(RTCP_CLEAR..len)?);
                let len = append(packet, len, &word)?;
                let tag = keys.mac(packet.get(..len)?, &[]).finalize().into_bytes();
                append(packet, len, tag.get(..keys.tag_len)?)
            }
            Cipher::Gcm(gcm) => {
                let (clear, rest) = packet.get_mut(..len)?.split_at_mut_checked(RTCP_CLEAR)?;
                let associated = associated(clear, word)?;
                let tag = gcm.rtcp.seal(ssrc, u64::from(index), &associated, rest)?;
                let len = append(packet, len, &tag)?;
                append(packet, len, &word)
            }
        }
    }

    /// Opens an RTCP packet likewise.
    pub(super) fn open_rtcp(&self, packet: &mut [u8], ssrc: u32, index: u32) -> Option<usize> {
        match self {
            Cipher::Counter(counter) => {
                let keys = &counter.rtcp;
                let end = packet.len().checked_sub(keys.tag_len)?;
                let (sealed, tag) = packet.split_at_mut_checked(end)?;
                keys.mac(sealed, &[]).verify_truncated_left(tag).ok()?;
                let len = end.checked_sub(RTCP_INDEX)?;
                keys.crypt(ssrc, u64::from(index), sealed.get_mut(RTCP_CLEAR..len)?);
                Some(len)
            }
            Cipher::Gcm(gcm) => {
                let end = packet.len().checked_sub(RTCP_INDEX)?;
                let (clear, rest) = packet.get_mut(..end)?.split_at_mut_checked(RTCP_CLEAR)?;
                let associated = associated(clear, (index | ENCRYPTED).to_be_bytes())?;
                let len = gcm.rtcp.open(ssrc, u64::from(index), &associated, rest)?;
                Some(RTCP_CLEAR + len)
            }
        }
    }
}

/// The index that an RTCP packet tells, without a key's name in it. `None` if it says that it is not
/// encrypted: nobody agreed to that (RFC 4568, 6.3.2).
pub(super) fn rtcp_index(suite: Suite, packet: &[u8]) -> Option<u32> {
    let tag = if suite.is_aead() { 0 } else { suite.rtcp_tag_len() };
    let end = packet.len().checked_sub(tag)?;
    let word = packet.get(end.checked_sub(RTCP_INDEX)?..end)?;
    let word = u32::from_be_bytes(word.try_into().ok()?);
    (word & ENCRYPTED != 0).then_some(word & !ENCRYPTED)
}

impl CounterKeys {
    fn new(master: &MasterKey, labels: [Label; 3], tag_len: usize) -> CounterKeys {
        let [cipher, salt, authentication] = labels;
        let mut kept = [0; SALT_COUNTER];
        kept.copy_from_slice(&derive(master, salt, SALT_COUNTER));
        let key = derive(master, authentication, AUTHENTICATION_KEY);
        CounterKeys {
            aes: Aes::new(&derive(master, cipher, master.suite().key_len())),
            salt: kept,
            mac: hmac(&key),
            tag_len,
        }
    }

    /// Encrypts or decrypts (RFC 3711, 4.1.1): the counter begins at salt, SSRC and index.
    fn crypt(&self, ssrc: u32, index: u64, data: &mut [u8]) {
        let mut counter = [0; 16];
        counter[..SALT_COUNTER].copy_from_slice(&self.salt);
        xor(&mut counter[4..8], &ssrc.to_be_bytes());
        xor(&mut counter[8..14], &index.to_be_bytes()[2..]);
        self.aes.apply_keystream(counter, data);
    }

    /// Over what is authenticated: the packet, and for RTP its rollover counter (RFC 3711, 4.2).
    fn mac(&self, packet: &[u8], rollover: &[u8]) -> Hmac<Sha1> {
        let mut mac = self.mac.clone();
        mac.update(packet);
        mac.update(rollover);
        mac
    }
}

impl GcmKeys {
    fn new(master: &MasterKey, cipher: Label, salt: Label) -> GcmKeys {
        let mut kept = [0; SALT_GCM];
        kept.copy_from_slice(&derive(master, salt, SALT_GCM));
        GcmKeys { key: gcm(&derive(master, cipher, master.suite().key_len())), salt: kept }
    }

    fn seal(&self, ssrc: u32, index: u64, clear: &[u8], data: &mut [u8]) -> Option<[u8; TAG_GCM]> {
        let nonce = self.nonce(ssrc, index);
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(clear), data).ok()?;
        tag.as_ref().try_into().ok()
    }

    /// Returns how much of `data` is left without its tag.
    fn open(&self, ssrc: u32, index: u64, clear: &[u8], data: &mut [u8]) -> Option<usize> {
        let nonce = self.nonce(ssrc, index);
        self.key.open_in_place(nonce, Aad::from(clear), data).ok().map(|opened| opened.len())
    }

    /// RFC 7714, 8.1 and 9.1: both are the same but for the width of the index.
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut nonce = self.salt;
        xor(&mut nonce[2..6], &ssrc.to_be_bytes());
        xor(&mut nonce[6..12], &index.to_be_bytes()[2..]);
        Nonce::assume_unique_for_key(nonce)
    }
}

impl Aes {
    /// With a key of 32 bytes, or else of 16.
    pub(super) fn new(key: &[u8]) -> Aes {
        let mut short = zeroize::Zeroizing::new([0; 16]);
        match <&[u8; 32]>::try_from(key) {
            Ok(key) => Aes::Bits256(Aes256::new(key.into())),
            Err(_) => {
                let len = key.len().min(short.len());
                short[..len].copy_from_slice(&key[..len]);
                Aes::Bits128(Aes128::new((&*short).into()))
            }
        }
    }

    /// Exclusive-ors the key stream into `data`. The low 16 bits of `counter` count blocks.
    pub(super) fn apply_keystream(&self, counter: [u8; 16], data: &mut [u8]) {
        let counter = &counter.into();
        match self {
            Aes::Bits128(aes) => {
                Ctr128BE::from_core(CtrCore::inner_iv_init(aes, counter)).apply_keystream(data);
            }
            Aes::Bits256(aes) => {
                Ctr128BE::from_core(CtrCore::inner_iv_init(aes, counter)).apply_keystream(data);
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
fn hmac(key: &[u8]) -> Hmac<Sha1> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[expect(clippy::expect_used, reason = "the algorithm is chosen by the length of the key")]
fn gcm(key: &[u8]) -> LessSafeKey {
    let algorithm = if key.len() == 32 { &AES_256_GCM } else { &AES_128_GCM };
    LessSafeKey::new(UnboundKey::new(algorithm, key).expect("a key of 16 or 32 bytes"))
}

/// What of an RTCP packet is authenticated and not encrypted (RFC 7714, 9.2).
fn associated(clear: &[u8], word: [u8; RTCP_INDEX]) -> Option<[u8; RTCP_CLEAR + RTCP_INDEX]> {
    let mut associated = [0; RTCP_CLEAR + RTCP_INDEX];
    associated[..RTCP_CLEAR].copy_from_slice(clear.get(..RTCP_CLEAR)?);
    associated[RTCP_CLEAR..].copy_from_slice(&word);
    Some(associated)
}

/// The rollover counter: the upper 32 bits of the index.
fn roc(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

fn append(packet: &mut [u8], len: usize, tail: &[u8]) -> Option<usize> {
    packet.get_mut(len..len + tail.len())?.copy_from_slice(tail);
    Some(len + tail.len())
}

fn xor(bytes: &mut [u8], with: &[u8]) {
    for (byte, with) in bytes.iter_mut().zip(with) {
        *byte ^= with;
    }
}

/// None of them shows its keys.
macro_rules! no_secrets {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}

no_secrets!(Aes, CounterKeys, GcmKeys);

#[cfg(test)]
mod tests;
