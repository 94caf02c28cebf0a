//! Phones of different codecs and packet times in one conference.

use std::time::Duration;

use antiphon_tests::simulator::caller::Received;
use antiphon_tests::simulator::{Phone, Simulator};
use media_io::codec::{PCMA, PCMU};

#[test]
fn both_laws_hear_each_other() {
    let mut sim = Simulator::new();
    sim.call_with('a', Phone::with_codec(&PCMU));
    sim.call_with('b', Phone::with_codec(&PCMA));
    sim.call_with('c', Phone::with_codec(&PCMA));
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.check("a:bc b:ac c:ab");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a c:ab");
}

#[test]
fn packet_times_mix() {
    let mut sim = Simulator::new();
    for (name, packet_ms) in [('a', 10), ('b', 20), ('c', 30), ('d', 60)] {
        sim.call_with(name, Phone::with_packet_ms(packet_ms));
    }
    sim.create('R');
    for name in "abcd".chars() {
        sim.join('R', name, "both");
    }
    sim.check("a:bcd b:acd c:abd d:abc");
}

#[test]
fn each_is_sent_packets_of_the_length_it_asked_for_and_evenly() {
    for packet_ms in [10, 20, 30, 40, 60] {
        let mut sim = Simulator::new();
        sim.call_with('a', Phone::with_packet_ms(packet_ms));
        sim.run_ms(3_000);
        let packets = &sim.caller('a').packets;
        assert!(packets.len() >= (2_900 / packet_ms) as usize, "only {}", packets.len());
        for pair in packets.windows(2) {
            check_step(&pair[0], &pair[1], packet_ms);
        }
    }
}

fn check_step(one: &Received, next: &Received, packet_ms: u32) {
    let apart = next.at.since(one.at);
    assert_eq!(apart, Duration::from_millis(packet_ms.into()), "packets of {packet_ms} ms");
    let samples = next.header.timestamp.0.wrapping_sub(one.header.timestamp.0);
    assert_eq!(samples, packet_ms * 8);
    assert_eq!(next.header.sequence.0, one.header.sequence.0.wrapping_add(1));
    assert_eq!(next.len, (packet_ms * 8) as usize);
}

#[test]
fn a_phone_changes_its_codec_in_a_call() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a");
    sim.change_codec('a', &PCMA);
    sim.check("a:b b:a");
}

#[test]
fn a_call_without_a_common_codec_is_refused() {
    let mut sim = Simulator::new();
    sim.offer(
        'a',
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 4000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n",
    );
    let refusal = sim.caller('a').rejection.clone().expect("no codec, no call");
    assert_eq!(refusal.status, 488);
    assert_eq!(refusal.warning.map(|(code, _)| code), Some(305));
    sim.run_ms(100);
    assert_eq!(sim.bound_ports(), 0);
    assert_eq!(sim.control.counts(), (0, 0, 0));
}

/// A connection without audio is one, but there is nothing to join.
#[test]
fn a_connection_without_audio_cannot_be_joined() {
    let mut sim = Simulator::new();
    sim.call("b");
    sim.offer(
        'a',
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 0 RTP/AVP 0\r\n",
    );
    sim.acknowledge('a');
    sim.tick();
    let response = sim.ask("<join id1='$a' id2='$b'/>");
    let reason = response.error_reason().expect("nothing to join");
    assert!(reason.contains("no audio"), "{reason}");
}
