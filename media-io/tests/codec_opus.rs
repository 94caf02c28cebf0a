//! Opus against another implementation: what we encode is decoded there, what is encoded there we
//! decode. Everything of ours runs under the allocation trap.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::sync::LazyLock;

use media_io::codec::{Decoder, OPUS, TICK_BYTES_MAX};
use mixer::encoder::Encoder;
use mixer::realtime::forbid_allocation;
use opus_pure::{Application, Bandwidth, OpusDecoder, OpusEncoder};
use speech::{Talker, Voice};

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

const TICK: usize = 960;

/// How much later our encoder's sound comes out of a decoder, in samples: CELT's overlap.
const DELAY: usize = 120;

static VOICE: LazyLock<Vec<i16>> = LazyLock::new(|| Talker::new(Voice::Woman, 48_000).talk(1, 12));

fn ticks() -> impl Iterator<Item = &'static [i16]> {
    VOICE.chunks_exact(TICK)
}

fn encoder() -> Box<dyn Encoder> {
    (OPUS.encoding(None).encoder)()
}

fn decoder() -> Box<dyn Decoder> {
    (OPUS.decoder)()
}

fn encode(encoder: &mut dyn Encoder, tick: &[i16]) -> Vec<u8> {
    let mut payload = [0; TICK_BYTES_MAX];
    let len = forbid_allocation(|| encoder.encode(tick, &mut payload));
    payload[..len].to_vec()
}

fn decode(decoder: &mut dyn Decoder, packet: &[u8]) -> Vec<i16> {
    let mut samples = [0; 5_760];
    let count = forbid_allocation(|| decoder.decode(packet, &mut samples));
    samples[..count].to_vec()
}

/// What the other implementation hears.
fn heard_elsewhere(packets: &[Vec<u8>]) -> Vec<i16> {
    let mut decoder = OpusDecoder::new(48_000, 1).unwrap();
    let mut tick = [0; 5_760];
    let mut heard = Vec::new();
    for packet in packets {
        let count = decoder.decode_s16(packet, 5_760, &mut tick).unwrap();
        heard.extend_from_slice(&tick[..count]);
    }
    heard
}

fn energy(samples: impl Iterator<Item = f64>) -> f64 {
    samples.map(|sample| sample * sample).sum()
}

/// How far `other` is from `signal`, in dB below it.
fn snr_db(signal: &[i16], other: &[i16]) -> f64 {
    let noise = signal.iter().zip(other).map(|(a, b)| f64::from(*a) - f64::from(*b));
    10.0 * (energy(signal.iter().map(|s| f64::from(*s))) / energy(noise).max(1.0)).log10()
}

#[test]
fn what_we_encode_is_heard_elsewhere_at_the_rate_that_was_asked_for() {
    // SNR is no measure of how a codec sounds, but it tells a right one from a wrong one.
    for (encoding, least_db) in OPUS.encodings.iter().zip([16.0, 12.0, 10.0, 6.0]) {
        let mut encoder = (encoding.encoder)();
        let packets: Vec<Vec<u8>> = ticks().map(|tick| encode(encoder.as_mut(), tick)).collect();
        let heard = heard_elsewhere(&packets);
        let snr = snr_db(&VOICE[..heard.len() - DELAY], &heard[DELAY..]);
        let bits: usize = packets.iter().map(|packet| 8 * packet.len()).sum();
        let bitrate = bits as f64 * 50.0 / packets.len() as f64;
        let told = format!("{snr:.1} dB at {bitrate:.0} of {} bit/s", encoding.bitrate_bps);
        assert!(snr > least_db, "{told}");
        // Pauses of the voice cost less.
        assert!((0.5..1.05).contains(&(bitrate / f64::from(encoding.bitrate_bps))), "{told}");
        assert!(packets.iter().all(|packet| packet[0] == 0xf8), "frames of one kind");
        assert!(packets.iter().all(|packet| packet.len() <= 320));
    }
}

/// A stream of the other encoder and how it was made.
struct Foreign {
    name: &'static str,
    ms: usize,
    packets: Vec<Vec<u8>>,
}

