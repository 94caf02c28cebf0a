//! No packet passes twice, and none that was changed.

use media_io::srtp::{Fault, Opener, SUITES, Sealer, Suite};

use crate::common::{ROOM, key, open, open_rtcp, rtcp, rtp, seal, seal_rtcp};

/// Packets that may come after later ones and still pass.
const WINDOW: u16 = 128;

const SUITE: Suite = Suite::AesCm128HmacSha1_80;

#[test]
fn a_packet_that_comes_again_is_refused() {
    for suite in SUITES {
        let key = key(suite, 1);
        let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
        let (media, report) = (seal(&mut sealer, &rtp(5)), seal_rtcp(&mut sealer, &rtcp()));
        assert!(open(&mut opener, &media).is_ok() && open_rtcp(&mut opener, &report).is_ok());
        for _ in 0..3 {
            assert_eq!(open(&mut opener, &media), Err(Fault::Replayed), "{suite:?}");
            assert_eq!(open_rtcp(&mut opener, &report), Err(Fault::Replayed), "{suite:?}");
        }
    }
}

#[test]
fn packets_out_of_order_pass_once_as_long_as_the_window_reaches() {
    let key = key(SUITE, 1);
    let mut sealer = Sealer::new(&key);
    let sealed: Vec<_> = (0..=WINDOW).map(|sequence| seal(&mut sealer, &rtp(sequence))).collect();
    let mut opener = Opener::new(&key);
    let (latest, earlier) = sealed.split_last().unwrap();
    assert!(open(&mut opener, latest).is_ok());
    let (too_old, others) = earlier.split_first().unwrap();
    assert_eq!(open(&mut opener, too_old), Err(Fault::Replayed));
    for packet in others.iter().rev() {
        assert!(open(&mut opener, packet).is_ok());
        assert_eq!(open(&mut opener, packet), Err(Fault::Replayed));
    }
}

#[test]
fn a_packet_of_which_any_byte_was_changed_is_refused_and_spoils_nothing() {
    for suite in SUITES {
        let key = key(suite, 1);
        let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
        let sealed = seal(&mut sealer, &rtp(1));
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 0x40;
            assert!(open(&mut opener, &changed).is_err(), "{suite:?}, byte {place}");
        }
        assert_eq!(open(&mut opener, &sealed), Ok(rtp(1)), "{suite:?}");
        let sealed = seal_rtcp(&mut sealer, &rtcp());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 0x40;
            assert!(open_rtcp(&mut opener, &changed).is_err(), "{suite:?}, byte {place}");
        }
        assert_eq!(open_rtcp(&mut opener, &sealed), Ok(rtcp()), "{suite:?}");
    }
}

#[test]
fn the_same_sequence_number_is_never_sealed_twice() {
    let mut sealer = Sealer::new(&key(SUITE, 1));
    seal(&mut sealer, &rtp(9));
    assert_eq!(sealer.rtp(&rtp(9), &mut [0; ROOM]), Err(Fault::Replayed));
    assert_eq!(sealer.rtp(&rtp(8), &mut [0; ROOM]), Err(Fault::Replayed));
    seal(&mut sealer, &rtp(10));
}

#[test]
fn a_key_ends_after_the_packets_that_it_was_given_for() {
    let key = key(SUITE, 1).for_packets(3);
    let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
    for sequence in 0..3 {
        let sealed = seal(&mut sealer, &rtp(sequence));
        assert!(open(&mut opener, &sealed).is_ok());
    }
    assert_eq!(sealer.rtp(&rtp(3), &mut [0; ROOM]), Err(Fault::KeyUsedUp));
    let longer = seal(&mut Sealer::new(&crate::common::key(SUITE, 1)), &rtp(3));
    assert_eq!(open(&mut opener, &longer), Err(Fault::KeyUsedUp));
}
