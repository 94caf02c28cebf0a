//! The test vectors of the RFCs, which begin at the session keys.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::srtp::suite::SUITES;

const PLAIN_RTP: &str = "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e697320646976697361\
                         20696e207061727465732074726573";

const PLAIN_RTCP: &str = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbe\
                          efdeadbeefdeadbeefdeadbeefdeadbeef";

/// The index of the packets of RFC 7714, 17.
const RTCP_INDEX: u32 = 0x5d4;

fn hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("hexadecimal") as u8;
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// The master key of RFC 3711, B.3.
fn master() -> MasterKey {
    let secret = hex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6");
    MasterKey::new(Suite::AesCm128HmacSha1_80, &secret).expect("as long as it must be")
}

#[test]
fn session_keys_are_those_of_rfc_3711_b_3() {
    let derived = |label, len| derive(&master(), label, len).to_vec();
    assert_eq!(derived(Label::RtpCipher, 16), hex("c61e7a93744f39ee10734afe3ff7a087"));
    assert_eq!(derived(Label::RtpSalt, 14), hex("30cbbc08863d8c85d49db34a9ae1"));
    let authentication = hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4");
    assert_eq!(derived(Label::RtpAuthentication, 20), authentication);
}

#[test]
fn the_key_stream_of_counter_mode_is_that_of_rfc_3711_b_2() {
    let mut salt = [0; SALT_COUNTER];
    salt.copy_from_slice(&hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd"));
    let keys = CounterKeys {
        aes: Aes::new(&hex("2b7e151628aed2a6abf7158809cf4f3c")),
        salt,
        mac: super::hmac(&[]),
        tag_len: 10,
    };
    let mut stream = [0; 48];
    keys.crypt(0, 0, &mut stream);
    let expected = "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab\
                    41e95b3bb0a2e8dd477901e4fca894c0";
    assert_eq!(stream.to_vec(), hex(expected));
}

fn gcm_of_rfc_7714(key_len: u8) -> Cipher {
    let key: Vec<u8> = (0..key_len).collect();
    let mut salt = [0; SALT_GCM];
    salt.copy_from_slice(b"Quid pro quo");
    let keys = || GcmKeys { key: super::gcm(&key), salt };
    Cipher::Gcm(Box::new(Gcm { rtp: keys(), rtcp: keys() }))
}

#[test]
fn gcm_seals_and_opens_the_packets_of_rfc_7714_16() {
    let sealed = [
        (
            16,
            "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51\
             c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
        ),
        (
            32,
            "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276\
             ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13",
        ),
    ];
    for (key_len, sealed) in sealed {
        let (cipher, plain) = (gcm_of_rfc_7714(key_len), hex(PLAIN_RTP));
        let header = RtpHeader::parse(&plain).expect("a header");
        let index = u64::from(header.sequence);
        let mut packet = [0; 100];
        packet[..plain.len()].copy_from_slice(&plain);
        let len = cipher.seal_rtp(&mut packet, plain.len(), header, index).expect("room");
        assert_eq!(packet[..len].to_vec(), hex(sealed));
        let len = cipher.open_rtp(&mut packet[..len], header, index).expect("authentic");
        assert_eq!(packet[..len].to_vec(), plain);
    }
}

#[test]
fn gcm_seals_and_opens_the_packets_of_rfc_7714_17() {
    let sealed = [
        (
            16,
            "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4c\
             e09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
        ),
        (
            32,
            "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be84\
             15f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
        ),
    ];
    for (key_len, sealed) in sealed {
        let (cipher, plain) = (gcm_of_rfc_7714(key_len), hex(PLAIN_RTCP));
        let ssrc = u32::from_be_bytes(*b"Mars");
        let mut packet = [0; 100];
        packet[..plain.len()].copy_from_slice(&plain);
        let len = cipher.seal_rtcp(&mut packet, plain.len(), ssrc, RTCP_INDEX).expect("room");
        assert_eq!(packet[..len].to_vec(), hex(sealed));
        assert_eq!(rtcp_index(Suite::AeadAes128Gcm, &packet[..len]), Some(RTCP_INDEX));
        let len = cipher.open_rtcp(&mut packet[..len], ssrc, RTCP_INDEX).expect("authentic");
        assert_eq!(packet[..len].to_vec(), plain);
    }
}

#[test]
fn what_says_that_it_is_not_encrypted_has_no_index() {
    let tagged = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbe\
                  efdeadbeefdeadbeefdeadbeef841dd9683dd78ec92ae58790125f62b3000005d4";
    for suite in SUITES.into_iter().filter(|suite| suite.is_aead()) {
        assert_eq!(rtcp_index(suite, &hex(tagged)), None);
    }
}
