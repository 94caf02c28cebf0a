//! A positive answer means that the first frame under what was asked for has been mixed.

use antiphon_tests::simulator::Simulator;

/// Samples in a frame, the last of which left in the tick that brought the answer.
const FRAME: usize = 160;

fn last_frame(sim: &Simulator, name: char) -> Vec<i16> {
    let heard = &sim.caller(name).heard;
    heard[heard.len() - FRAME..].to_vec()
}

fn is_silent(frame: &[i16]) -> bool {
    frame.iter().all(|sample| *sample == 0)
}

#[test]
fn when_a_join_is_answered_its_first_frame_has_left() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('a', 'R', "both");
    sim.run_ms(500);
    assert!(is_silent(&last_frame(&sim, 'b')));
    sim.join('b', 'R', "both");
    assert!(!is_silent(&last_frame(&sim, 'b')));
}

#[test]
fn when_an_unjoin_is_answered_the_last_frame_has_faded() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.join('a', 'b', "both");
    sim.run_ms(500);
    sim.unjoin('a', 'b');
    let faded = last_frame(&sim, 'b');
    assert!(!is_silent(&faded) && is_silent(&faded[FRAME / 2..]), "{faded:?}");
    sim.tick();
    assert!(is_silent(&last_frame(&sim, 'b')));
}

#[test]
fn when_a_dialog_has_started_it_is_heard() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put_tone("http://media/1", '1', 1);
    sim.start_dialog('1', "http://media/1", "connectionid='$a'");
    assert!(!is_silent(&last_frame(&sim, 'a')));
}

/// Requests that come together are carried out in their order, and together.
#[test]
fn requests_take_effect_in_their_order() {
    let mut sim = Simulator::new();
    sim.call("abc");
    let resources = mscp_proto::multipart::Resources::default();
    let requests = [
        "<join id1='$a' id2='$b'/>",
        "<join id1='$a' id2='$c'/>",
        "<unjoin id1='$a' id2='$c'/>",
        "<join id1='$c' id2='$b'/>",
    ];
    let numbers = requests.map(|request| sim.request(0, request, &resources));
    for number in numbers {
        let (_, response) = sim.wait_for_answer(0, number);
        assert_eq!(response.error_reason(), None);
    }
    sim.check("a: b:c c:b");
}
