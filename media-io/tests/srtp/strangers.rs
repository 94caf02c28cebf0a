//! Who has no key achieves nothing.

use media_io::srtp::{Fault, Keyring, Keys, MasterKey, Opener, Protection, SOURCES_MAX, SUITES};
use media_io::srtp::{Sealer, Suite};

use crate::common::{key, open, open_rtcp, rtcp, rtp, seal, seal_rtcp};

const SUITE: Suite = Suite::AesCm128HmacSha1_80;

#[test]
fn packets_under_another_key_or_none_are_refused() {
    for suite in SUITES {
        let mut opener = Opener::new(&key(suite, 1));
        let mut stranger = Sealer::new(&key(suite, 2));
        let sealed = seal(&mut stranger, &rtp(1));
        assert_eq!(open(&mut opener, &sealed), Err(Fault::Unauthenticated), "{suite:?}");
        let sealed = seal_rtcp(&mut stranger, &rtcp());
        assert_eq!(open_rtcp(&mut opener, &sealed), Err(Fault::Unauthenticated), "{suite:?}");
        assert!(open(&mut opener, &rtp(1)).is_err(), "{suite:?}: in the clear");
        assert!(open_rtcp(&mut opener, &rtcp()).is_err(), "{suite:?}: in the clear");
    }
}

/// A packet may say that it is not encrypted; that does not make it authentic.
#[test]
fn a_goodbye_that_calls_itself_unencrypted_is_refused() {
    for suite in SUITES {
        let mut forged = rtcp();
        forged.extend(5u32.to_be_bytes());
        forged.extend([0; 10]);
        assert!(open_rtcp(&mut Opener::new(&key(suite, 1)), &forged).is_err(), "{suite:?}");
        let mut forged = rtcp();
        forged.extend([0; 16]);
        forged.extend(5u32.to_be_bytes());
        assert!(open_rtcp(&mut Opener::new(&key(suite, 1)), &forged).is_err(), "{suite:?}");
    }
}

#[test]
fn sources_of_strangers_take_no_place_from_those_of_the_peer() {
    let key_of_peer = key(SUITE, 1);
    let mut opener = Opener::new(&key_of_peer);
    let of_source = |ssrc: u32| {
        let mut packet = rtp(1);
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        packet
    };
    for ssrc in 0..1_000 {
        let sealed = seal(&mut Sealer::new(&key(SUITE, 2)), &of_source(ssrc));
        assert_eq!(open(&mut opener, &sealed), Err(Fault::Unauthenticated));
    }
    for ssrc in 0..SOURCES_MAX as u32 {
        let sealed = seal(&mut Sealer::new(&key_of_peer), &of_source(ssrc));
        assert!(open(&mut opener, &sealed).is_ok());
    }
    let sealed = seal(&mut Sealer::new(&key_of_peer), &of_source(5_000));
    assert_eq!(open(&mut opener, &sealed), Err(Fault::TooManySources));
}

#[test]
fn no_key_is_printed() {
    let secret: Vec<u8> = (200..230).collect();
    let key = MasterKey::new(SUITE, &secret).unwrap();
    let keys = Keys { ours: key.clone(), theirs: key.clone() };
    let printed = [
        format!("{key:?}"),
        format!("{:?}", Keyring::draw(|bytes| bytes.fill(200))),
        format!("{keys:?}"),
        format!("{:?}", Protection::new(&keys)),
    ];
    for text in printed {
        assert!(!text.contains("200") && !text.contains("c8"), "{text}");
    }
}

#[test]
fn short_packets_are_refused() {
    for suite in SUITES {
        let key = key(suite, 1);
        let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
        let (media, report) = (seal(&mut sealer, &rtp(1)), seal_rtcp(&mut sealer, &rtcp()));
        for len in 0..media.len() {
            assert!(open(&mut opener, &media[..len]).is_err(), "{suite:?}, {len} bytes");
        }
        for len in 0..report.len() {
            assert!(open_rtcp(&mut opener, &report[..len]).is_err(), "{suite:?}, {len} bytes");
        }
        assert_eq!(sealer.rtp(&rtp(2), &mut [0; 172]), Err(Fault::Malformed), "no room for a tag");
    }
}
