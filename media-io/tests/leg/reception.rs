//! Reception figures against numbers worked out by hand from RFC 3550, A.1, A.3 and A.8.

use media_io::rtcp::{Accepted, Reception, ReportBlock};
use media_io::rtp::{Sequence, Timestamp};
use mixer::time::Time;
use proptest::prelude::*;

fn receive(reception: &mut Reception, sequences: impl IntoIterator<Item = u16>) {
    for sequence in sequences {
        reception.receive(Sequence(sequence));
    }
}

fn begin(first: u16) -> Reception {
    let mut reception = Reception::new(9, Sequence(first));
    receive(&mut reception, [first, first.wrapping_add(1)]);
    assert!(reception.is_valid());
    reception
}

#[test]
fn one_of_five_lost_is_51_of_256() {
    let mut reception = begin(10);
    receive(&mut reception, [12, 13, 15]);
    // Counted from the packet that made the source valid: 11 to 15, less 14.
    let report = reception.report();
    let expected = ReportBlock {
        ssrc: 9,
        fraction_lost: 51,
        cumulative_lost: 1,
        highest_sequence: 15,
        ..ReportBlock::default()
    };
    assert_eq!(report, expected);
    receive(&mut reception, 16..20);
    let report = reception.report();
    assert_eq!((report.fraction_lost, report.cumulative_lost), (0, 1));
    assert_eq!(reception.report().fraction_lost, 0, "an interval without packets");
}

#[test]
fn duplicates_make_the_loss_negative_and_a_late_packet_mends_it() {
    let mut reception = begin(10);
    assert_eq!(reception.receive(Sequence(13)), Accepted::Yes);
    assert_eq!(reception.lost(), 1);
    assert_eq!(reception.receive(Sequence(12)), Accepted::Yes);
    assert_eq!(reception.lost(), 0);
    for sequence in [13, 12, 11] {
        assert_eq!(reception.receive(Sequence(sequence)), Accepted::Duplicate);
    }
    let report = reception.report();
    assert_eq!((report.fraction_lost, report.cumulative_lost), (0, -3));
}

#[test]
fn the_sequence_is_extended_when_it_wraps() {
    let mut reception = begin(65_533);
    receive(&mut reception, [65_535, 0, 1]);
    let report = reception.report();
    assert_eq!(report.highest_sequence, 0x1_0001);
    assert_eq!(report.cumulative_lost, 0);
    assert_eq!(reception.receive(Sequence(65_534)), Accepted::Duplicate);
    assert_eq!(reception.highest_sequence(), 0x1_0001);
}

#[test]
fn two_in_sequence_far_away_are_a_restart_and_one_is_a_stray() {
    let mut reception = begin(10);
    assert_eq!(reception.receive(Sequence(40_000)), Accepted::No);
    assert_eq!(reception.receive(Sequence(12)), Accepted::Yes);
    assert_eq!(reception.receive(Sequence(50_000)), Accepted::No);
    assert_eq!(reception.receive(Sequence(50_001)), Accepted::Restarted);
    assert_eq!((reception.highest_sequence(), reception.lost()), (50_001, 0));
}

#[test]
fn the_limits_of_dropout_and_misorder() {
    let step = |step: u16| begin(1_000).receive(Sequence(1_001u16.wrapping_add(step)));
    assert_eq!(step(2_999), Accepted::Yes);
    assert_eq!(step(3_000), Accepted::No);
    assert_eq!(step(0u16.wrapping_sub(99)), Accepted::Yes);
    assert_eq!(step(0u16.wrapping_sub(100)), Accepted::No);
}

#[test]
fn cumulative_loss_stays_within_24_bits() {
    let mut reception = begin(0);
    let mut sequence = 1u16;
    for _ in 0..3_000 {
        sequence = sequence.wrapping_add(2_999);
        reception.receive(Sequence(sequence));
    }
    assert_eq!(reception.lost(), 3_000 * 2_998);
    assert_eq!(reception.report().cumulative_lost, 0x7f_ffff);
}

#[test]
fn jitter_grows_by_a_sixteenth_of_each_difference() {
    let mut reception = begin(10);
    let mut at = |ms: u64, timestamp: u32| {
        reception.time(Time(ms * 1_000_000), Timestamp(timestamp), 8_000);
        reception.jitter()
    };
    assert_eq!(at(1_000, u32::MAX - 100), 0);
    assert_eq!(at(1_020, 59), 0);
    // 10 ms late are 80 units: 80/16; back in time: 5 + (80 - 5)/16.
    assert_eq!(at(1_050, 219), 5);
    assert_eq!(at(1_060, 379), 9);
    assert_eq!(at(1_080, 539), 9);
}

proptest! {
    #[test]
    fn figures_never_contradict_each_other(sequences in proptest::collection::vec(any::<u16>(), 0..200)) {
        let mut reception = Reception::new(1, Sequence(0));
        for &sequence in &sequences {
            reception.receive(Sequence(sequence));
            let report = reception.clone().report();
            prop_assert_eq!(i64::from(report.cumulative_lost), reception.lost());
            prop_assert!(report.fraction_lost == 0 || reception.lost() > -200);
        }
    }
}
