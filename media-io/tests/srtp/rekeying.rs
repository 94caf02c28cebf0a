//! Keys that change under way.

use media_io::srtp::{Fault, Keys, Mki, Opener, Protection, Sealer, Suite};
use mixer::port::Channel;

use crate::common::{ROOM, key, open, open_rtcp, rtcp, rtp, seal, seal_rtcp};

const SUITE: Suite = Suite::AesCm128HmacSha1_80;

/// Packets under a new key after which those under the old one are no longer taken.
const OVERLAP: u16 = 100;

fn keys(ours: u8, theirs: u8) -> Keys {
    Keys { ours: key(SUITE, ours), theirs: key(SUITE, theirs) }
}

fn comes(protection: &mut Protection, sealed: &[u8]) -> Result<usize, Fault> {
    protection.open(Channel::Rtp, sealed, &mut [0; ROOM])
}

fn sent(protection: &mut Protection, sequence: u16) -> Vec<u8> {
    let mut sealed = [0; ROOM];
    let len = protection.seal(Channel::Rtp, &rtp(sequence), &mut sealed).unwrap();
    sealed[..len].to_vec()
}

#[test]
fn packets_under_way_when_keys_change_are_still_taken_for_a_while() {
    let mut protection = Protection::new(&keys(1, 2));
    let (mut old, mut new) = (Sealer::new(&key(SUITE, 2)), Sealer::new(&key(SUITE, 3)));
    assert!(comes(&mut protection, &seal(&mut old, &rtp(1))).is_ok());
    protection.change(&keys(1, 3));
    assert!(comes(&mut protection, &seal(&mut new, &rtp(3))).is_ok());
    assert!(comes(&mut protection, &seal(&mut old, &rtp(2))).is_ok());
    for sequence in 4..4 + OVERLAP {
        assert!(comes(&mut protection, &seal(&mut new, &rtp(sequence))).is_ok());
    }
    assert!(comes(&mut protection, &seal(&mut old, &rtp(5))).is_err());
}

#[test]
fn the_same_keys_once_more_change_nothing() {
    let mut protection = Protection::new(&keys(1, 2));
    let mut peer = Sealer::new(&key(SUITE, 2));
    let sealed = seal(&mut peer, &rtp(1));
    assert!(comes(&mut protection, &sealed).is_ok());
    sent(&mut protection, 7);
    protection.change(&keys(1, 2));
    assert_eq!(comes(&mut protection, &sealed), Err(Fault::Replayed));
    let again = protection.seal(Channel::Rtp, &rtp(7), &mut [0; ROOM]);
    assert_eq!(again, Err(Fault::Replayed), "a key stream must not be used twice");
}

#[test]
fn keys_that_come_back_go_on_from_where_they_were() {
    let mut protection = Protection::new(&keys(1, 2));
    let mut peer = Opener::new(&key(SUITE, 1));
    // Past a rollover, which a sealer made anew would not know of.
    for sequence in [40_000, 60_000, 10_000] {
        assert!(open(&mut peer, &sent(&mut protection, sequence)).is_ok());
    }
    protection.change(&keys(3, 4));
    sent(&mut protection, 10_001);
    protection.change(&keys(1, 2));
    assert_eq!(open(&mut peer, &sent(&mut protection, 10_002)), Ok(rtp(10_002)));
}

#[test]
fn a_peer_may_go_on_counting_rollovers_under_a_new_key_or_begin_anew() {
    for goes_on in [true, false] {
        let mut protection = Protection::new(&keys(1, 2));
        let mut old = Sealer::new(&key(SUITE, 2));
        for sequence in [40_000, 60_000, 10_000, 40_000, 60_000, 10_000] {
            assert!(comes(&mut protection, &seal(&mut old, &rtp(sequence))).is_ok());
        }
        protection.change(&keys(1, 3));
        let mut new = Sealer::new(&key(SUITE, 3));
        if goes_on {
            for sequence in [40_000, 60_000, 10_000, 40_000, 60_000, 10_000] {
                seal(&mut new, &rtp(sequence));
            }
        }
        for sequence in 10_001..10_010 {
            let sealed = seal(&mut new, &rtp(sequence));
            assert!(comes(&mut protection, &sealed).is_ok(), "goes on: {goes_on}");
        }
    }
}

#[test]
fn a_named_key_takes_only_packets_that_name_it() {
    for suite in media_io::srtp::SUITES {
        let plain = key(suite, 1);
        let named = plain.clone().named(Mki::new(0x0102, 2).unwrap());
        let (mut sealer, mut opener) = (Sealer::new(&plain), Opener::new(&named));
        let with_name = |sealed: Vec<u8>, tag: usize, name: [u8; 2]| {
            let at = sealed.len() - tag;
            [&sealed[..at], &name, &sealed[at..]].concat()
        };
        let (rtp_tag, rtcp_tag) = match suite {
            Suite::AeadAes128Gcm | Suite::AeadAes256Gcm => (0, 0),
            Suite::AesCm128HmacSha1_32 | Suite::Aes256CmHmacSha1_32 => (4, 10),
            Suite::AesCm128HmacSha1_80 | Suite::Aes256CmHmacSha1_80 => (10, 10),
        };
        let (media, report) = (seal(&mut sealer, &rtp(1)), seal_rtcp(&mut sealer, &rtcp()));
        let other = with_name(media.clone(), rtp_tag, [1, 3]);
        assert_eq!(open(&mut opener, &other), Err(Fault::UnknownKey), "{suite:?}");
        assert!(open(&mut opener, &media).is_err(), "{suite:?}: without a name");
        let media = with_name(media, rtp_tag, [1, 2]);
        assert_eq!(open(&mut opener, &media), Ok(rtp(1)), "{suite:?}");
        let report = with_name(report, rtcp_tag, [1, 2]);
        assert_eq!(open_rtcp(&mut opener, &report), Ok(rtcp()), "{suite:?}");
    }
}

#[test]
fn a_name_must_fit_its_length() {
    assert!(Mki::new(255, 1).is_some() && Mki::new(u64::MAX, 8).is_some());
    assert!(Mki::new(256, 1).is_none() && Mki::new(1, 0).is_none() && Mki::new(1, 9).is_none());
}
