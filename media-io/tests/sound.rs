//! Documents of every kind are played as what was put into them, from any place on, any number of
//! times; and who sent a bad one is told what is wrong with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, missing_docs)]

use std::f64::consts::TAU;
use std::io::Cursor;
use std::time::Duration;

use media_io::player::{AHEAD_MS, player_ahead};
use media_io::recorder::WavFile;
use media_io::sound::{Clip, Document, Kind, Limits, Repeat, SoundFault, Stream, decode};
use media_io::wav;
use mixer::port::{Activity, Outbox, Outgoing, PortEvent, PortId, Rate, Source};
use mixer::realtime::forbid_allocation;
use mixer::time::{TICK, Time};

#[global_allocator]
static TRAP: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// Files that hold one second of [`chirp`], and what they are.
const CHIRPS: [(&str, Kind, u32); 6] = [
    ("chirp.mp3", Kind::Mp3, 48_000),
    ("chirp_44100_vbr.mp3", Kind::Mp3, 44_100),
    ("chirp.flac", Kind::Flac, 16_000),
    ("chirp_stereo.flac", Kind::Flac, 48_000),
    ("chirp.opus", Kind::Ogg, 48_000),
    ("chirp_stereo.opus", Kind::Ogg, 48_000),
];

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/sound/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn document(name: &str) -> Document {
    Document::new(file(name))
}

/// A tone that rises from 300 to 700 Hz within a second.
fn chirp(rate: Rate, samples: usize) -> Vec<i16> {
    let at = |n: usize| {
        let seconds = n as f64 / f64::from(rate.hz());
        (8_192.0 * (TAU * (300.0 + 200.0 * seconds) * seconds).sin()) as i16
    };
    (0..samples).map(at).collect()
}

