//! Files that cannot be played are refused in words that help the person who made them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, missing_docs)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use media_io::wav::{Limits, WavFault, decode};
use proptest::prelude::*;

mod wav_file;
use wav_file::WavFile;

fn fault(file: &[u8]) -> String {
    decode(file, 8_000, &Limits::default()).unwrap_err().to_string()
}

fn pcm16() -> WavFile {
    WavFile::pcm16(8_000, 1, &[1, 2, 3])
}

#[test]
fn files_of_other_kinds_are_named() {
    for (file, message) in [
        (&b""[..], "not a RIFF/WAVE file: only 0 bytes long"),
        (b"RIFF", "not a RIFF/WAVE file: only 4 bytes long"),
        (b"OggS\0\x02\0\0\0\0\0\0", "not a RIFF/WAVE file: starts with 'OggS' (Ogg)"),
        (b"ID3\x04\0\0\0\0\0\0\0\0", r"not a RIFF/WAVE file: starts with 'ID3\x04' (MP3)"),
        (b"fLaC\0\0\0\x22", "not a RIFF/WAVE file: starts with 'fLaC' (FLAC)"),
        (
            b"<!DOCTYPE html>",
            "not a RIFF/WAVE file: starts with '<!DO' (a text such as HTML or XML)",
        ),
        (b"\0\0\0 ftypM4A ", r"not a RIFF/WAVE file: starts with '\x00\x00\x00 ' (MP4)"),
        (b"hello world!", "not a RIFF/WAVE file: starts with 'hell'"),
        (b"RIFF\0\0\0\0AVI LIST", "a RIFF file, but not a WAVE file: form 'AVI ' at byte 8"),
    ] {
        assert_eq!(fault(file), message);
    }
}

#[test]
fn codings_that_are_not_supported_are_named() {
    for (tag, message) in [
        (0x0055, "unsupported format tag 0x0055 (MP3) at byte 20"),
        (0x0031, "unsupported format tag 0x0031 (GSM 6.10) at byte 20"),
        (0x1234, "unsupported format tag 0x1234 at byte 20"),
    ] {
        assert_eq!(fault(&WavFile { tag, ..pcm16() }.bytes()), message);
    }
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wav/ffmpeg-adpcm-8000-1.wav");
    assert_eq!(
        fault(&fs::read(path).unwrap()),
        "unsupported format tag 0x0011 (IMA ADPCM) at byte 20"
    );
}

#[test]
fn sub_formats_that_are_not_supported_are_named() {
    let guid = |tag: u16, tail: &[u8]| {
        let mut extra = vec![22, 0, 16, 0, 0, 0, 0, 0];
        extra.extend(tag.to_le_bytes());
        extra.extend(tail);
        WavFile { tag: 0xFFFE, format_extra: extra, ..pcm16() }.bytes()
    };
    let known = b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71";
    assert!(decode(&guid(1, known), 8_000, &Limits::default()).is_ok());
    assert_eq!(fault(&guid(0x55, known)), "unsupported format tag 0x0055 (MP3) at byte 44");
    assert_eq!(
        fault(&guid(1, &[9; 14])),
        "unsupported sub-format 01000909090909090909090909090909 at byte 44"
    );
    let short = WavFile { tag: 0xFFFE, ..pcm16() }.bytes();
    assert_eq!(fault(&short), "the 'fmt ' chunk at byte 20 has 16 bytes, but needs 40");
}

#[test]
fn impossible_fields_are_told_with_their_offset() {
    let cases = [
        (WavFile { channels: 0, ..pcm16() }, "0 channels at byte 22, supported are 1 to 32"),
        (WavFile { channels: 33, ..pcm16() }, "33 channels at byte 22, supported are 1 to 32"),
        (
            WavFile { rate_hz: 0, ..pcm16() },
            "sampling rate of 0 Hz at byte 24, supported are 1000 to 384000 Hz",
        ),
        (
            WavFile { rate_hz: u32::MAX, ..pcm16() },
            "sampling rate of 4294967295 Hz at byte 24, supported are 1000 to 384000 Hz",
        ),
        (WavFile { bits: 0, ..pcm16() }, "unsupported sample size of 0 bits for PCM at byte 34"),
        (WavFile { bits: 33, ..pcm16() }, "unsupported sample size of 33 bits for PCM at byte 34"),
        (
            WavFile { tag: 3, bits: 16, ..pcm16() },
            "unsupported sample size of 16 bits for float at byte 34",
        ),
        (
            WavFile { tag: 7, bits: 16, ..pcm16() },
            "unsupported sample size of 16 bits for \u{b5}-law at byte 34",
        ),
    ];
    for (file, message) in cases {
        assert_eq!(fault(&file.bytes()), message);
    }
}

