//! How long what one says takes to leave the server again, and that nothing makes it longer for
//! good.

use std::time::Duration;

use antiphon_tests::simulator::{Impairment, Phone, Simulator};

/// Samples in 1 ms.
const PER_MS: usize = 8;

/// Name whose tone has no period below a second, so that a piece of it has one place.
const SPEAKER: char = 'c';

/// Delay from the last sample that the speaker has sent to the last that b was sent, in ms.
///
/// # Panics
/// When b hears something that was not said.
fn delay_ms(sim: &Simulator) -> usize {
    let heard = &sim.caller('b').heard;
    let piece = &heard[heard.len() - 1_000..];
    let spoken = sim.caller(SPEAKER).spoken();
    let recent = &spoken[spoken.len().saturating_sub(8_000)..];
    let at = recent.windows(piece.len()).rposition(|window| window == piece);
    (recent.len() - piece.len() - at.expect("what is heard was said")) / PER_MS
}

fn bridge(phone: Phone) -> Simulator {
    let mut sim = Simulator::new();
    sim.call_with(SPEAKER, phone);
    sim.call("b");
    sim.join(SPEAKER, 'b', "receive");
    sim.run_ms(2_000);
    sim
}

#[test]
fn on_a_clean_line_it_is_short() {
    for packet_ms in [10, 20, 30, 60] {
        let sim = bridge(Phone::with_packet_ms(packet_ms));
        // A jitter buffer of 20 ms, a tick to meet, and the rest of a packet.
        let bound = 40 + packet_ms as usize;
        let delay = delay_ms(&sim);
        assert!(delay <= bound, "{delay} ms with packets of {packet_ms} ms");
    }
}

#[test]
fn it_does_not_grow() {
    let mut sim = bridge(Phone::default());
    let before = delay_ms(&sim);
    sim.run_for(Duration::from_secs(120));
    assert_eq!(delay_ms(&sim), before);
}

#[test]
fn the_delay_of_the_network_is_all_that_is_added() {
    let delay = Duration::from_millis(150);
    let far =
        bridge(Phone { line: Impairment { delay, ..Impairment::default() }, ..Phone::default() });
    let near = bridge(Phone::default());
    let added = delay_ms(&far) - delay_ms(&near);
    assert!((140..=170).contains(&added), "{added} ms for 150 ms");
}

/// The line stalls for a third of a second and then brings everything at once. Soon after, the
/// delay is what it was, give or take a tick.
#[test]
fn a_stall_is_made_up_for() {
    let mut sim = bridge(Phone::default());
    let before = delay_ms(&sim);
    let stall = Impairment { delay: Duration::from_millis(300), ..Impairment::default() };
    sim.caller_mut(SPEAKER).impair(stall);
    sim.run_ms(300);
    sim.caller_mut(SPEAKER).impair(Impairment::default());
    sim.run_for(Duration::from_secs(20));
    let after = delay_ms(&sim);
    assert!(after <= before + 20, "{before} ms before, {after} ms after");
}

/// Clocks that differ by hundreds of ppm neither fill the jitter buffer nor starve it, and who
/// speaks stays audible.
#[test]
fn drifting_clocks_do_not_add_up() {
    for drift_ppm in [300.0, -300.0] {
        let mut sim = bridge(Phone { drift_ppm, ..Phone::default() });
        sim.run_for(Duration::from_secs(600));
        let (now, id) = (sim.now(), sim.id(SPEAKER));
        let state = sim.control.state(now);
        let leg = state.connections.iter().find(|leg| leg.id == id).unwrap();
        let delay = leg.delay_ms.unwrap();
        assert!(delay < 80.0, "{delay} ms at {drift_ppm} ppm");
        let off = sim.loudness('b', SPEAKER);
        assert!(off.abs() < 1.0, "{off:.2} dB at {drift_ppm} ppm");
    }
}
