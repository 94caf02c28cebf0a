//! Every codec is heard as its decoder hears it, on its own clock and at its own rate.

use std::time::Duration;

use media_io::codec::{CODECS, Codec, G722, L16_NARROW, L16_WIDE, OPUS, PCMU};
use media_io::jitter::{self, PAYLOAD_MAX};
use media_io::leg::{Accepted, Format};
use mixer::port::{Activity, Channel, Heard};
use mixer::time::{TICK, Time};
use opus_pure::{Application, Bandwidth, OpusEncoder};

use super::call::{Call, config_of, peer_address};
use super::netem::{Impairment, Netem};
use super::stream::{PAYLOAD_TYPE, Stream, snr_db};

fn format(codec: &'static Codec) -> Format {
    Format::new(codec, codec.static_payload_type.unwrap_or(PAYLOAD_TYPE))
}

/// Everything heard from the first sound on, if packet `n` sets out at `sent(n)`, unless that says
/// it is lost. Also how many ticks were silent after the first sound.
fn hear(
    call: &mut Call,
    stream: &Stream,
    net: Impairment,
    lost: impl Fn(usize) -> bool,
) -> (Vec<i16>, usize) {
    let (mut net, mut next) = (Netem::new(1, net), 0);
    let packet_time = TICK * (stream.expected.len() / stream.len()) as u32
        / stream.codec.rate.frame_samples() as u32;
    let (mut heard, mut silent) = (Vec::new(), 0);
    let mut frame = vec![0; stream.codec.rate.frame_samples()];
    for _ in 0..300 {
        while Time(3_000_000) + packet_time * next as u32 <= call.now {
            if !lost(next) {
                net.send(Time(3_000_000) + packet_time * next as u32, stream.packet(next));
            }
            next += 1;
        }
        for (time, bytes) in net.arrivals(call.now) {
            call.arrive_at(time, Channel::Rtp, peer_address(), &bytes);
        }
        let activity = call.tick_into(&mut frame, Heard::Nothing);
        if activity == Activity::Active || !heard.is_empty() {
            silent += usize::from(activity != Activity::Active);
            heard.extend_from_slice(&frame);
        }
    }
    (heard, silent)
}

#[test]
fn each_codec_is_heard_whole() {
    for codec in CODECS {
        for ticks in [1, 2, 3] {
            if codec.rate.frame_samples() * 2 * ticks > PAYLOAD_MAX && codec.name == "L16" {
                continue;
            }
            let stream = Stream::new(codec, ticks);
            let mut call = Call::new(config_of(format(codec)));
            let (heard, silent) = hear(&mut call, &stream, Impairment::default(), |_| false);
            assert!(heard.len() > 290 * codec.rate.frame_samples(), "{codec:?}");
            assert!(heard == stream.expected[..heard.len()], "{codec:?} in {ticks} ticks");
            let figures = call.statistics();
            assert_eq!((figures.lost, figures.late, figures.malformed, silent), (0, 0, 0, 0));
            assert_eq!((figures.skipped_ms, figures.concealed_ms), (0, 0), "{codec:?}");
            assert!((20.0..40.0).contains(&figures.delay_ms), "{codec:?}: {} ms", figures.delay_ms);
            assert!(figures.jitter_ms < 2.0 || ticks > 1, "{codec:?}: {} ms", figures.jitter_ms);
        }
    }
}

#[test]
fn packets_that_overtake_each_other_are_decoded_in_order() {
    for codec in [&OPUS, &G722, &L16_WIDE] {
        let stream = Stream::new(codec, 1);
        let mut call = Call::new(config_of(format(codec)));
        let net = Impairment { jitter: Duration::from_millis(15), ..Impairment::default() };
        let (heard, _) = hear(&mut call, &stream, net, |_| false);
        // The start may pass over what waited for a quicker packet.
        let samples = codec.rate.frame_samples();
        let first = (0..2).find(|n| heard[..samples] == *stream.tick(*n)).unwrap();
        assert!(heard == stream.expected[first * samples..][..heard.len()], "{codec:?}");
    }
}

