//! The two formats, read by others.

use std::env::temp_dir;
use std::io::Cursor;
use std::path::PathBuf;
use std::process::{Command, id};
use std::time::Duration;

use media_io::recorder::{Coding, OpusFile, SoundFile, WavFile};
use media_io::wav;
use mixer::port::Rate;

use super::store::Store;

const PRE_SKIP: u64 = 120;

/// Where a program is, if it is installed.
pub(crate) fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.exists())
}

/// How long a file plays by its last granule position.
pub(crate) fn opus_duration_of(file: &[u8]) -> Duration {
    let mut reader = ogg::PacketReader::new(Cursor::new(file));
    let mut last = PRE_SKIP;
    // A page that was cut short is no page.
    while let Ok(Some(packet)) = reader.read_packet() {
        last = last.max(packet.absgp_page());
    }
    Duration::from_micros((last - PRE_SKIP) * 1_000 / 48)
}

/// Something between a tone and a chirp, that tells where it is and which channel it is.
fn signal(channels: usize, samples: usize) -> Vec<i16> {
    let mut interleaved = Vec::new();
    for n in 0..samples {
        for channel in 0..channels {
            let hz = 300.0 + 400.0 * channel as f64 + n as f64 / 90.0;
            let phase = n as f64 * hz * std::f64::consts::TAU / 48_000.0;
            interleaved.push((8_000.0 * phase.sin()) as i16);
        }
    }
    interleaved
}

fn snr_db(clean: &[i16], other: &[i16]) -> f64 {
    let power = |samples: &mut dyn Iterator<Item = f64>| samples.map(|it| it * it).sum::<f64>();
    let signal = power(&mut clean.iter().map(|it| f64::from(*it)));
    let noise = power(&mut clean.iter().zip(other).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    10.0 * (signal / noise.max(1.0)).log10()
}

#[test]
fn an_opus_file_is_as_long_as_what_was_written_and_not_late() {
    let Some(ffmpeg) = found("ffmpeg") else { return };
    for (channels, samples) in [(1, 48_000), (1, 61_237), (2, 50_001), (1, 1)] {
        let clean = signal(channels, samples);
        let store = Store::default();
        let mut file = OpusFile::create(store.clone(), channels as u16, 77).unwrap();
        clean.chunks(1_111 * channels).for_each(|part| file.write(part).unwrap());
        file.finish().unwrap();
        assert_eq!(file.samples(), samples as u64);
        assert_eq!(file.bytes(), store.bytes().len() as u64);
        let path = temp_dir().join(format!("antiphon-{}-{channels}-{samples}.opus", id()));
        std::fs::write(&path, store.bytes()).unwrap();
        let decoded = Command::new(&ffmpeg)
            .args(["-v", "error", "-i"])
            .arg(&path)
            .args(["-f", "s16le", "-ar", "48000", "-"])
            .output()
            .unwrap();
        assert!(decoded.stderr.is_empty(), "{}", String::from_utf8_lossy(&decoded.stderr));
        let heard: Vec<i16> =
            decoded.stdout.chunks(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
        assert_eq!(heard.len(), clean.len(), "{channels} channels, {samples} samples");
        if samples > 1 {
            let snr = snr_db(&clean, &heard);
            assert!(snr > 12.0, "{channels} channels, {samples} samples: {snr} dB");
            // As good as it is here, it is nowhere else.
            let shifted = snr_db(&clean[2 * channels..], &heard);
            assert!(shifted < snr, "{channels} channels: {shifted} dB two samples earlier");
        }
        std::fs::remove_file(path).unwrap();
    }
}

/// What is silent for long, and then is not, is as long as it was.
#[test]
fn silence_in_an_opus_file_costs_next_to_nothing() {
    let store = Store::default();
    let mut file = SoundFile::create(store.clone(), Coding::OggOpus, 2, 1).unwrap();
    file.write(&signal(2, 9_600)).unwrap();
    file.commit().unwrap();
    let loud = file.bytes();
    for _ in 0..3_000 {
        file.write(&[0; 2 * 960]).unwrap();
    }
    assert!(file.bytes() < loud + 30_000, "{} bytes of silence", file.bytes() - loud);
    file.write(&signal(2, 9_600)).unwrap();
    file.finish().unwrap();
    assert_eq!(opus_duration_of(&store.bytes()), Duration::from_millis(60_400));
}

#[test]
fn a_wave_file_is_whole_after_every_commit() {
    let store = Store::default();
    let mut file = WavFile::create(store.clone(), 16_000, 1).unwrap();
    let mut whole = Vec::new();
    for part in [0, 1, 5, 40_000, 0, 3] {
        let samples: Vec<i16> = (0..part).map(|n| (n * 7 - 3) as i16).collect();
        file.write(&samples).unwrap();
        file.commit().unwrap();
        whole.extend(samples);
        let clip = wav::decode(&store.bytes(), 16_000, &wav::Limits::default()).unwrap();
        assert!(!clip.truncated);
        assert_eq!(&clip.samples[..], whole);
        assert_eq!(file.samples(), whole.len() as u64);
    }
}

/// Keeps the beginning of what is written and counts the rest.
struct Long {
    head: [u8; 80],
    at: u64,
}

impl std::io::Write for Long {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.at == 0 {
            self.head.copy_from_slice(bytes);
        }
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Seek for Long {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        let std::io::SeekFrom::Start(at) = to else { panic!("{to:?}") };
        self.at = at;
        Ok(at)
    }
}

#[test]
fn past_4_gib_a_wave_file_is_rf64() {
    /// The most that a RIFF file holds of it: a multiple of a frame, and not more than 2³² − 2.
    const FRAMES: u64 = ((1 << 32) - 2 - 72) / 4;
    let mut file = WavFile::create(Long { head: [0; 80], at: 0 }, Rate::Full.hz(), 2).unwrap();
    let block = vec![1; 1 << 20];
    let mut left = FRAMES * 2;
    while left > 0 {
        let count = left.min(block.len() as u64);
        file.write(&block[..count as usize]).unwrap();
        left -= count;
    }
    file.commit().unwrap();
    let head = file.target().head;
    assert_eq!((&head[..4], &head[12..16]), (&b"RIFF"[..], &b"JUNK"[..]));
    assert_eq!(head[76..80], ((FRAMES * 4) as u32).to_le_bytes());

    file.write(&[1; 2]).unwrap();
    file.commit().unwrap();
    let head = file.target().head;
    let data = (FRAMES + 1) * 4;
    assert_eq!((&head[..4], &head[8..16]), (&b"RF64"[..], &b"WAVEds64"[..]));
    assert_eq!((&head[4..8], &head[76..80]), (&[0xff; 4][..], &[0xff; 4][..]));
    assert_eq!(head[20..28], (data + 72).to_le_bytes());
    assert_eq!(head[28..36], data.to_le_bytes());
    assert_eq!(head[36..44], (FRAMES + 1).to_le_bytes());
    let Some(ffprobe) = found("ffprobe") else { return };
    let path = temp_dir().join(format!("antiphon-{}-rf64.wav", id()));
    std::fs::write(&path, head).unwrap();
    // Holes, where the file system has them.
    let holes = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    holes.set_len(80 + data).unwrap();
    let said = Command::new(ffprobe)
        .args(["-v", "error", "-show_entries", "stream=duration_ts", "-of", "csv=p=0"])
        .arg(&path)
        .output()
        .unwrap();
    std::fs::remove_file(path).unwrap();
    assert_eq!(String::from_utf8(said.stdout).unwrap().trim(), (FRAMES + 1).to_string());
}
