//! Header extensions as they come (RFC 8285), and how loud a packet says it is (RFC 6464).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use media_io::rtp::Packet;
use proptest::prelude::*;

/// A packet with an extension of this profile and these bytes, and a payload.
fn packet(profile: u16, extension: &[u8]) -> Vec<u8> {
    assert!(extension.len().is_multiple_of(4));
    let mut packet = vec![0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    packet.extend(profile.to_be_bytes());
    packet.extend((extension.len() as u16 / 4).to_be_bytes());
    packet.extend(extension);
    packet.extend([1, 2, 3]);
    packet
}

fn level(profile: u16, extension: &[u8], id: u8) -> Option<u8> {
    let packet = packet(profile, extension);
    let packet = Packet::parse(&packet).unwrap();
    assert_eq!(packet.payload, [1, 2, 3]);
    packet.extension.unwrap().audio_level(id)
}

#[test]
fn a_packet_without_an_extension_has_none() {
    let bytes = [0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3];
    assert_eq!(Packet::parse(&bytes).unwrap().extension, None);
}

#[test]
fn a_level_is_read_in_the_form_of_one_byte() {
    // RFC 6464, 3, figure 1: the flag of speech is no part of the level.
    assert_eq!(level(0xbede, &[0x10, 0x2a, 0, 0], 1), Some(42));
    assert_eq!(level(0xbede, &[0x10, 0xaa, 0, 0], 1), Some(42));
    assert_eq!(level(0xbede, &[0x10, 0xff, 0, 0], 1), Some(127));
    assert_eq!(level(0xbede, &[0x10, 0x2a, 0, 0], 2), None);
}

#[test]
fn a_level_is_read_in_the_form_of_two_bytes() {
    // RFC 6464, 3, figure 2; the application's bits of the profile do not matter.
    for profile in [0x1000, 0x1007, 0x100f] {
        assert_eq!(level(profile, &[200, 1, 0x85, 0], 200), Some(5));
        assert_eq!(level(profile, &[0, 0, 200, 1, 7, 0, 0, 0], 200), Some(7));
        assert_eq!(level(profile, &[200, 0, 0, 0], 200), None);
    }
}

#[test]
fn it_is_found_behind_padding_and_others() {
    assert_eq!(level(0xbede, &[0, 0, 0x22, 1, 2, 3, 0, 0x30, 9, 0, 0, 0], 3), Some(9));
    assert_eq!(level(0x1000, &[9, 0, 8, 3, 1, 2, 3, 3, 1, 9, 0, 0], 3), Some(9));
    // The first of two counts.
    assert_eq!(level(0xbede, &[0x30, 1, 0x30, 2], 3), Some(1));
}

#[test]
fn what_must_not_be_read_is_not_read() {
    // Identifier 15 ends the extension (RFC 8285, 4.2).
    assert_eq!(level(0xbede, &[0xf0, 0x30, 9, 0], 3), None);
    // Elements longer than what is there.
    assert_eq!(level(0xbede, &[0x3f, 9, 0, 0], 3), None);
    assert_eq!(level(0x1000, &[3, 200, 9, 0], 3), None);
    assert_eq!(level(0x1000, &[0, 0, 0, 3], 3), None);
    // Another profile (RFC 3550, 5.3.1).
    assert_eq!(level(0xabac, &[0x30, 9, 0, 0], 3), None);
    assert_eq!(level(0xbede, &[], 3), None);
}

proptest! {
    #[test]
    fn any_extension_is_read_or_not(words in 0usize..8, bytes in proptest::array::uniform32(any::<u8>()), profile: u16, id: u8) {
        for profile in [profile, 0xbede, 0x1000] {
            let bytes = packet(profile, &bytes[..4 * words]);
            let level = Packet::parse(&bytes).unwrap().extension.unwrap().audio_level(id);
            prop_assert!(level.is_none_or(|level| level <= 127));
        }
    }
}