fn snr_db(clean: &[i16], heard: &[i16]) -> f64 {
    let power = |samples: &mut dyn Iterator<Item = f64>| samples.map(|it| it * it).sum::<f64>();
    let signal = power(&mut clean.iter().map(|it| f64::from(*it)));
    let noise = power(&mut clean.iter().zip(heard).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    10.0 * (signal / noise.max(1.0)).log10()
}

fn whole(document: &Document, wanted: Rate) -> Clip {
    decode(document, wanted, Duration::from_secs(60), &Limits::default()).unwrap().unwrap()
}

fn rest(stream: &mut Stream) -> Vec<i16> {
    let mut samples = Vec::new();
    while stream.next(&mut samples).unwrap() {}
    samples
}

#[test]
fn every_kind_is_heard_as_it_was_at_every_rate() {
    for (name, kind, source_hz) in CHIRPS {
        let document = document(name);
        assert_eq!(Kind::of(document.bytes()), Some(kind), "{name}");
        for wanted in Rate::ALL {
            let clip = whole(&document, wanted);
            assert!(clip.rate.hz() >= source_hz.min(wanted.hz()), "{name}");
            assert_eq!(clip.samples.len(), clip.rate.hz() as usize, "{name} at {wanted:?}");
            let snr = snr_db(&chirp(clip.rate, clip.samples.len()), &clip.samples);
            assert!(snr > 20.0, "{name} at {wanted:?}: {snr} dB");
        }
    }
}

/// More of a 16 kHz file is in no higher rate.
#[test]
fn no_rate_is_higher_than_the_document_needs() {
    assert_eq!(whole(&document("chirp.flac"), Rate::Full).rate, Rate::Wide);
    assert_eq!(whole(&document("chirp.flac"), Rate::Narrow).rate, Rate::Narrow);
    assert_eq!(whole(&document("chirp_44100_vbr.mp3"), Rate::Full).rate, Rate::Full);
}

#[test]
fn what_is_lossless_is_bit_for_bit() {
    let clip = whole(&document("chirp.flac"), Rate::Wide);
    let clean = chirp(Rate::Wide, 16_000);
    // The encoder's source rounds, ours cuts off.
    assert!(clip.samples.iter().zip(&clean).all(|(a, b)| a.abs_diff(*b) <= 1));
}

/// Decoding piece by piece converts as decoding whole does: to the sample, at any length.
#[test]
fn a_wave_file_is_converted_to_the_sample() {
    for hz in [8_000, 11_025, 16_000, 44_100, 48_000] {
        for samples in [0, 1, 159, 4_096, 10_001] {
            let mut file = WavFile::create(Cursor::new(Vec::new()), hz, 1).unwrap();
            file.write(&chirp(Rate::Full, samples)).unwrap();
            file.commit().unwrap();
            let bytes = file.target().get_ref().clone();
            for wanted in Rate::ALL {
                let clip = whole(&Document::new(bytes.clone()), wanted);
                let limits = Limits::default();
                let all_at_once = wav::decode(&bytes, clip.rate.hz(), &limits).unwrap();
                assert_eq!(clip.samples, all_at_once.samples, "{samples} at {hz} Hz, {wanted:?}");
            }
        }
    }
}

#[test]
fn a_stream_goes_on_where_it_is_told_to() {
    for (name, _, source_hz) in CHIRPS {
        let document = document(name);
        let mut stream = Stream::open(&document, Rate::Full, &Limits::default()).unwrap();
        let clip = rest(&mut stream);
        for at_ms in [740, 0, 333, 20] {
            stream.seek(Duration::from_millis(at_ms)).unwrap();
            let heard = rest(&mut stream);
            let at = (at_ms * u64::from(source_hz) / 1_000) as usize;
            let left = clip.len() - at * clip.len() / source_hz as usize;
            assert!(heard.len().abs_diff(left) <= 1, "{name} from {at_ms} ms: {}", heard.len());
            let snr = snr_db(&clip[clip.len() - left..], &heard);
            assert!(snr > 20.0, "{name} from {at_ms} ms: {snr} dB");
        }
        stream.seek(Duration::from_secs(5)).unwrap_or_default();
        assert_eq!(rest(&mut stream), [], "{name}, behind its end");
    }
}

#[test]
fn a_loop_has_no_seam() {
    for (name, ..) in CHIRPS {
        let document = document(name);
        let mut stream = Stream::open(&document, Rate::Full, &Limits::default()).unwrap();
        let rate = stream.rate();
        stream.repeat(Repeat::Times(3));
        let heard = rest(&mut stream);
        let once = rate.hz() as usize;
        assert_eq!(heard.len(), 3 * once, "{name}");
        let snr = snr_db(&chirp(rate, once), &heard[2 * once..]);
        assert!(snr > 20.0, "{name}, the third time: {snr} dB");
    }
    let mut stream = Stream::open(&document("chirp.flac"), Rate::Wide, &Limits::default()).unwrap();
    stream.repeat(Repeat::Forever);
    let mut samples = Vec::new();
    while samples.len() < 100 * 16_000 {
        assert!(stream.next(&mut samples).unwrap());
    }
}

#[test]
fn what_is_cut_short_is_played_as_far_as_it_goes() {
    for (name, ..) in CHIRPS {
        let file = file(name);
        let cut = Document::new(file[..file.len() * 2 / 3].to_vec());
        let mut stream = Stream::open(&cut, Rate::Full, &Limits::default()).unwrap();
        let samples = rest(&mut stream);
        let second = stream.rate().hz() as usize;
        // An Ogg page may hold all of it.
        let least = if name.ends_with("opus") { 0 } else { second / 3 };
        assert!((least..second).contains(&samples.len()), "{name}: {}", samples.len());
    }
}

fn fault(document: Vec<u8>) -> String {
    let document = Document::new(document);
    let fault = decode(&document, Rate::Full, Duration::from_secs(60), &Limits::default());
    fault.map(drop).unwrap_err().to_string()
}

#[test]
fn a_bad_document_is_refused_with_the_place() {
    assert_eq!(
        fault(b"<html>not found</html>".to_vec()).split(':').next(),
        Some("not a RIFF/WAVE file")
    );
    assert_eq!(fault(file("chirp_vorbis.ogg")), "Ogg: Vorbis is not supported");
    let mut flac = file("chirp.flac");
    let middle = flac.len() / 2;
    flac[middle..middle + 4_000].fill(0x55);
    let said = fault(flac);
    assert!(said.starts_with("FLAC: damaged at 0."), "{said}");
    let mut opus = file("chirp.opus");
    let middle = opus.len() / 2;
    opus[middle] ^= 1;
    let said = fault(opus);
    assert!(said.starts_with("Ogg: damaged at 0."), "{said}");
    let said = fault(file("chirp.opus")[..60].to_vec());
    assert!(said.starts_with("Ogg: the beginning cannot be read"), "{said}");
    let said = fault(file("chirp.mp3")[..20].to_vec());
    assert!(said.starts_with("MP3: the beginning cannot be read"), "{said}");
}

#[test]
fn what_is_longer_or_larger_than_allowed_is_refused() {
    let short = Limits { duration_max: Duration::from_millis(900), ..Limits::default() };
    let small = Limits { file_bytes_max: 1_000, ..Limits::default() };
    for (name, ..) in CHIRPS {
        let document = document(name);
        let minute = Duration::from_secs(60);
        let fault = decode(&document, Rate::Full, minute, &short).unwrap_err();
        assert_eq!(fault, SoundFault::TooLong { limit: 0 }, "{name}");
        let fault = decode(&document, Rate::Full, minute, &small).unwrap_err();
        assert!(matches!(fault, SoundFault::TooLarge { limit: 1_000, .. }), "{name}");
        let half = Duration::from_millis(500);
        let clip = decode(&document, Rate::Full, half, &Limits::default()).unwrap();
        assert!(clip.is_none(), "{name} is no short clip");
    }
}

const PORT: PortId = PortId { slot: 0, generation: 0 };

#[derive(Default)]
struct Events(Vec<PortEvent>);

impl Outbox for Events {
    fn send(&mut self, _: Outgoing<'_>) {}

    fn notify(&mut self, _: PortId, event: PortEvent) {
        assert!(self.0.len() < self.0.capacity());
        self.0.push(event);
    }
}

/// Half an hour of sound is played from a ring of 2 s, to the sample.
#[test]
fn a_long_document_is_played_while_it_is_decoded() {
    const MINUTES: usize = 30;
    let bytes = Cursor::new(Vec::new());
    let mut file = WavFile::create(bytes, 8_000, 1).unwrap();
    let sample = |n: usize| (n * 7 % 60_001) as i16;
    let clean: Vec<i16> = (0..MINUTES * 60 * 8_000 - 77).map(sample).collect();
    file.write(&clean).unwrap();
    file.commit().unwrap();
    let document = Document::new(file.target().get_ref().clone());
    let stream = Stream::open(&document, Rate::Full, &Limits::default()).unwrap();
    let (mut player, handle, mut feeder) = player_ahead(PORT, stream, true);
    let mut events = Events(Vec::with_capacity(4));
    let mut heard = Vec::with_capacity(clean.len() + 160);
    for tick in 0.. {
        // A worker comes round every 400 ms.
        if tick % 20 == 0 {
            feeder.fill().unwrap();
        }
        let mut frame = [0; 160];
        let now = Time(0) + TICK * tick;
        let activity = forbid_allocation(|| player.read(now, &mut frame, &mut events));
        if activity == Activity::Active {
            heard.extend(frame);
        }
        if events.0.contains(&PortEvent::Finished) {
            break;
        }
    }
    assert_eq!(events.0, [PortEvent::Started, PortEvent::Finished]);
    assert!(heard[..clean.len()] == clean[..], "the samples differ");
    assert!(heard[clean.len()..].iter().all(|sample| *sample == 0));
    assert_eq!((feeder.starved_ticks(), feeder.is_over()), (0, true));
    assert_eq!(handle.played(), Duration::from_nanos(clean.len() as u64 * 125_000));
}

/// A worker that does not come leaves silence, and nothing is left out.
#[test]
fn a_player_waits_for_a_slow_worker() {
    let document = document("chirp.flac");
    let clip = whole(&document, Rate::Wide);
    let mut stream = Stream::open(&document, Rate::Wide, &Limits::default()).unwrap();
    stream.repeat(Repeat::Times(5));
    let (mut player, handle, mut feeder) = player_ahead(PORT, stream, true);
    let mut events = Events(Vec::with_capacity(4));
    let mut frame = [1; 320];
    let mut tick = 0;
    let mut read = |frame: &mut [i16; 320]| {
        tick += 1;
        player.read(Time(0) + TICK * tick, frame, &mut events)
    };
    assert_eq!(read(&mut frame), Activity::Silent);
    assert_eq!(frame, [0; 320]);
    feeder.fill().unwrap();
    let ahead = AHEAD_MS / 20;
    let mut heard = Vec::new();
    for _ in 0..ahead {
        assert_eq!(read(&mut frame), Activity::Active);
        heard.extend(frame);
    }
    assert_eq!(read(&mut frame), Activity::Silent);
    assert_eq!((feeder.starved_ticks(), feeder.is_over()), (2, false));
    feeder.fill().unwrap();
    read(&mut frame);
    heard.extend(frame);
    let five: Vec<i16> = clip.samples.iter().copied().cycle().take(heard.len()).collect();
    assert!(heard == five);
    handle.stop();
    assert_eq!(read(&mut frame), Activity::Active);
    assert_eq!(frame[79], 0);
    read(&mut frame);
    assert_eq!(events.0, [PortEvent::Started, PortEvent::Finished]);
    drop(player);
    assert!(feeder.is_over(), "nobody listens any more");
}
