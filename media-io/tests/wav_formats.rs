//! Every kind of WAVE file that people have comes out as the sound it holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, missing_docs)]

use std::f64::consts::TAU;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use media_io::wav::{Clip, Encoding, Format, Limits, Recorder, decode};
use proptest::prelude::*;

mod wav_file;
use wav_file::WavFile;

fn play(file: &[u8]) -> Clip {
    decode(file, 8_000, &Limits::default()).unwrap()
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wav").join(name)).unwrap()
}

/// Level of the tone of 1 kHz relative to half of full scale, and of all else relative to the
/// tone, both in dB, over whole periods in the middle.
fn tone(samples: &[i16]) -> (f64, f64) {
    let inner = &samples[80..samples.len() - 80];
    let inner = &inner[..inner.len() / 8 * 8];
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (n, sample) in inner.iter().enumerate() {
        let (sample, angle) = (f64::from(*sample) / 16_384.0, TAU * n as f64 / 8.0);
        re += sample * angle.sin();
        im += sample * angle.cos();
        power += sample * sample;
    }
    let count = inner.len() as f64;
    let level = 2.0 * (re * re + im * im).sqrt() / count;
    let rest = (power / count - level * level / 2.0).max(1e-12);
    (20.0 * level.log10(), 10.0 * (rest / (level * level / 2.0)).log10())
}

#[test]
fn files_of_other_programs_hold_their_tone() {
    use Encoding::{ALaw, F32, F64, I16, I24, I32, MuLaw, U8};
    // The last column is the noise that the coding itself makes, in dB.
    let cases: [(&str, Encoding, u32, u16, f64); 20] = [
        ("ffmpeg-u8-11025-1.wav", U8, 11_025, 1, -40.0),
        ("ffmpeg-s16-8000-1.wav", I16, 8_000, 1, -80.0),
        ("ffmpeg-s16-8000-6.wav", I16, 8_000, 6, -80.0),
        ("ffmpeg-s16-44100-2.wav", I16, 44_100, 2, -60.0),
        ("ffmpeg-s16-48000-1.wav", I16, 48_000, 1, -60.0),
        ("ffmpeg-s24-16000-2.wav", I24, 16_000, 2, -60.0),
        ("ffmpeg-s32-22050-1.wav", I32, 22_050, 1, -60.0),
        ("ffmpeg-f32-24000-1.wav", F32, 24_000, 1, -60.0),
        ("ffmpeg-f64-8000-1.wav", F64, 8_000, 1, -80.0),
        ("ffmpeg-alaw-8000-1.wav", ALaw, 8_000, 1, -34.0),
        ("ffmpeg-mulaw-16000-2.wav", MuLaw, 16_000, 2, -33.0),
        ("ffmpeg-rf64-s16-8000-1.wav", I16, 8_000, 1, -80.0),
        ("ffmpeg-streamed-s16-8000-1.wav", I16, 8_000, 1, -80.0),
        ("sox-u8-8000-1.wav", U8, 8_000, 1, -40.0),
        ("sox-s16-8000-1.wav", I16, 8_000, 1, -80.0),
        ("sox-s24-8000-1.wav", I24, 8_000, 1, -80.0),
        ("sox-s24-8000-2.wav", I24, 8_000, 2, -80.0),
        ("sox-f32-8000-1.wav", F32, 8_000, 1, -80.0),
        ("sox-alaw-8000-1.wav", ALaw, 8_000, 1, -34.0),
        ("sox-mulaw-8000-1.wav", MuLaw, 8_000, 1, -33.0),
    ];
    for (name, encoding, rate_hz, channels, noise_db) in cases {
        let clip = play(&fixture(name));
        assert_eq!(clip.source, Format { encoding, channels, rate_hz }, "{name}");
        assert!(!clip.truncated, "{name}");
        let millis = clip.duration().as_secs_f64() * 1_000.0;
        assert!((millis - 50.0).abs() < 0.2, "{name}: {millis} ms");
        let (level_db, rest_db) = tone(&clip.samples);
        assert!(level_db.abs() < 0.1, "{name}: {level_db} dB");
        assert!(rest_db < noise_db, "{name}: {rest_db} dB of noise");
    }
}

#[test]
fn sixteen_bit_mono_at_our_rate_is_kept_bit_for_bit() {
    let samples: Vec<i16> = (0..=u16::MAX).map(|bits| bits as i16).collect();
    let clip = play(&WavFile::pcm16(8_000, 1, &samples).bytes());
    assert_eq!(clip.samples[..], samples[..]);
}

#[test]
fn each_coding_reaches_the_same_numbers() {
    let cases: [(u16, u16, Vec<u8>, [i16; 3]); 8] = [
        (1, 8, vec![0x80, 0xFF, 0x00], [0, 32_512, -32_768]),
        (1, 16, vec![0, 0, 0xFF, 0x7F, 0x00, 0x80], [0, 32_767, -32_768]),
        (1, 24, vec![0, 0, 0, 0x00, 0x00, 0x40, 0x00, 0x00, 0x80], [0, 16_384, -32_768]),
        (
            1,
            32,
            [0_i32, 1 << 30, i32::MIN].iter().flat_map(|n| n.to_le_bytes()).collect(),
            [0, 16_384, -32_768],
        ),
        (
            3,
            32,
            [0_f32, 0.5, -1.0].iter().flat_map(|n| n.to_le_bytes()).collect(),
            [0, 16_384, -32_768],
        ),
        (
            3,
            64,
            [0_f64, 0.5, -1.0].iter().flat_map(|n| n.to_le_bytes()).collect(),
            [0, 16_384, -32_768],
        ),
        // ITU-T G.711, tables 1 and 2: silence and both ends of the range.
        (6, 8, vec![0xD5, 0xAA, 0x2A], [8, 32_256, -32_256]),
        (7, 8, vec![0xFF, 0x80, 0x00], [0, 32_124, -32_124]),
    ];
    for (tag, bits, data, expected) in cases {
        let clip = play(&WavFile::new(tag, 1, 8_000, bits, data).bytes());
        assert_eq!(clip.samples[..], expected, "tag {tag} with {bits} bits");
    }
}

