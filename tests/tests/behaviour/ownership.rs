//! Who owns what: a conference or dialog belongs to whoever is behind the channel, survives a lost
//! channel for a grace time, and is nobody else's business.

use std::time::Duration;

use antiphon_tests::simulator::{Setup, Simulator};
use mscp_proto::extension::{ExtensionNotification, ExtensionResponse};
use mscp_proto::{Notification, Response};

const GRACE: Duration = Duration::from_secs(30);

fn with_grace() -> Simulator {
    let mut setup = Setup::default();
    setup.settings.grace = Some(GRACE);
    Simulator::with(setup)
}

/// A conference of a and b that plays five seconds of a dialog.
fn busy(sim: &mut Simulator) {
    sim.call("ab");
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    sim.documents.put_tone("http://media/1", '1', 5);
    sim.start_dialog('1', "http://media/1", "conferenceid='$R'");
}

#[test]
fn what_is_missed_is_delivered_in_order() {
    let mut sim = with_grace();
    busy(&mut sim);
    sim.disconnect(0);
    sim.run_for(Duration::from_secs(6));
    sim.hang_up('a');
    sim.hang_up('b');
    sim.run_ms(100);
    assert!(sim.servers[0].notifications().is_empty());
    let back = sim.connect(None);
    let missed = sim.servers[back].notifications();
    let [Notification::DialogExit(exit), Notification::Extension(a), Notification::Extension(b)] =
        missed.as_slice()
    else {
        panic!("{missed:?}");
    };
    assert_eq!(exit.dialogid.as_str(), sim.id('1'));
    for (ended, name) in [(a, 'a'), (b, 'b')] {
        let ExtensionNotification::ConnectionEnded(ended) = ended else { panic!("{ended:?}") };
        assert_eq!(ended.connectionid.as_str(), sim.id(name));
    }
    // Delivered once.
    sim.disconnect(back);
    let again = sim.connect(None);
    assert!(sim.servers[again].notifications().is_empty());
}

#[test]
fn everything_goes_on_during_the_grace_time() {
    let mut sim = with_grace();
    busy(&mut sim);
    sim.disconnect(0);
    sim.run_for(Duration::from_secs(25));
    sim.check("a:b b:a");
    let back = sim.connect(None);
    // Had the absence gone on, it would be over now.
    sim.run_for(GRACE);
    sim.check("a:b b:a");
    let response = sim.ask_as(back, "<destroyconference conferenceid='$R'/>");
    assert!(matches!(response, Response::ConferenceDestroyed(_)), "{response:?}");
}

#[test]
fn who_stays_away_loses_what_it_owns() {
    let mut sim = with_grace();
    busy(&mut sim);
    sim.disconnect(0);
    sim.run_for(GRACE - Duration::from_secs(2));
    assert_eq!(sim.control.counts(), (2, 1, 0));
    sim.check("a:b b:a");
    sim.run_for(Duration::from_secs(2));
    assert_eq!(sim.control.counts(), (2, 0, 0));
    // The calls are the callers' own.
    sim.check("a: b:");
    let back = sim.connect(None);
    let response = sim.ask_as(back, "<destroyconference conferenceid='$R'/>");
    assert!(matches!(response, Response::ErrorConferenceDestroy(_)), "{response:?}");
}

#[test]
fn dialogs_end_with_the_grace_time_too() {
    let mut sim = with_grace();
    sim.call("a");
    sim.documents.put_tone("http://media/1", '1', 60);
    sim.start_dialog('1', "http://media/1", "connectionid='$a'");
    sim.disconnect(0);
    sim.run_for(GRACE + Duration::from_millis(100));
    assert_eq!(sim.control.counts(), (1, 0, 0));
    sim.check("a:");
}

#[test]
fn without_a_grace_time_it_is_kept_for_ever() {
    let mut sim = Simulator::new();
    busy(&mut sim);
    sim.disconnect(0);
    sim.run_for(Duration::from_secs(600));
    assert_eq!(sim.control.counts(), (2, 1, 0));
}

#[test]
fn two_channels_of_the_plain_listener_are_one_owner() {
    let mut sim = with_grace();
    let second = sim.connect(None);
    busy(&mut sim);
    let joined = sim.ask_as(second, "<unjoin id1='$R' id2='$a'/>");
    assert!(matches!(joined, Response::ConferenceUnjoined(_)), "{joined:?}");
    // One is left: that is presence enough, and it is told what the other had asked for.
    sim.disconnect(0);
    sim.run_for(2 * GRACE);
    assert_eq!(sim.control.counts(), (2, 1, 0));
    let told = sim.servers[second].notifications();
    assert!(matches!(told.as_slice(), [Notification::DialogExit(_)]), "{told:?}");
}