#[test]
fn missing_chunks_are_told() {
    let whole = pcm16().bytes();
    assert_eq!(fault(&whole[..12]), "no 'fmt ' chunk before byte 12");
    assert_eq!(fault(&whole[..36]), "no 'data' chunk up to the end of the file at byte 36");
    let data_first = [&whole[..12], &whole[36..], &whole[12..36]].concat();
    assert_eq!(fault(&data_first), "no 'fmt ' chunk before byte 12");
    assert_eq!(fault(&whole[..30]), "no 'data' chunk up to the end of the file at byte 30",);
    let mut short = whole[..28].to_vec();
    short[16] = 8;
    short.extend(&whole[36..]);
    assert_eq!(fault(&short), "the 'fmt ' chunk at byte 20 has 8 bytes, but needs 16");
}

#[test]
fn a_flood_of_chunks_is_not_walked() {
    let mut file = pcm16();
    file.before_data = vec![(*b"JUNK", Vec::new()); 2_000];
    assert_eq!(fault(&file.bytes()), "more than 1024 chunks before the data chunk, at byte 8220");
}

#[test]
fn a_chunk_larger_than_the_file_ends_the_search() {
    let mut file = pcm16().bytes();
    file.splice(12..12, *b"JUNK\xFF\xFF\xFF\xFF");
    let message = format!("no 'fmt ' chunk before byte {}", file.len());
    assert_eq!(fault(&file), message);
}

#[test]
fn limits_are_kept() {
    let file = WavFile::pcm16(8_000, 1, &vec![0; 16_000]).bytes();
    let limits = Limits { file_bytes_max: 32_043, ..Limits::default() };
    assert_eq!(
        decode(&file, 8_000, &limits).unwrap_err(),
        WavFault::FileTooLarge { bytes: 32_044, limit: 32_043 }
    );
    let limits = Limits { duration_max: Duration::from_secs(1), ..Limits::default() };
    assert_eq!(
        decode(&file, 8_000, &limits).unwrap_err().to_string(),
        "plays for 2 s, more than the limit of 1 s"
    );
    let limits = Limits { file_bytes_max: 32_044, duration_max: Duration::from_secs(2), ..limits };
    assert!(decode(&file, 8_000, &limits).is_ok());
}

#[test]
fn a_rate_nobody_plays_at_is_refused() {
    let message = decode(&pcm16().bytes(), 0, &Limits::default()).unwrap_err().to_string();
    assert_eq!(message, "a sampling rate of 0 Hz is outside 1000 to 384000 Hz");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1_000)) {
        let _ = decode(&bytes, 8_000, &Limits::default());
        let _ = decode(&[b"RIFF\0\0\0\0WAVE", &bytes[..]].concat(), 8_000, &Limits::default());
    }

    #[test]
    fn no_damage_to_a_good_file_makes_it_panic(
        tag in prop_oneof![Just(1_u16), Just(3), Just(6), Just(7), Just(0xFFFE)],
        channels in 0_u16..40,
        rate_hz in prop_oneof![Just(8_000_u32), Just(44_100), any::<u32>()],
        bits in prop_oneof![Just(8_u16), Just(16), Just(24), Just(32), Just(64), any::<u16>()],
        data in proptest::collection::vec(any::<u8>(), 0..300),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        end in any::<prop::sample::Index>(),
    ) {
        let mut file = WavFile::new(tag, channels, rate_hz, bits, data).bytes();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let _ = decode(&file, 8_000, &Limits::default());
        file.truncate(end.index(file.len()));
        let _ = decode(&file, 8_000, &Limits::default());
    }
}
