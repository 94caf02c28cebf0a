//! Packets leave evenly, whatever happens: no gap in the sequence numbers, 160 samples and exactly
//! 20 ms from one to the next.

use std::time::Duration;

use antiphon_tests::simulator::caller::Received;
use antiphon_tests::simulator::{Impairment, Phone, Simulator};

fn check(packets: &[Received]) {
    for pair in packets.windows(2) {
        let [one, next] = pair else { unreachable!() };
        assert_eq!(next.at.since(one.at), Duration::from_millis(20));
        assert_eq!(next.header.sequence.0, one.header.sequence.0.wrapping_add(1));
        assert_eq!(next.header.timestamp.0, one.header.timestamp.0.wrapping_add(160));
        assert_eq!(next.header.ssrc, one.header.ssrc);
        assert!(!next.header.marker, "a talkspurt begins once");
    }
    assert!(packets[0].header.marker);
}

#[test]
fn packets_leave_evenly_from_the_first() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.run_ms(2_000);
    let packets = &sim.caller('a').packets;
    assert!(packets.len() >= 100, "only {}", packets.len());
    check(packets);
}

#[test]
fn changes_of_the_topology_do_not_disturb_them() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    sim.documents.put_tone("http://media/1", '1', 1);
    for _ in 0..10 {
        sim.join('R', 'a', "both");
        sim.join('R', 'b', "both");
        sim.run_ms(60);
        sim.join('a', 'b', "both");
        sim.start_dialog('1', "http://media/1", "connectionid='$a'");
        sim.tell("<dialogterminate dialogid='$1' immediate='true'/>");
        sim.unjoin('b', 'R');
    }
    sim.destroy('R');
    sim.hang_up('c');
    sim.run_ms(200);
    check(&sim.caller('a').packets);
    check(&sim.caller('b').packets);
}

#[test]
fn a_caller_on_a_bad_line_is_sent_to_as_evenly() {
    let mut sim = Simulator::new();
    let line = Impairment {
        delay: Duration::from_millis(30),
        jitter: Duration::from_millis(100),
        loss: 0.3,
        duplication: 0.1,
    };
    sim.call_with('a', Phone { line, ..Phone::default() });
    sim.call("b");
    sim.join('a', 'b', "both");
    sim.run_ms(5_000);
    check(&sim.caller('a').packets);
    check(&sim.caller('b').packets);
}
