//! How many take part in a conference is told to those who subscribed to it (`attendance`, draft 5.1
//! and 5.5): whenever it changed, no more often than once a second, and rightly in the end.

use antiphon_tests::simulator::Simulator;
use antiphon_tests::simulator::application_server::Told;
use mscp_proto::Notification;

/// Longer than the least time between two notifications.
const WHILE_MS: u64 = 1_200;

const SUBSCRIBED: &str = "<createconference><subscribe><item name='attendance' value='true'/>\
                          </subscribe></createconference>";

fn subscribed() -> Simulator {
    let mut sim = Simulator::new();
    sim.create_with('R', SUBSCRIBED);
    sim
}

/// The numbers of participants that an application server was told.
fn told_to(sim: &Simulator, server: usize) -> Vec<usize> {
    let total = |notification: Notification| match notification {
        Notification::ConferenceUser(user) => {
            assert_eq!(user.name.as_str(), "attendance.update");
            assert_eq!(user.conferenceid.as_str(), sim.id('R'));
            assert_eq!(user.namelist.0.len(), 1);
            Some(user.namelist.get("total").unwrap().parse().unwrap())
        }
        _ => None,
    };
    sim.servers[server].notifications().into_iter().filter_map(total).collect()
}

fn told(sim: &Simulator) -> Vec<usize> {
    told_to(sim, 0)
}

#[test]
fn each_change_is_told_in_its_time() {
    let mut sim = subscribed();
    sim.call("abc");
    sim.run_ms(WHILE_MS);
    assert!(told(&sim).is_empty(), "nobody has joined yet");
    for (name, total) in "abc".chars().zip(1..) {
        sim.join('R', name, "both");
        sim.run_ms(WHILE_MS);
        assert_eq!(told(&sim).last(), Some(&total));
    }
    sim.unjoin('R', 'b');
    sim.run_ms(WHILE_MS);
    sim.hang_up('a');
    sim.run_ms(WHILE_MS);
    sim.ask("<a:hangup xmlns:a='urn:antiphon:mscp:1' connectionid='$c'/>");
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim), [1, 2, 3, 2, 1, 0]);
}

/// The answer to the join comes first: the number is of those who are heard to be there.
#[test]
fn the_first_one_is_told_at_once_and_after_the_answer() {
    let mut sim = subscribed();
    sim.call("a");
    let before = sim.servers[0].log.len();
    sim.join('R', 'a', "both");
    let told = &sim.servers[0].log[before..];
    assert!(matches!(told, [Told::Response { .. }, Told::Notification(_)]), "{told:?}");
}

#[test]
fn a_storm_is_told_once_a_second_and_rightly_in_the_end() {
    let mut sim = subscribed();
    sim.call("abcdef");
    for _ in 0..20 {
        "abcdef".chars().for_each(|name| sim.join('R', name, "both"));
        "abcd".chars().for_each(|name| sim.unjoin('R', name));
    }
    // Two hundred changes in four seconds.
    assert!(told(&sim).len() <= 5, "{:?}", told(&sim));
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim).last(), Some(&2));
    let total = told(&sim).len();
    sim.run_ms(5 * WHILE_MS);
    assert_eq!(told(&sim).len(), total, "nothing has changed since");
}

#[test]
fn what_was_undone_in_time_is_not_told() {
    let mut sim = subscribed();
    sim.call("ab");
    sim.join('R', 'a', "both");
    sim.run_ms(100);
    sim.join('R', 'b', "both");
    sim.unjoin('R', 'b');
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim), [1]);
}

#[test]
fn everyone_who_is_joined_counts_in_whatever_direction() {
    let mut sim = subscribed();
    sim.call("abcd");
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "receive");
    sim.join('d', 'R', "both");
    sim.join('R', 'c', "transmit");
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim).last(), Some(&4));
    // To be joined in another direction is not to come again.
    sim.join('R', 'b', "both");
    sim.join('R', 'a', "transmit");
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim).last(), Some(&4));
}

/// Rule 2 of draft 5.3: who only listened is no longer joined when it listens to something else,
/// who spoke still is.
#[test]
fn who_listens_elsewhere_has_left_unless_it_speaks() {
    let mut sim = subscribed();
    sim.create('S');
    sim.call("abc");
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "receive");
    sim.join('R', 'c', "receive");
    sim.run_ms(WHILE_MS);
    sim.join('S', 'a', "both");
    sim.join('S', 'b', "both");
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim).last(), Some(&2));
    // A prompt is something else as well.
    sim.documents.put_tone("http://media/1", '1', 5);
    sim.start_dialog('1', "http://media/1", "connectionid='$c'");
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim).last(), Some(&1));
}

#[test]
fn dialogs_and_other_conferences_do_not_count() {
    let mut sim = subscribed();
    sim.create('S');
    sim.call("ab");
    sim.join('S', 'b', "both");
    sim.join('R', 'S', "both");
    sim.documents.put_tone("http://media/1", '1', 5);
    sim.start_dialog('1', "http://media/1", "conferenceid='$R'");
    sim.run_ms(WHILE_MS);
    assert!(told(&sim).is_empty());
    sim.join('R', 'a', "both");
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim), [1]);
}

#[test]
fn a_join_that_is_refused_is_no_change() {
    let mut sim = subscribed();
    sim.call("a");
    let refused = sim.ask("<join id1='$R' id2='$a'><stream type='video'/></join>");
    assert!(refused.error_reason().is_some());
    sim.run_ms(WHILE_MS);
    assert!(told(&sim).is_empty());
}

#[test]
fn nobody_is_told_who_did_not_subscribe() {
    let mut sim = Simulator::new();
    sim.create('R');
    sim.call("a");
    sim.join('R', 'a', "both");
    sim.run_ms(WHILE_MS);
    sim.create_with(
        'S',
        "<createconference><subscribe><item name='attendance' value='false'/></subscribe>\
         </createconference>",
    );
    sim.join('S', 'a', "both");
    sim.run_ms(WHILE_MS);
    assert!(told(&sim).is_empty());
}

/// What is told of a conference that is destroyed is that it was destroyed.
#[test]
fn nothing_is_told_of_a_conference_that_is_gone() {
    let mut sim = subscribed();
    sim.call("ab");
    sim.join('R', 'a', "both");
    sim.run_ms(100);
    sim.join('R', 'b', "both");
    sim.destroy('R');
    sim.run_ms(WHILE_MS);
    assert_eq!(told(&sim), [1]);
}

/// While the application server is away changes are not kept one by one: it is told how many there
/// are when it is back.
#[test]
fn who_was_away_is_told_the_number_of_now() {
    let mut sim = subscribed();
    sim.call("a");
    sim.join('R', 'a', "both");
    sim.run_ms(WHILE_MS);
    let other = sim.connect_over_sip();
    sim.disconnect(0);
    sim.hang_up('a');
    sim.run_ms(5 * WHILE_MS);
    // Nobody else may know of the conference.
    assert!(told_to(&sim, other).is_empty());
    let back = sim.connect(None);
    assert!(told_to(&sim, back).is_empty(), "nothing was kept");
    sim.run_ms(WHILE_MS);
    assert_eq!(told_to(&sim, back), [0]);
}
