//! Who is heard when the application server says who (`audiomixingpolicy="manual"`, draft 5.1, 5.5).

use antiphon_tests::simulator::Simulator;

/// Callers a to c in a conference that is managed by hand.
fn conference() -> Simulator {
    let mut sim = Simulator::new();
    sim.create_with('R', "<createconference audiomixingpolicy='manual'/>");
    sim.call("abc");
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim
}

/// Sends a floor control notification for these callers.
fn floor(sim: &mut Simulator, verb: &str, names: &str) {
    let items: String =
        names.chars().map(|n| format!("<item name='connectionid' value='${n}'/>")).collect();
    sim.tell(&format!(
        "<conferenceuser name='floorcontrol.{verb}' conferenceid='$R'>\
         <namelist>{items}</namelist></conferenceuser>"
    ));
}

#[test]
fn those_are_heard_who_were_given_the_floor() {
    let mut sim = conference();
    sim.check("a: b: c:");
    floor(&mut sim, "setactive", "a");
    sim.check("a: b:a c:a");
    floor(&mut sim, "add", "b");
    sim.check("a:b b:a c:ab");
    floor(&mut sim, "setactive", "bc");
    sim.check("a:bc b:c c:b");
    floor(&mut sim, "remove", "c");
    sim.check("a:b b: c:b");
    floor(&mut sim, "clear", "");
    sim.check("a: b: c:");
}

#[test]
fn what_cannot_be_done_leaves_the_rest() {
    let mut sim = conference();
    sim.call("d");
    sim.tell(
        "<conferenceuser name='floorcontrol.setactive' conferenceid='$R'><namelist>\
         <item name='connectionid' value='$d'/><item name='connectionid' value='nobody'/>\
         <item name='connectionid' value='$b'/></namelist></conferenceuser>",
    );
    sim.check("a:b b: c:b d:");
    sim.tell("<conferenceuser name='floorcontrol.clear' conferenceid='nowhere'/>");
    floor(&mut sim, "dance", "a");
    sim.check("a:b b: c:b d:");
}

#[test]
fn another_application_server_controls_no_floor() {
    let mut sim = conference();
    floor(&mut sim, "setactive", "a");
    let other = sim.connect_over_sip();
    sim.tell_as(other, "<conferenceuser name='floorcontrol.clear' conferenceid='$R'/>");
    sim.check("a: b:a c:a");
}
