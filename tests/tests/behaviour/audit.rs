//! What exists, as an application server and as an operator see it.

use antiphon_tests::simulator::Simulator;
use mscp_proto::Response;
use mscp_proto::extension::{AuditResult, ExtensionResponse};
use mscp_proto::id::{ConnectionId, EndPoint};
use mscp_proto::shared::Direction;

fn audit(sim: &mut Simulator) -> AuditResult {
    match sim.ask("<a:audit xmlns:a='urn:antiphon:mscp:1'/>") {
        Response::Extension(ExtensionResponse::AuditResult(result)) => result,
        other => panic!("{other:?}"),
    }
}

fn busy() -> Simulator {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "receive");
    sim.documents.put_tone("http://media/1", '1', 60);
    sim.start_dialog_with(
        '1',
        "<dialogstart src='http://media/1' type='audio/wav' connectionid='$a'>\
         <stream type='audio' direction='receive'/></dialogstart>",
    );
    sim.run_ms(500);
    sim
}

#[test]
fn an_application_server_sees_what_is_its_own() {
    let mut sim = busy();
    let result = audit(&mut sim);
    let [conference] = result.conferences.as_slice() else { panic!("{result:?}") };
    assert_eq!((conference.conferenceid.as_str(), conference.participants), (&*sim.id('R'), 2));
    let ids: Vec<&str> = result.connections.iter().map(|c| c.connectionid.as_str()).collect();
    assert_eq!(ids, [sim.id('a'), sim.id('b')]);
    assert!(result.connections.iter().all(|c| c.codec.as_deref() == Some("PCMU")));
    let [dialog] = result.dialogs.as_slice() else { panic!("{result:?}") };
    assert_eq!((dialog.dialogid.as_str(), dialog.state.as_str()), (&*sim.id('1'), "started"));
    assert_eq!(dialog.endpoint, Some(EndPoint::Connection(ConnectionId::new(sim.id('a')))));
    assert_eq!(result.joins.len(), 3);
}

/// What an audit says of a join is what a join would have to say to make it.
#[test]
fn the_directions_of_an_audit_are_those_of_a_join() {
    let mut sim = busy();
    for join in audit(&mut sim).joins {
        let direction = match join.audio {
            Some(Direction::Both) => "both",
            Some(Direction::Receive) => "receive",
            Some(Direction::Transmit) => "transmit",
            None => panic!("{join:?}"),
        };
        sim.name('X', join.id1.as_str());
        sim.name('Y', join.id2.as_str());
        sim.join('X', 'Y', direction);
    }
    sim.check("a: b:a");
    let before = audit(&mut sim);
    assert_eq!(before, audit(&mut busy()));
}

#[test]
fn an_operator_sees_who_speaks_and_how_well_it_arrives() {
    let mut sim = busy();
    let now = sim.now();
    let state = sim.control.state(now);
    assert_eq!(state.conferences[0].speakers, [sim.id('a')]);
    assert_eq!(state.conferences[0].nbest, None);
    let a = &state.connections[0];
    assert_eq!((a.id.clone(), a.caller.as_str()), (sim.id('a'), "sip:a@example.com"));
    assert_eq!(a.remote, Some(sim.caller('a').address.to_string()));
    assert_eq!(a.packets_lost, 0);
    assert!(a.packets_received >= 25 && a.packets_sent >= 25, "{a:?}");
    // A sine of -18 dBFS, held against a square wave of full scale.
    assert!(a.level_dbov.is_some_and(|level| (-22.0..=-20.0).contains(&level)), "{a:?}");
    assert!(a.delay_ms.is_some_and(|delay| delay < 60.0), "{a:?}");
    assert_eq!(state.dialogs[0].src, "http://media/1");
}
