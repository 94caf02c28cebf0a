//! Two ends of a protected stream, and packets for it.

use media_io::srtp::{Fault, Keyring, MasterKey, Opener, Sealer, Suite};

/// Bytes that any packet here fits in.
pub(crate) const ROOM: usize = 1_500;

pub(crate) const SSRC: u32 = 0xcafe_babe;

pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("hexadecimal") as u8;
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// A key that differs with `number`.
pub(crate) fn key(suite: Suite, number: u8) -> MasterKey {
    let keyring = Keyring::draw(|secret| secret.fill(number));
    keyring.key(suite).expect("one for each suite").clone()
}

/// A packet whose payload tells its number.
pub(crate) fn rtp(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend(1_000u32.to_be_bytes());
    packet.extend(SSRC.to_be_bytes());
    packet.extend([sequence as u8; 160]);
    packet
}

/// A goodbye.
pub(crate) fn rtcp() -> Vec<u8> {
    let mut packet = vec![0x81, 203, 0, 1];
    packet.extend(SSRC.to_be_bytes());
    packet
}

/// Seals one packet.
pub(crate) fn seal(sealer: &mut Sealer, plain: &[u8]) -> Vec<u8> {
    let mut sealed = [0; ROOM];
    let len = sealer.rtp(plain, &mut sealed).expect("sealed");
    sealed[..len].to_vec()
}

pub(crate) fn seal_rtcp(sealer: &mut Sealer, plain: &[u8]) -> Vec<u8> {
    let mut sealed = [0; ROOM];
    let len = sealer.rtcp(plain, &mut sealed).expect("sealed");
    sealed[..len].to_vec()
}

/// Opens one packet.
pub(crate) fn open(opener: &mut Opener, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut plain = [0; ROOM];
    opener.rtp(sealed, &mut plain).map(|len| plain[..len].to_vec())
}

pub(crate) fn open_rtcp(opener: &mut Opener, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut plain = [0; ROOM];
    opener.rtcp(sealed, &mut plain).map(|len| plain[..len].to_vec())
}