#[test]
fn what_another_owns_does_not_exist() {
    let mut sim = Simulator::new();
    busy(&mut sim);
    let stranger = sim.connect_over_sip();
    let conference = sim.id('R');
    sim.name('X', "conf0-nowhere");
    for request in [
        "<destroyconference conferenceid='$R'/>",
        "<join id1='$R' id2='$a'/>",
        "<unjoin id1='$R' id2='$a'/>",
        "<join id1='$1' id2='$a'/>",
        "<dialogstart prepareddialogid='$1'/>",
        "<dialogstart src='http://media/1' type='audio/wav' conferenceid='$R'/>",
    ] {
        // Word for word as if it had never been.
        let nowhere = request.replace("$R", "$X").replace("$1", "$X");
        let expected = sim.ask_as(stranger, &nowhere).error_reason().unwrap().to_owned();
        let expected = expected.replace(&sim.id('X'), "it");
        let response = sim.ask_as(stranger, request);
        let reason = response.error_reason().unwrap_or_else(|| panic!("{request} was allowed"));
        let reason = reason.replace(&conference, "it").replace(&sim.id('1'), "it");
        assert_eq!(reason, expected, "{request}");
    }
    sim.check("a:b1 b:a1");
    let audit = sim.ask_as(stranger, "<a:audit xmlns:a='urn:antiphon:mscp:1'/>");
    let Response::Extension(ExtensionResponse::AuditResult(audit)) = audit else {
        panic!("{audit:?}");
    };
    assert!(audit.conferences.is_empty() && audit.dialogs.is_empty());
    let named = |id: &str| id == conference || id == sim.id('1');
    assert!(!audit.joins.iter().any(|join| named(join.id1.as_str()) || named(join.id2.as_str())));
}

/// A transport channel lives as long as its SIP dialog, and so does what was made on it
/// (draft 7.2.1).
#[test]
fn the_end_of_the_sip_dialog_ends_what_was_made_on_its_channel() {
    let mut sim = Simulator::new();
    sim.call("ab");
    let server = sim.connect_over_sip();
    let response = sim.ask_as(server, "<createconference/>");
    let Response::ConferenceCreated(created) = response else { panic!("{response:?}") };
    sim.name('R', created.conferenceid.as_str());
    for name in "ab".chars() {
        sim.ask_as(server, &format!("<join id1='$R' id2='${name}'/>"));
    }
    sim.check("a:b b:a");
    sim.end_sip_dialog(server);
    assert_eq!(sim.servers[server].channel, None);
    sim.check("a: b:");
    assert_eq!(sim.control.counts(), (2, 0, 0));
}