#[test]
fn a_lost_packet_of_opus_is_made_up_by_its_decoder() {
    let stream = Stream::new(&OPUS, 1);
    let mut call = Call::new(config_of(format(&OPUS)));
    // In the middle of speech.
    let lost: Vec<usize> = (40..250)
        .step_by(37)
        .map(|from| (from..).find(|n| peak(stream.tick(*n)) > 4_000).unwrap())
        .collect();
    let (heard, silent) = hear(&mut call, &stream, Impairment::default(), |n| lost.contains(&n));
    let heard: Vec<&[i16]> = heard.chunks_exact(960).collect();
    assert_eq!(silent, 0);
    for n in &lost {
        assert!(snr_db(stream.tick(*n - 1), heard[*n - 1]) > 25.0, "before packet {n}");
        assert!(peak(heard[*n]) > peak(stream.tick(*n)) / 8, "packet {n} leaves a hole");
        let after = snr_db(stream.tick(*n + 6), heard[*n + 6]);
        assert!(after > 15.0, "{after:.1} dB six packets after {n}");
    }
    let figures = call.statistics();
    assert_eq!((figures.lost, figures.concealed_ms), (lost.len() as i64, 20 * lost.len() as u64));
}

fn peak(tick: &[i16]) -> u16 {
    tick.iter().map(|sample| sample.unsigned_abs()).max().unwrap()
}

#[test]
fn a_loss_that_lasts_fades_out_and_what_follows_comes_whole() {
    for codec in CODECS {
        let stream = Stream::new(codec, 1);
        let mut call = Call::new(config_of(format(codec)));
        let (heard, silent) =
            hear(&mut call, &stream, Impairment::default(), |n| (60..80).contains(&n));
        let heard: Vec<&[i16]> = heard.chunks_exact(codec.rate.frame_samples()).collect();
        assert!((15..=17).contains(&silent), "{codec:?}: {silent} silent ticks");
        let last = if codec.conceals { 65 } else { 63 };
        assert!(heard[60..last].iter().any(|tick| peak(tick) > 0), "{codec:?}");
        let again = snr_db(stream.tick(90), heard[90]);
        assert!(again > 25.0, "{codec:?}: {again:.1} dB");
    }
}

#[test]
fn what_the_next_packet_repeats_is_recovered() {
    let mut encoder = OpusEncoder::new(48_000, 1, Application::Voip).unwrap();
    encoder.bitrate_bps = 28_000;
    encoder.complexity = 5;
    encoder.force_bandwidth = Some(Bandwidth::Wideband);
    encoder.use_inband_fec = true;
    encoder.packet_loss_perc = 20;
    let voice = Stream::new(&L16_WIDE, 1);
    let mut packet = [0; 1_276];
    let payloads = (0..voice.len()).map(|n| {
        // Three of each sample bring 16 kHz to 48 kHz, badly, which is good enough here.
        let tick: Vec<i16> = voice.tick(n).iter().flat_map(|sample| [*sample; 3]).collect();
        let len = encoder.encode_s16(&tick, 960, &mut packet).unwrap();
        packet[..len].to_vec()
    });
    let stream = Stream::of(&OPUS, 1, payloads.collect());
    let lost: Vec<usize> = (40..250)
        .step_by(37)
        .map(|from| (from..).find(|n| peak(stream.tick(*n)) > 4_000).unwrap())
        .collect();
    let mut config = config_of(format(&OPUS));
    // So that the next packet is there when one is missing.
    config.jitter = jitter::Config::with_target(Duration::from_millis(40));
    let mut call = Call::new(config);
    let (heard, _) = hear(&mut call, &stream, Impairment::default(), |n| lost.contains(&n));
    let heard: Vec<&[i16]> = heard.chunks_exact(960).collect();
    let snr = |n: &usize| snr_db(stream.tick(*n), heard[*n]);
    let mean = lost.iter().map(snr).sum::<f64>() / lost.len() as f64;
    assert!(mean > 6.0, "{mean:.1} dB on average where packets were lost");
}

