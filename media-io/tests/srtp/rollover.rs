//! The part of the index that no packet carries.

use media_io::srtp::{Fault, Opener, SUITES, Sealer, Suite};

use crate::common::{key, open, rtp, seal};

const SUITE: Suite = Suite::AeadAes128Gcm;

#[test]
fn three_rollovers_in_order_pass() {
    for suite in SUITES {
        let key = key(suite, 1);
        let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
        // Every so many packets, which is more than a window and less than half a round.
        for step in 0..(3 * 65_536 / 9_973 + 1) {
            let sequence = (60_000u32 + step * 9_973) as u16;
            let sealed = seal(&mut sealer, &rtp(sequence));
            assert_eq!(open(&mut opener, &sealed), Ok(rtp(sequence)), "{suite:?}, step {step}");
        }
    }
}

#[test]
fn packets_that_pass_each_other_at_the_rollover_are_told_apart() {
    let key = key(SUITE, 1);
    let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
    let numbers = [65_533, 65_534, 65_535, 0, 1, 2];
    let sealed = numbers.map(|sequence| seal(&mut sealer, &rtp(sequence)));
    for index in [0, 3, 2, 5, 1, 4] {
        assert!(open(&mut opener, &sealed[index]).is_ok(), "number {}", numbers[index]);
        assert_eq!(open(&mut opener, &sealed[index]), Err(Fault::Replayed));
    }
}

#[test]
fn a_listener_that_missed_the_first_rollover_finds_in() {
    let key = key(SUITE, 1);
    let mut sealer = Sealer::new(&key);
    let _lost = seal(&mut sealer, &rtp(65_535));
    let sealed = [0, 1, 2].map(|sequence| seal(&mut sealer, &rtp(sequence)));
    let mut opener = Opener::new(&key);
    assert!(sealed.iter().all(|packet| open(&mut opener, packet).is_ok()));
}

#[test]
fn a_packet_of_the_round_before_does_not_pass_for_one_of_this_round() {
    let key = key(SUITE, 1);
    let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
    let first = seal(&mut sealer, &rtp(100));
    assert!(open(&mut opener, &first).is_ok());
    for sequence in [20_000, 40_000, 60_000, 90] {
        assert!(open(&mut opener, &seal(&mut sealer, &rtp(sequence))).is_ok());
    }
    assert_eq!(open(&mut opener, &first), Err(Fault::Unauthenticated));
    assert!(open(&mut opener, &seal(&mut sealer, &rtp(100))).is_ok());
}