#[test]
fn widths_between_are_left_justified() {
    let clip = play(&WavFile::new(1, 1, 8_000, 12, vec![0xF0, 0x7F, 0x00, 0x80]).bytes());
    assert_eq!(clip.samples[..], [0x7FF0, -32_768]);
}

#[test]
fn channels_are_averaged() {
    let clip = play(&WavFile::pcm16(8_000, 2, &[1_000, 3_000, -500, 500, 32_767, 32_767]).bytes());
    assert_eq!(clip.samples[..], [2_000, 0, 32_767]);
}

#[test]
fn floats_that_are_too_loud_or_no_numbers_do_no_harm() {
    let data = [2.0_f32, -7e30, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.25];
    let data = data.iter().flat_map(|n| n.to_le_bytes()).collect();
    let clip = play(&WavFile::new(3, 1, 8_000, 32, data).bytes());
    assert_eq!(clip.samples[..], [32_767, -32_768, 0, 32_767, -32_768, 8_192]);
}

#[test]
fn other_chunks_are_stepped_over() {
    let mut file = WavFile::pcm16(8_000, 1, &[1, 2, 3]);
    file.before_format.push((*b"JUNK", vec![7; 28]));
    file.before_data.push((*b"LIST", b"INFOISFT\x05\0\0\0odd!\0".to_vec()));
    file.before_data.push((*b"fact", vec![3, 0, 0, 0, 9, 9]));
    file.before_data.push((*b"bext", vec![1; 603]));
    file.after_data.push((*b"LIST", vec![0x7F; 64]));
    assert_eq!(play(&file.bytes()).samples[..], [1, 2, 3]);
}

#[test]
fn a_missing_padding_byte_is_forgiven() {
    let mut file = WavFile::pcm16(8_000, 1, &[1, 2, 3]);
    file.before_data.push((*b"note", vec![1; 5]));
    file.pads = false;
    assert_eq!(play(&file.bytes()).samples[..], [1, 2, 3]);
}

#[test]
fn a_format_chunk_of_any_length_will_do() {
    for extra in [0, 2, 4, 30] {
        let mut file = WavFile::new(7, 1, 8_000, 8, vec![0xFF, 0x80]);
        file.format_extra = vec![0; extra];
        assert_eq!(play(&file.bytes()).samples[..], [0, 32_124], "{extra} bytes more");
    }
}

#[test]
fn a_truncated_file_is_played_as_far_as_it_goes() {
    let samples: Vec<i16> = (0..100).collect();
    let whole = WavFile::pcm16(8_000, 1, &samples).bytes();
    for missing in 1..=100 {
        let clip = play(&whole[..whole.len() - missing]);
        assert!(clip.truncated);
        assert_eq!(clip.samples[..], samples[..100 - missing.div_ceil(2)]);
    }
}

#[test]
fn unknown_sizes_mean_all_there_is() {
    for (riff, data) in [(u32::MAX, u32::MAX), (0, 0), (u32::MAX, 0), (36, u32::MAX)] {
        let mut file = WavFile::pcm16(8_000, 1, &[1, 2, 3]);
        file.riff_size = Some(riff);
        file.data_size = Some(data);
        let clip = play(&file.bytes());
        assert_eq!(clip.samples[..], [1, 2, 3], "{riff:#x} {data:#x}");
        assert!(!clip.truncated);
    }
}

#[test]
fn a_wrong_size_of_the_whole_is_not_believed() {
    let mut file = WavFile::pcm16(8_000, 1, &[1, 2, 3]);
    file.riff_size = Some(12);
    assert_eq!(play(&file.bytes()).samples[..], [1, 2, 3]);
}

#[test]
fn a_file_without_samples_is_an_empty_clip() {
    let clip = play(&WavFile::pcm16(44_100, 2, &[]).bytes());
    assert!(clip.samples.is_empty());
    assert_eq!(clip.duration(), Duration::ZERO);
}

#[test]
fn what_is_recorded_can_be_played() {
    let samples: Vec<i16> = (0..1_000).map(|n| (n * 31) as i16).collect();
    let mut file = Cursor::new(Vec::new());
    let mut recorder = Recorder::new(&mut file, 8_000).unwrap();
    for part in samples.chunks(160) {
        recorder.write(part).unwrap();
    }
    recorder.finish().unwrap();
    let clip = play(file.get_ref());
    assert_eq!(clip.source, Format { encoding: Encoding::I16, channels: 1, rate_hz: 8_000 });
    assert_eq!(clip.samples[..], samples[..]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_rate_and_channel_count_gives_the_exact_length(
        rate_hz in 1_000_u32..=96_000,
        channels in 1_u16..=8,
        frames in 0_usize..2_000,
    ) {
        let samples = vec![100; frames * usize::from(channels)];
        let clip = play(&WavFile::pcm16(rate_hz, channels, &samples).bytes());
        let exact = (frames as f64 * 8_000.0 / f64::from(rate_hz)).round() as usize;
        prop_assert_eq!(clip.samples.len(), exact);
    }
}