/// A peer that was allowed both goes from one codec to the other in the middle of the stream.
#[test]
fn a_peer_may_change_among_what_was_agreed() {
    for (from, to) in [(&OPUS, &PCMU), (&G722, &PCMU), (&PCMU, &G722), (&G722, &OPUS)] {
        let mut format = format(from);
        format.also[0] =
            Some(Accepted { payload_type: to.static_payload_type.unwrap_or(112), codec: to });
        let mut call = Call::new(config_of(format));
        let mut frame = vec![0; from.rate.frame_samples()];
        let (first, second) = (Stream::new(from, 1), Stream::new(to, 1));
        for n in 0..50 {
            call.arrive(Channel::Rtp, peer_address(), &first.packet(n));
            call.tick_into(&mut frame, Heard::Nothing);
        }
        let mut heard = Vec::new();
        for n in 50..150 {
            let mut packet = second.packet(n);
            packet[1] = to.static_payload_type.unwrap_or(112);
            if from.clock_rate_hz == to.clock_rate_hz {
                packet[4..8].copy_from_slice(&first.packet(n)[4..8]);
            }
            call.arrive(Channel::Rtp, peer_address(), &packet);
            call.tick_into(&mut frame, Heard::Nothing);
            heard.extend_from_slice(&frame);
        }
        // The same speech at another rate: as loud, and not much is missing.
        let loudness = |samples: &[i16]| -> f64 {
            let power = samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
            10.0 * (power / samples.len() as f64).log10()
        };
        let range = second.codec.rate.frame_samples() * 60..second.codec.rate.frame_samples() * 145;
        let expected = loudness(&second.expected[range]);
        let got = loudness(&heard[frame.len() * 10..frame.len() * 97]);
        assert!((got - expected).abs() < 1.5, "{from:?} to {to:?}: {got:.1} for {expected:.1} dB");
    }
}

#[test]
fn a_new_format_brings_its_decoders_and_takes_the_old_ones_home() {
    let mut call = Call::new(config_of(format(&PCMU)));
    let codecs = [&OPUS, &G722, &L16_NARROW, &L16_WIDE, &PCMU];
    for round in 0..40 {
        let codec = codecs[round % codecs.len()];
        call.handle.set_format(format(codec)).unwrap();
        let stream = Stream::new(codec, 1);
        // The engine learns of the new rate a tick later than the leg.
        let mut early = vec![0; codecs[(round + 4) % 5].rate.frame_samples()];
        call.tick_into(&mut early, Heard::Nothing);
        call.arrive(Channel::Rtp, peer_address(), &stream.packet(0));
        call.tick_into(&mut early, Heard::Nothing);
        let mut frame = vec![0; codec.rate.frame_samples()];
        let mut heard = Vec::new();
        for n in 1..6 {
            call.arrive(Channel::Rtp, peer_address(), &stream.packet(n));
            call.tick_into(&mut frame, Heard::Nothing);
            heard.extend_from_slice(&frame);
        }
        assert_eq!(call.statistics().unexpected_payload_type, 0);
    }
}

#[test]
fn a_format_of_the_same_codecs_does_not_disturb_the_stream() {
    let stream = Stream::new(&OPUS, 1);
    let mut call = Call::new(config_of(format(&OPUS)));
    let mut heard = Vec::new();
    let mut frame = [0; 960];
    for n in 0..100 {
        if n % 7 == 3 {
            let mut format = format(&OPUS);
            // Now with another codec, now without it: the decoder of the first one stays.
            format.also[0] = (n % 2 == 0).then_some(Accepted { payload_type: 0, codec: &PCMU });
            call.handle.set_format(format).unwrap();
        }
        call.arrive(Channel::Rtp, peer_address(), &stream.packet(n));
        if call.tick_into(&mut frame, Heard::Nothing) == Activity::Active {
            heard.extend_from_slice(&frame);
        }
    }
    assert!(heard.len() > 95 * 960);
    assert!(heard == stream.expected[..heard.len()]);
}