impl Foreign {
    fn new(
        (name, application): (&'static str, Application),
        (channels, ms): (usize, usize),
        bitrate_bps: i32,
        set: impl Fn(&mut OpusEncoder),
    ) -> Foreign {
        let mut encoder = OpusEncoder::new(48_000, channels, application).unwrap();
        encoder.bitrate_bps = bitrate_bps;
        encoder.complexity = 5;
        set(&mut encoder);
        let samples = 48 * ms;
        let mut packet = vec![0; 4_000];
        let packets = VOICE[..48_000 * 6].chunks_exact(samples).map(|block| {
            let both: Vec<i16> = block.iter().flat_map(|&s| vec![s; channels]).collect();
            let len = encoder.encode_s16(&both, samples, &mut packet).unwrap();
            packet[..len].to_vec()
        });
        Foreign { name, ms, packets: packets.collect() }
    }

    /// Every mode, band and length, mono and in stereo.
    fn all() -> Vec<Foreign> {
        let (voip, low) = (Application::Voip, Application::RestrictedLowDelay);
        let band = |band| move |e: &mut OpusEncoder| e.force_bandwidth = Some(band);
        vec![
            Foreign::new(("celt", low), (1, 20), 48_000, |_| {}),
            Foreign::new(("celt, 10 ms", low), (1, 10), 64_000, |_| {}),
            Foreign::new(("celt, stereo", low), (2, 20), 96_000, |_| {}),
            Foreign::new(("hybrid", voip), (1, 20), 32_000, |_| {}),
            Foreign::new(("hybrid, 60 ms", voip), (1, 60), 36_000, |_| {}),
            Foreign::new(("hybrid, stereo", voip), (2, 20), 64_000, |_| {}),
            Foreign::new(("silk, 8 kHz", voip), (1, 20), 12_000, band(Bandwidth::Narrowband)),
            Foreign::new(("silk, 12 kHz", voip), (1, 40), 14_000, band(Bandwidth::Mediumband)),
            Foreign::new(("silk, 16 kHz", voip), (1, 60), 18_000, band(Bandwidth::Wideband)),
            Foreign::new(("silk, stereo", voip), (2, 20), 28_000, band(Bandwidth::Wideband)),
            Foreign::new(("silk, 120 ms", voip), (1, 120), 18_000, band(Bandwidth::Wideband)),
        ]
    }
}

#[test]
fn what_is_encoded_elsewhere_we_decode_as_it_is_decoded_there() {
    for foreign in Foreign::all() {
        let mut ours = decoder();
        let mut decoded = Vec::new();
        for packet in &foreign.packets {
            assert_eq!((OPUS.units_in)(packet), 48 * foreign.ms, "{}", foreign.name);
            decoded.extend(decode(ours.as_mut(), packet));
        }
        let theirs = heard_elsewhere(&foreign.packets);
        assert_eq!(decoded.len(), theirs.len(), "{}", foreign.name);
        let snr = snr_db(&theirs, &decoded);
        assert!(snr > 60.0, "{}: {snr:.1} dB", foreign.name);
    }
}

#[test]
fn streams_of_all_kinds_can_follow_each_other() {
    let mut ours = decoder();
    let all = Foreign::all();
    for round in 0..20 {
        for foreign in &all {
            for packet in &foreign.packets[round * 2..round * 2 + 2] {
                assert_eq!(decode(ours.as_mut(), packet).len(), 48 * foreign.ms);
            }
        }
    }
}

/// Decodes with every tenth packet lost and made up by `fill`.
fn with_losses(
    packets: &[Vec<u8>],
    fill: impl Fn(&mut dyn Decoder, &[u8], &mut [i16]) -> bool,
) -> Vec<i16> {
    let mut ours = decoder();
    let mut heard = Vec::new();
    for (n, pair) in packets.windows(2).enumerate() {
        if n % 10 == 5 {
            let mut samples = [0; TICK];
            assert!(forbid_allocation(|| fill(ours.as_mut(), &pair[1], &mut samples)));
            heard.extend_from_slice(&samples);
        } else {
            heard.extend(decode(ours.as_mut(), &pair[0]));
        }
    }
    heard
}

#[test]
fn a_lost_packet_is_made_up_and_recovered_better_where_the_next_one_repeats_it() {
    let foreign = Foreign::new(("fec", Application::Voip), (1, 20), 28_000, |encoder| {
        encoder.force_bandwidth = Some(Bandwidth::Wideband);
        encoder.use_inband_fec = true;
        encoder.packet_loss_perc = 20;
    });
    let whole = heard_elsewhere(&foreign.packets);
    let concealed = with_losses(&foreign.packets, |ours, _, samples| ours.conceal(samples));
    let recovered =
        with_losses(&foreign.packets, |ours, next, samples| ours.recover(next, samples));
    let of = |heard: &[i16]| snr_db(&whole[..heard.len()], heard);
    let told = format!("concealed {:.1} dB, recovered {:.1} dB", of(&concealed), of(&recovered));
    assert!(of(&recovered) > of(&concealed) + 6.0, "{told}");
    // What is made up is no copy of what was said, but about as loud.
    let lost = |heard: &[i16]| {
        let ticks = heard.chunks_exact(TICK).enumerate().filter(|(n, _)| n % 10 == 5);
        energy(ticks.flat_map(|(_, tick)| tick).map(|sample| f64::from(*sample)))
    };
    let ratio = lost(&concealed) / lost(&whole[..concealed.len()]);
    assert!((0.3..1.5).contains(&ratio), "{ratio:.2} times the energy");
}

#[test]
fn silence_that_goes_on_is_three_bytes_and_what_follows_begins_whole() {
    let mut ours = encoder();
    let voice: Vec<&[i16]> = ticks().collect();
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let mut said = Vec::new();
    let mut say = |tick: &[i16]| {
        packets.push(encode(ours.as_mut(), tick));
        said.extend_from_slice(tick);
    };
    voice[50..80].iter().for_each(|tick| say(tick));
    (0..50).for_each(|_| say(&[0; TICK]));
    // In the middle of a word: there is no onset that would hide a weak beginning.
    voice[55..80].iter().for_each(|tick| say(tick));
    assert!(packets[32..80].iter().all(|packet| packet == &[0xf8, 0xff, 0xfe]));
    let heard = heard_elsewhere(&packets);
    let at = 80 * TICK;
    for tick in 0..5 {
        let range = at + tick * TICK..at + (tick + 1) * TICK;
        let snr = snr_db(&said[range.clone()], &heard[range.start + DELAY..range.end + DELAY]);
        assert!(snr > 6.0, "{snr:.1} dB in tick {tick}");
    }
}

/// How much worse a decoder hears the two ticks after it was handed from one encoder to another
/// that is made by `second`, in dB, on average over places in the middle of speech.
fn loss_of_a_handover(second: impl Fn(&dyn Encoder) -> Box<dyn Encoder>) -> f64 {
    let voice: Vec<&[i16]> = ticks().collect();
    let loud = |at: &usize| energy(voice[*at].iter().map(|s| f64::from(*s))) > 1e9;
    let (mut loss, mut count) = (0.0, 0);
    for at in (30..voice.len() - 5).step_by(17).filter(loud) {
        let mut first = encoder();
        let mut stay: Vec<Vec<u8>> = Vec::new();
        voice[at - 20..at].iter().for_each(|tick| stay.push(encode(first.as_mut(), tick)));
        let mut go = stay.clone();
        let mut second = second(first.as_ref());
        for tick in &voice[at..at + 3] {
            stay.push(encode(first.as_mut(), tick));
            go.push(encode(second.as_mut(), tick));
        }
        let from = 20 * TICK;
        let said: Vec<i16> = voice[at..at + 2].concat();
        let heard = |packets| snr_db(&said, &heard_elsewhere(packets)[from + DELAY..]);
        loss += heard(&stay[..]) - heard(&go[..]);
        count += 1;
    }
    assert!(count >= 10, "only {count} places");
    loss / f64::from(count)
}

#[test]
fn a_decoder_does_not_notice_an_encoder_that_follows_another() {
    let followed = loss_of_a_handover(|first| {
        let mut second = encoder();
        // It had another life before.
        for tick in ticks().skip(200).take(10) {
            encode(second.as_mut(), tick);
        }
        forbid_allocation(|| second.follow(first));
        second
    });
    let fresh = loss_of_a_handover(|_| encoder());
    assert!(followed < 1.0, "{followed:.2} dB lost");
    assert!(
        fresh > followed + 2.0,
        "a fresh one loses {fresh:.2} dB, one that follows {followed:.2}"
    );
}

#[test]
fn after_a_reset_an_encoder_is_as_after_silence() {
    let voice: Vec<&[i16]> = ticks().collect();
    let (mut reset, mut silent) = (encoder(), encoder());
    for tick in &voice[50..80] {
        encode(reset.as_mut(), tick);
        encode(silent.as_mut(), tick);
    }
    forbid_allocation(|| reset.reset());
    (0..10).for_each(|_| drop(encode(silent.as_mut(), &[0; TICK])));
    for tick in &voice[55..80] {
        assert_eq!(encode(reset.as_mut(), tick), encode(silent.as_mut(), tick));
    }
}

#[test]
fn a_decoder_that_is_reset_has_forgotten_what_it_heard() {
    for foreign in Foreign::all().iter().filter(|foreign| foreign.ms == 20) {
        let (mut used, mut fresh) = (decoder(), decoder());
        for packet in &foreign.packets[..50] {
            decode(used.as_mut(), packet);
        }
        forbid_allocation(|| used.reset());
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for packet in &foreign.packets[100..120] {
            ours.extend(decode(used.as_mut(), packet));
            theirs.extend(decode(fresh.as_mut(), packet));
        }
        // But for the first 5 ms, in which the one stream goes over into the other.
        let snr = snr_db(&theirs[240..], &ours[240..]);
        assert!(snr > 15.0, "{}: {snr:.1} dB", foreign.name);
    }
}
