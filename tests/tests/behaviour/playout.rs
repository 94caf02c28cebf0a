//! What a dialog plays, to whom, and how exactly.

use std::time::Duration;

use antiphon_tests::simulator::{Phone, Simulator};
use media_io::codec::{Codec, PCMA, PCMU};
use mscp_proto::dialog::DialogExit;
use mscp_proto::id::{ConferenceId, ConnectionId, EndPoint};
use mscp_proto::multipart::{Resource, Resources};
use mscp_proto::shared::Namelist;
use mscp_proto::{Notification, Response};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::dialogs::exits;

const URI: &str = "http://media.example.com/prompt.wav";

/// Samples without a period, so that a piece of them fits in one place only.
fn noise(count: usize) -> Vec<i16> {
    let mut random = StdRng::seed_from_u64(1);
    (0..count).map(|_| random.random_range(-8_000..8_000)).collect()
}

/// What a phone of this codec makes of samples.
fn companded(codec: &Codec, samples: &[i16]) -> Vec<i16> {
    let (mut payload, mut heard) = (vec![0; samples.len()], vec![0; samples.len()]);
    (codec.encoding(None).encoder)().encode(samples, &mut payload);
    (codec.decoder)().decode(&payload, &mut heard);
    heard
}

/// A recording without the silence before and after.
fn trimmed(heard: &[i16]) -> &[i16] {
    let from = heard.iter().position(|sample| *sample != 0).unwrap_or(heard.len());
    let to = heard.iter().rposition(|sample| *sample != 0).map_or(from, |last| last + 1);
    &heard[from..to]
}

#[test]
fn a_caller_is_played_the_very_samples() {
    for codec in [&PCMU, &PCMA] {
        let mut sim = Simulator::new();
        sim.call_with('a', Phone::with_codec(codec));
        // No whole number of frames: the last one is filled with silence.
        let clip = noise(12_345);
        sim.documents.put(URI, clip.clone());
        sim.start_dialog('1', URI, "connectionid='$a'");
        sim.run_ms(2_000);
        let silence = companded(codec, &[0])[0];
        let heard: Vec<i16> =
            sim.caller('a').heard.iter().map(|s| if *s == silence { 0 } else { *s }).collect();
        let expected = companded(codec, &clip);
        let expected: Vec<i16> =
            expected.iter().map(|s| if *s == silence { 0 } else { *s }).collect();
        assert!(trimmed(&heard) == trimmed(&expected), "{} is not exact", codec.name);
        let exit = DialogExit {
            dialogid: sim.id('1').into(),
            endpoint: Some(EndPoint::Connection(ConnectionId::new(sim.id('a')))),
            namelist: Namelist::default(),
        };
        assert_eq!(exits(&sim), [exit]);
        assert_eq!(sim.control.counts(), (1, 0, 0));
    }
}

#[test]
fn a_conference_is_played_the_very_samples() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
        sim.caller_mut(name).speaks = false;
    }
    sim.run_ms(500);
    let clip = noise(12_345);
    sim.documents.put(URI, clip.clone());
    sim.start_dialog('1', URI, "conferenceid='$R'");
    sim.run_ms(2_000);
    let expected = companded(&PCMU, &clip);
    for name in "abc".chars() {
        let caller = sim.caller(name);
        // What the callers said before was silenced half a second ago.
        let heard = &caller.heard[caller.heard.len() - 18_000..];
        assert!(trimmed(heard) == trimmed(&expected), "{name} hears something else");
    }
    let room = EndPoint::Conference(ConferenceId::new(sim.id('R')));
    assert_eq!(exits(&sim)[0].endpoint, Some(room));
}

#[test]
fn a_document_may_come_with_the_request() {
    let mut sim = Simulator::new();
    sim.call("a");
    let clip = noise(4_000);
    let resources = Resources(vec![Resource {
        content_id: Some("prompt@as.example.com".to_owned()),
        content_type: "audio/wav".to_owned(),
        bytes: wav(&clip),
    }]);
    let start =
        |cid: &str| format!("<dialogstart src='cid:{cid}' type='audio/wav' connectionid='$a'/>");
    let number = sim.request(0, &start("prompt@as.example.com"), &resources);
    let (_, response) = sim.wait_for_answer(0, number);
    assert!(matches!(response, Response::DialogStarted(_)), "{response:?}");
    sim.run_ms(1_000);
    assert!(trimmed(&sim.caller('a').heard) == trimmed(&companded(&PCMU, &clip)));
    let number = sim.request(0, &start("other@as.example.com"), &resources);
    let (_, response) = sim.wait_for_answer(0, number);
    assert!(response.error_reason().unwrap().contains("Content-ID"), "{response:?}");
}

/// Samples as a WAV file of 44 bytes more.
pub(crate) fn wav(samples: &[i16]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
    bytes.into_inner()
}

#[test]
fn a_conference_hears_a_dialog_beside_its_members() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    sim.documents.put_tone(URI, '1', 5);
    sim.start_dialog('1', URI, "conferenceid='$R'");
    sim.check("a:b1 b:a1");
    sim.tell("<dialogterminate dialogid='$1' immediate='true'/>");
    sim.check("a:b b:a");
}

/// A connection listens to one source: the dialog takes the place of the conference, and nobody
/// gives it back (draft 5.3).
#[test]
fn a_dialog_that_plays_to_a_connection_is_its_source() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    sim.documents.put_tone(URI, '1', 5);
    sim.start_dialog('1', URI, "connectionid='$a'");
    sim.check("a:1 b:a");
    sim.tell("<dialogterminate dialogid='$1'/>");
    sim.check("a: b:a");
    sim.join('R', 'a', "both");
    sim.check("a:b b:a");
}

/// The message flow of draft 6.3: a dialog that only listens leaves the conference audible.
#[test]
fn a_dialog_that_only_listens_is_not_heard() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.documents.put_tone(URI, '1', 60);
    sim.start_dialog_with(
        '1',
        &format!(
            "<dialogstart connectionid='$a' src='{URI}' type='audio/wav'>\
             <stream type='audio' direction='receive'/>\
             <subscribe><item name='dtmf' value='single'/></subscribe></dialogstart>"
        ),
    );
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    sim.check("a:b b:a");
    // Muted, the dialog goes on listening to its keys.
    sim.join('R', 'a', "receive");
    sim.check("a:b b:");
    sim.caller_mut('a').press(&[1]);
    sim.run_ms(500);
    let notifications = sim.servers[0].notifications();
    let Some(Notification::DialogUser(user)) = notifications.last() else {
        panic!("{notifications:?}");
    };
    assert_eq!((user.name.as_str(), user.namelist.get("digit")), ("dtmf", Some("1")));
}

#[test]
fn a_started_dialog_can_be_joined_elsewhere() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.documents.put_tone(URI, '1', 5);
    sim.start_dialog('1', URI, "connectionid='$a'");
    sim.join('1', 'b', "receive");
    sim.check("a:1 b:1");
    sim.unjoin('1', 'a');
    sim.check("a: b:1");
}

#[test]
fn many_dialogs_play_one_document() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.documents.put_tone(URI, '1', 5);
    for (dialog, caller) in [('1', 'a'), ('2', 'b'), ('3', 'c')] {
        sim.start_dialog(dialog, URI, &format!("connectionid='${caller}'"));
    }
    sim.check("a:1 b:1 c:1");
    sim.run_for(Duration::from_secs(5));
    assert_eq!(exits(&sim).len(), 3);
}
