//! Unjoining takes down both streams of a pair and no other (draft 5.4).

use antiphon_tests::simulator::Simulator;
use mscp_proto::Response;

#[test]
fn one_who_is_unjoined_neither_hears_nor_is_heard() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    // The pair may be named in either order.
    sim.unjoin('b', 'R');
    sim.check("a:c b: c:a");
    sim.join('R', 'b', "both");
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn a_pair_that_is_not_joined_cannot_be_unjoined() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('a', 'R', "both");
    let Response::ErrorConferenceUnjoin(error) = sim.ask("<unjoin id1='$b' id2='$R'/>") else {
        panic!("b was never joined");
    };
    assert_eq!(error.id1.as_str(), sim.id('b'));
    assert!(error.reason.contains("not joined"), "{}", error.reason);
    sim.unjoin('a', 'R');
    let again = sim.ask("<unjoin id1='$a' id2='$R'/>");
    assert!(matches!(again, Response::ErrorConferenceUnjoin(_)), "{again:?}");
}

#[test]
fn half_a_pair_can_be_unjoined() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('a', 'R', "receive");
    sim.join('b', 'R', "both");
    sim.check("a: b:a");
    sim.unjoin('a', 'R');
    sim.check("a: b:");
}
