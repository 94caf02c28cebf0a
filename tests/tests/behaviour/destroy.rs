//! A conference is destroyed: its participants stay connected and hear nothing (draft 5.2).

use antiphon_tests::simulator::Simulator;
use mscp_proto::Response;

#[test]
fn its_participants_stay_and_hear_nothing() {
    let mut sim = Simulator::new();
    sim.call("abcd");
    sim.create('R');
    sim.create('S');
    for (room, name) in [('R', 'a'), ('R', 'b'), ('S', 'c'), ('S', 'd')] {
        sim.join(room, name, "both");
    }
    sim.destroy('R');
    sim.check("a: b: c:d d:c");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a c:d d:c");
}

#[test]
fn it_exists_no_longer() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.create('R');
    sim.destroy('R');
    let again = sim.ask("<destroyconference conferenceid='$R'/>");
    let Response::ErrorConferenceDestroy(error) = again else { panic!("{again:?}") };
    assert_eq!(error.conferenceid.as_str(), sim.id('R'));
    assert!(error.reason.contains("does not exist"), "{}", error.reason);
    let join = sim.ask("<join id1='$R' id2='$a'/>");
    assert!(matches!(join, Response::ErrorConferenceJoin(_)), "{join:?}");
}

#[test]
fn a_room_is_used_again_and_the_identifier_is_not() {
    let mut sim = Simulator::new();
    let mut ids = std::collections::BTreeSet::new();
    // More than the engine has rooms: each must be given back.
    for _ in 0..100 {
        sim.create('R');
        assert!(ids.insert(sim.id('R')), "{} came twice", sim.id('R'));
        sim.destroy('R');
    }
    assert_eq!(sim.control.counts(), (0, 0, 0));
}
