//! Who speaks is told to those who subscribed to it (`activespeaker`, draft 5.1): when it changed,
//! no more often than asked for, and naming connections.

use std::time::Duration;

use antiphon_tests::simulator::Simulator;
use mediaserver::control::Event;
use mscp_proto::Notification;
use mscp_proto::multipart::Resources;
use sip::EndReason;

/// Callers a to c, who are silent, in a conference whose speakers are told every so many seconds.
fn conference(seconds: u32) -> Simulator {
    let mut sim = Simulator::new();
    sim.create_with(
        'R',
        &format!(
            "<createconference><subscribe><item name='activespeaker' value='{seconds}'/>\
             </subscribe></createconference>"
        ),
    );
    sim.call("abc");
    for name in "abc".chars() {
        sim.caller_mut(name).speaks = false;
    }
    sim.run_ms(1_000);
    "abc".chars().for_each(|name| sim.join('R', name, "both"));
    sim.run_ms(3_000);
    sim
}

/// The sets of speakers that were told so far, as names.
fn told(sim: &Simulator) -> Vec<String> {
    let notifications = sim.servers[0].notifications();
    let users = notifications.iter().filter_map(|notification| match notification {
        Notification::ConferenceUser(user) => Some(user),
        _ => None,
    });
    let names = |value: &str| "abc".chars().find(|name| sim.id(*name) == value).unwrap();
    users
        .map(|user| {
            assert_eq!(user.name.as_str(), "activespeaker");
            assert_eq!(user.conferenceid.as_str(), sim.id('R'));
            let items = user.namelist.0.iter();
            let mut speakers: Vec<char> = items
                .inspect(|item| assert_eq!(item.name, "speaker"))
                .map(|item| names(&item.value))
                .collect();
            speakers.sort_unstable();
            speakers.into_iter().collect()
        })
        .collect()
}

#[test]
fn a_change_is_told_once() {
    let mut sim = conference(2);
    assert!(told(&sim).is_empty(), "nobody has spoken yet");
    sim.caller_mut('a').speaks = true;
    sim.run_ms(1_000);
    assert_eq!(told(&sim), ["a"]);
    sim.caller_mut('a').speaks = false;
    sim.caller_mut('b').speaks = true;
    sim.run_ms(3_500);
    assert_eq!(told(&sim), ["a", "b"]);
}

#[test]
fn changes_are_told_no_more_often_than_asked_for() {
    let mut sim = conference(2);
    for _ in 0..4 {
        sim.caller_mut('a').speaks = true;
        sim.caller_mut('b').speaks = false;
        sim.run_ms(700);
        sim.caller_mut('a').speaks = false;
        sim.caller_mut('b').speaks = true;
        sim.run_ms(700);
    }
    let count = told(&sim).len();
    assert!((2..=4).contains(&count), "{count} in 5.6 s, at most one in two seconds");
}

#[test]
fn who_hung_up_speaks_no_longer() {
    let mut sim = conference(1);
    sim.caller_mut('a').speaks = true;
    sim.caller_mut('b').speaks = true;
    sim.run_ms(600);
    assert_eq!(told(&sim), ["ab"]);
    sim.hang_up('a');
    sim.run_ms(900);
    assert_eq!(told(&sim).len(), 2);
    assert_eq!(told(&sim).last().map(String::as_str), Some("b"));
}

#[test]
fn who_was_unjoined_speaks_no_longer() {
    let mut sim = conference(1);
    sim.caller_mut('a').speaks = true;
    sim.caller_mut('b').speaks = true;
    sim.run_ms(600);
    assert_eq!(told(&sim), ["ab"]);
    sim.unjoin('R', 'a');
    sim.run_ms(900);
    assert_eq!(told(&sim), ["ab", "b"]);
}

/// Between a hang-up and the next tick of the engine, its figures still show who has hung up.
#[test]
fn who_has_just_gone_is_never_named() {
    for unjoins in [false, true] {
        let mut sim = conference(5);
        sim.caller_mut('a').speaks = true;
        sim.run_ms(600);
        assert_eq!(told(&sim), ["a"]);
        sim.caller_mut('a').speaks = false;
        sim.run_ms(1_500);
        // Both are mixed, and it is too early to say so.
        "ab".chars().for_each(|name| sim.caller_mut(name).speaks = true);
        sim.run_ms(400);
        let now = sim.now();
        assert_eq!(sim.control.state(now).conferences[0].speakers.len(), 2);
        if unjoins {
            sim.request(0, "<unjoin id1='$R' id2='$a'/>", &Resources::default());
        } else {
            let call = sim.caller('a').call.clone();
            sim.feed(Event::Sip(sip::Event::Ended { call, reason: EndReason::Bye }));
        }
        // The time comes before the next tick does.
        let later = sim.now() + Duration::from_secs(5);
        sim.control.handle_timeout(later);
        sim.feed(Event::EngineNotices);
        assert_eq!(told(&sim), ["a", "b"]);
    }
}

#[test]
fn nobody_is_told_who_did_not_subscribe() {
    let mut sim = Simulator::new();
    sim.create('R');
    sim.call("a");
    sim.join('R', 'a', "both");
    sim.run_ms(5_000);
    assert!(told(&sim).is_empty());
}
