//! Hold and resume with a re-INVITE: what the peer may send, what it is sent, and who hears whom
//! meanwhile (RFC 3264, 8.4; RFC 2543 for 0.0.0.0).

use antiphon_tests::simulator::Simulator;

fn conference_of_three() -> Simulator {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.check("a:bc b:ac c:ab");
    sim
}

/// RTP packets that a caller is sent in half a second.
fn packets_to(sim: &mut Simulator, name: char) -> usize {
    sim.run_ms(100);
    let before = sim.caller(name).packets.len();
    sim.run_ms(500);
    sim.caller(name).packets.len() - before
}

fn has_line(sdp: &str, line: &str) -> bool {
    sdp.lines().any(|found| found == line)
}

#[test]
fn one_who_sends_only_is_heard_and_sent_nothing() {
    let mut sim = conference_of_three();
    let answer = sim.reinvite('a', "sendonly");
    assert!(has_line(&answer, "a=recvonly"), "{answer}");
    assert_eq!(packets_to(&mut sim, 'a'), 0);
    sim.check("a: b:ac c:ab");
    let answer = sim.reinvite('a', "sendrecv");
    assert!(has_line(&answer, "a=sendrecv"), "{answer}");
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn one_who_receives_only_hears_and_is_not_heard() {
    let mut sim = conference_of_three();
    let answer = sim.reinvite('a', "recvonly");
    assert!(has_line(&answer, "a=sendonly"), "{answer}");
    sim.check("a:bc b:c c:b");
    sim.reinvite('a', "sendrecv");
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn one_who_is_inactive_neither_hears_nor_is_heard() {
    let mut sim = conference_of_three();
    let answer = sim.reinvite('a', "inactive");
    assert!(has_line(&answer, "a=inactive"), "{answer}");
    assert_eq!(packets_to(&mut sim, 'a'), 0);
    sim.check("a: b:c c:b");
    sim.reinvite('a', "sendrecv");
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn an_unspecified_address_is_a_hold() {
    let mut sim = conference_of_three();
    sim.hold_the_old_way('a');
    assert_eq!(packets_to(&mut sim, 'a'), 0);
    sim.check("a: b:c c:b");
    sim.reinvite('a', "sendrecv");
    sim.check("a:bc b:ac c:ab");
}

/// Who was told not to send and does all the same is not heard.
#[test]
fn what_a_held_phone_goes_on_sending_is_not_heard() {
    let mut sim = conference_of_three();
    sim.reinvite('a', "inactive");
    sim.caller_mut('a').sends = true;
    sim.check("a: b:c c:b");
}

#[test]
fn joins_made_during_a_hold_are_heard_after_it() {
    let mut sim = conference_of_three();
    sim.reinvite('a', "inactive");
    sim.unjoin('a', 'R');
    sim.join('a', 'b', "both");
    sim.check("a: b: c:b");
    sim.reinvite('a', "sendrecv");
    sim.check("a:b b:a c:b");
}

/// The timestamp goes on while nothing is sent, so that the far end sees how long it was.
#[test]
fn time_passes_during_a_hold() {
    let mut sim = conference_of_three();
    sim.run_ms(200);
    let last = sim.caller('a').packets.last().unwrap().clone();
    sim.reinvite('a', "inactive");
    sim.run_ms(1_000);
    sim.reinvite('a', "sendrecv");
    sim.run_ms(200);
    let index = sim.caller('a').packets.iter().position(|packet| *packet == last).unwrap();
    let next = &sim.caller('a').packets[index + 1];
    let samples = next.header.timestamp.0.wrapping_sub(last.header.timestamp.0);
    assert_eq!(u64::from(samples) * 125_000, next.at.0 - last.at.0);
    assert_eq!(next.header.sequence.0, last.header.sequence.0.wrapping_add(1));
    assert!(next.header.marker, "a talkspurt begins");
}