#[test]
fn a_watcher_is_told_of_every_connection() {
    let mut sim = Simulator::new();
    sim.call("a");
    let response = sim.ask("<a:watch xmlns:a='urn:antiphon:mscp:1'/>");
    assert!(matches!(response, Response::Extension(ExtensionResponse::Watching(_))));
    sim.call("b");
    sim.hang_up('a');
    sim.run_ms(100);
    let told: Vec<(String, bool)> = sim.servers[0]
        .notifications()
        .into_iter()
        .map(|notification| match notification {
            Notification::Extension(ExtensionNotification::ConnectionStarted(started)) => {
                (started.connectionid.to_string(), true)
            }
            Notification::Extension(ExtensionNotification::ConnectionEnded(ended)) => {
                (ended.connectionid.to_string(), false)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [(sim.id('a'), true), (sim.id('b'), true), (sim.id('a'), false)]);
}

/// How often an application server was told of the end of a connection.
fn ends_told(sim: &Simulator, server: usize) -> usize {
    let ended = |notification: &Notification| {
        matches!(notification, Notification::Extension(ExtensionNotification::ConnectionEnded(_)))
    };
    sim.servers[server].notifications().iter().filter(|n| ended(n)).count()
}

/// Whoever joined a connection is told of its end once, on whatever channel it is by then.
#[test]
fn the_end_of_a_connection_is_told_once() {
    // Joined on a channel that is lost, watched on the next one.
    let mut sim = with_grace();
    busy(&mut sim);
    sim.disconnect(0);
    let back = sim.connect(None);
    sim.ask_as(back, "<a:watch xmlns:a='urn:antiphon:mscp:1'/>");
    sim.hang_up('a');
    assert_eq!(ends_told(&sim, back), 1);

    // Joined on two channels, one of which is lost.
    let mut sim = with_grace();
    let second = sim.connect(None);
    busy(&mut sim);
    sim.ask_as(second, "<join id1='$a' id2='$R'/>");
    sim.disconnect(0);
    sim.hang_up('a');
    assert_eq!(ends_told(&sim, second), 1);

    // Joined on two channels, both of which are lost.
    let mut sim = with_grace();
    let second = sim.connect(None);
    busy(&mut sim);
    sim.ask_as(second, "<join id1='$a' id2='$R'/>");
    sim.disconnect(0);
    sim.disconnect(second);
    sim.hang_up('a');
    let back = sim.connect(None);
    assert_eq!(ends_told(&sim, back), 1);

    // Joined on two channels, both of which are there: each has asked.
    let mut sim = with_grace();
    let second = sim.connect(None);
    busy(&mut sim);
    sim.ask_as(second, "<join id1='$a' id2='$R'/>");
    sim.hang_up('a');
    assert_eq!((ends_told(&sim, 0), ends_told(&sim, second)), (1, 1));
}

/// What was queued for a channel that ends is not lost with it.
#[test]
fn what_did_not_reach_a_lost_channel_is_delivered_to_the_next() {
    let mut sim = with_grace();
    busy(&mut sim);
    let watching = sim.ask("<a:watch xmlns:a='urn:antiphon:mscp:1'/>");
    assert!(matches!(watching, Response::Extension(ExtensionResponse::Watching(_))));
    sim.servers[0].reads = false;
    sim.run_for(Duration::from_secs(6));
    sim.hang_up('a');
    sim.call("c");
    sim.disconnect(0);
    sim.hang_up('b');
    sim.hang_up('c');
    let back = sim.connect(None);
    let missed = sim.servers[back].notifications();
    // Not that c came and went: who only watched is told no more.
    let [Notification::DialogExit(_), Notification::Extension(_), Notification::Extension(_)] =
        missed.as_slice()
    else {
        panic!("{missed:?}");
    };
    assert_eq!(ends_told(&sim, back), 2);
    assert_eq!(sim.control.notifications_dropped(), 0);
}

#[test]
fn what_did_not_reach_a_lost_channel_goes_to_another_of_its_owner() {
    let mut sim = with_grace();
    let second = sim.connect(None);
    busy(&mut sim);
    sim.servers[0].reads = false;
    sim.run_for(Duration::from_secs(6));
    assert!(sim.servers[second].notifications().is_empty());
    sim.disconnect(0);
    let told = sim.servers[second].notifications();
    assert!(matches!(told.as_slice(), [Notification::DialogExit(_)]), "{told:?}");
}

/// Two channels of one owner, both of which were told and neither of which had read it.
#[test]
fn what_two_lost_channels_did_not_read_is_delivered_once() {
    let mut sim = with_grace();
    let second = sim.connect(None);
    busy(&mut sim);
    sim.ask_as(second, "<join id1='$a' id2='$R'/>");
    sim.servers[0].reads = false;
    sim.servers[second].reads = false;
    sim.hang_up('a');
    sim.disconnect(second);
    sim.disconnect(0);
    let back = sim.connect(None);
    assert_eq!(ends_told(&sim, back), 1);
}

/// The limit is `mscp.max-queued-messages`.
#[test]
fn what_is_too_much_to_keep_is_counted() {
    let mut setup = Setup::default();
    setup.settings.grace = Some(GRACE);
    setup.settings.backlog_max = 2;
    let mut sim = Simulator::with(setup);
    busy(&mut sim);
    sim.servers[0].reads = false;
    sim.run_for(Duration::from_secs(6));
    sim.hang_up('a');
    sim.disconnect(0);
    assert_eq!(sim.control.notifications_dropped(), 0);
    sim.hang_up('b');
    assert_eq!(sim.control.notifications_dropped(), 1, "the oldest, the end of the dialog");
    let back = sim.connect(None);
    assert_eq!(ends_told(&sim, back), 2);
    assert_eq!(sim.servers[back].notifications().len(), 2);
}

/// Whoever stays away for longer than the grace time is never told what was kept.
#[test]
fn what_is_never_fetched_is_counted() {
    let mut sim = with_grace();
    busy(&mut sim);
    sim.disconnect(0);
    sim.hang_up('a');
    assert_eq!(sim.control.notifications_dropped(), 0);
    sim.run_for(GRACE);
    // The end of a, and that of the dialog, which ran out meanwhile.
    assert_eq!(sim.control.notifications_dropped(), 2);
    sim.hang_up('b');
    assert_eq!(sim.control.notifications_dropped(), 3);
}

/// Who only watches is told no more once its channel is gone, and nothing is kept for it.
#[test]
fn watching_ends_with_the_channel() {
    let mut sim = with_grace();
    sim.call("a");
    sim.ask("<a:watch xmlns:a='urn:antiphon:mscp:1'/>");
    sim.disconnect(0);
    sim.hang_up('a');
    let back = sim.connect(None);
    assert!(sim.servers[back].notifications().is_empty());
}

/// A channel set up over SIP has one connection, the newest: who connects again has lost the first.
#[test]
fn a_second_connection_of_a_sip_channel_takes_the_place_of_the_first() {
    let mut sim = Simulator::new();
    let first = sim.connect_over_sip();
    sim.ask_as(first, "<createconference/>");
    let second = sim.connect_again(first);
    assert!(!sim.has_channel(first));
    assert!(sim.has_channel(second));
    assert_eq!(sim.control.counts().1, 1, "what the channel owns stays");
}
