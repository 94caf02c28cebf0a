//! The default sound card, through `cpal`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Device, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig,
};

use super::{Microphone, RATE, Speaker};

/// Samples of each channel that a callback handles in one piece.
const PIECE: usize = 512;

/// A card in use. Dropping it stops it.
pub struct SoundCard {
    _output: Stream,
    _input: Option<Stream>,
    failed: Arc<AtomicBool>,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum SoundCardError {
    /// The machine has none.
    #[error("there is no sound card to {to}")]
    Missing {
        /// What for.
        to: &'static str,
    },
    /// It has one that cannot be used.
    #[error("the sound card cannot {to}: {reason}")]
    Unusable {
        /// What for.
        to: &'static str,
        /// What the operating system says.
        reason: String,
    },
}

impl SoundCard {
    /// Opens the default card, to be heard and, with a microphone, to be talked into.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn open(
        speaker: Speaker,
        microphone: Option<Microphone>,
    ) -> Result<SoundCard, SoundCardError> {
        let host = cpal::default_host();
        let failed = Arc::new(AtomicBool::new(false));
        let output = host.default_output_device().ok_or(SoundCardError::Missing { to: PLAY })?;
        let output = play(&output, speaker, &failed)?;
        let input = match microphone {
            None => None,
            Some(microphone) => {
                let input = host.default_input_device();
                let input = input.ok_or(SoundCardError::Missing { to: RECORD })?;
                Some(record(&input, microphone, &failed)?)
            }
        };
        Ok(SoundCard { _output: output, _input: input, failed })
    }

    /// Whether the card has gone, or has stopped for another reason.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

const PLAY: &str = "play";
const RECORD: &str = "record";

fn unusable(to: &'static str) -> impl Fn(cpal::Error) -> SoundCardError {
    move |error| SoundCardError::Unusable { to, reason: error.to_string() }
}

fn config(channels: u16) -> StreamConfig {
    StreamConfig { channels, sample_rate: RATE.hz(), buffer_size: BufferSize::Default }
}

fn play(
    device: &Device,
    speaker: Speaker,
    failed: &Arc<AtomicBool>,
) -> Result<Stream, SoundCardError> {
    let supported = device.default_output_config().map_err(unusable(PLAY))?;
    let config = config(supported.channels());
    let stream = match supported.sample_format() {
        SampleFormat::F32 => play_as::<f32>(device, config, speaker, failed),
        // The plug-ins of ALSA and of the sound servers convert this to what the card has.
        _ => play_as::<i16>(device, config, speaker, failed),
    };
    let stream = stream.map_err(unusable(PLAY))?;
    stream.play().map_err(unusable(PLAY))?;
    Ok(stream)
}

fn play_as<T: SizedSample + FromSample<i16> + Send + 'static>(
    device: &Device,
    config: StreamConfig,
    mut speaker: Speaker,
    failed: &Arc<AtomicBool>,
) -> Result<Stream, cpal::Error> {
    let channels = usize::from(config.channels.max(1));
    let mut mono = [0; PIECE];
    let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
        for piece in data.chunks_mut(PIECE * channels) {
            let frames = piece.len() / channels;
            speaker.fill(&mut mono[..frames]);
            for (frame, sample) in piece.chunks_mut(channels).zip(&mono) {
                frame.fill(T::from_sample(*sample));
            }
        }
    };
    device.build_output_stream(config, fill, note(failed), None)
}

fn record(
    device: &Device,
    microphone: Microphone,
    failed: &Arc<AtomicBool>,
) -> Result<Stream, SoundCardError> {
    let supported = device.default_input_config().map_err(unusable(RECORD))?;
    let config = config(supported.channels());
    let stream = match supported.sample_format() {
        SampleFormat::F32 => record_as::<f32>(device, config, microphone, failed),
        _ => record_as::<i16>(device, config, microphone, failed),
    };
    let stream = stream.map_err(unusable(RECORD))?;
    stream.play().map_err(unusable(RECORD))?;
    Ok(stream)
}

/// Of several channels the first is heard.
fn record_as<T: SizedSample + Send + 'static>(
    device: &Device,
    config: StreamConfig,
    mut microphone: Microphone,
    failed: &Arc<AtomicBool>,
) -> Result<Stream, cpal::Error>
where
    i16: FromSample<T>,
{
    let channels = usize::from(config.channels.max(1));
    let take = move |data: &[T], _: &cpal::InputCallbackInfo| {
        let first = data.chunks_exact(channels);
        microphone.take(first.map(|frame| frame.first().map_or(0, |it| i16::from_sample(*it))));
    };
    device.build_input_stream(config, take, note(failed), None)
}

fn note(failed: &Arc<AtomicBool>) -> impl FnMut(cpal::Error) + Send + 'static {
    let failed = Arc::clone(failed);
    move |error| {
        use cpal::ErrorKind::{DeviceChanged, Xrun};
        if !matches!(error.kind(), DeviceChanged | Xrun) {
            failed.store(true, Ordering::Relaxed);
        }
    }
}
