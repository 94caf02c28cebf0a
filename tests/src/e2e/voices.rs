//! Who is heard in a recording, and how loud.

use std::path::Path;

use crate::tone::{TOLERANCE_DB, Tone, UNHEARD_DB, level_dbfs};

/// How each voice speaks, in dBFS. Three at once stay clear of the limiter.
pub const VOICE_DBFS: f64 = -16.0;

/// Frequencies of up to four voices, in Hz: none is a harmonic or a simple sum of others.
pub const VOICES_HZ: [f64; 4] = [417.0, 733.0, 1_123.0, 1_709.0];

/// Asserts that `listener` (a name for the message) hears in `samples` (8 kHz) each voice of
/// `heard` as loud as it spoke, and none of the others of `present`.
///
/// # Panics
/// When one is too loud or too soft by more than [`TOLERANCE_DB`], or is heard without being meant
/// to ([`UNHEARD_DB`] below a voice).
pub fn assert_hears(listener: &str, samples: &[i16], heard: &[f64], present: &[f64]) {
    assert!(samples.len() >= 8_000, "{listener} has only {} samples", samples.len());
    let levels: Vec<(f64, f64)> =
        present.iter().map(|hz| (*hz, level_dbfs(samples, *hz) - VOICE_DBFS)).collect();
    let report = levels.iter().map(|(hz, db)| format!("{hz} Hz at {db:+.2} dB"));
    let report = report.collect::<Vec<_>>().join(", ");
    super::tools::figure(&format!("{listener} hears {report}"));
    for (hz, db) in levels {
        if heard.contains(&hz) {
            assert!(db.abs() <= TOLERANCE_DB, "{listener} should hear {hz} Hz: {report}");
        } else {
            assert!(db < UNHEARD_DB, "{listener} should not hear {hz} Hz: {report}");
        }
    }
}

/// Writes a voice to a WAV file of 8 kHz and 16 bit.
///
/// # Panics
/// When the file cannot be written.
pub fn write_wav(path: &Path, hz: f64, seconds: usize) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for sample in Tone::new(hz, VOICE_DBFS).samples(seconds * 8_000) {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
}

/// Reads a recording of 8 kHz, mono, 16 bit.
///
/// # Panics
/// When it is anything else.
#[must_use]
pub fn read_wav(path: &Path) -> Vec<i16> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 8_000, 16));
    reader.samples().map(Result::unwrap).collect()
}
