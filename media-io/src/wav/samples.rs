//! Coded samples to one channel of numbers, full scale ±1.0.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_PCM_ALAW, CODEC_ID_PCM_F32LE, CODEC_ID_PCM_F64LE, CODEC_ID_PCM_MULAW,
    CODEC_ID_PCM_S16LE, CODEC_ID_PCM_S24LE, CODEC_ID_PCM_S32LE, CODEC_ID_PCM_U8,
};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::errors::Error;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::PcmDecoder;

use super::format::{Encoding, Format};

/// Frames decoded at a time: bounds what is held besides file and result.
pub(super) const BLOCK_FRAMES: usize = 4_096;

/// Decodes whole frames of `data`, averages their channels and hands them to `sink`, a block at a
/// time. What is over is dropped.
pub(super) fn mono(data: &[u8], format: Format, mut sink: impl FnMut(&[f32])) -> Result<(), Error> {
    let mut decoder = decoder(format)?;
    let channels = usize::from(format.channels);
    let frame_bytes = format.frame_bytes();
    let whole = data.len() - data.len() % frame_bytes;
    let mut interleaved = Vec::new();
    let mut mono = Vec::new();
    for block in data.get(..whole).unwrap_or_default().chunks(BLOCK_FRAMES * frame_bytes) {
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, block);
        decoder.decode_ref(&packet)?.copy_to_vec_interleaved::<f32>(&mut interleaved);
        mono.clear();
        mono.extend(interleaved.chunks_exact(channels).map(average));
        sink(&mono);
    }
    Ok(())
}

pub(super) fn decoder(format: Format) -> Result<PcmDecoder, Error> {
    let mut params = AudioCodecParameters::new();
    params
        .for_codec(codec_id(format.encoding))
        .with_sample_rate(format.rate_hz)
        .with_channels(Channels::Discrete(format.channels))
        .with_max_frames_per_packet(BLOCK_FRAMES as u64);
    PcmDecoder::try_new(&params, &AudioDecoderOptions::default())
}

fn codec_id(encoding: Encoding) -> AudioCodecId {
    match encoding {
        Encoding::U8 => CODEC_ID_PCM_U8,
        Encoding::I16 => CODEC_ID_PCM_S16LE,
        Encoding::I24 => CODEC_ID_PCM_S24LE,
        Encoding::I32 => CODEC_ID_PCM_S32LE,
        Encoding::F32 => CODEC_ID_PCM_F32LE,
        Encoding::F64 => CODEC_ID_PCM_F64LE,
        Encoding::MuLaw => CODEC_ID_PCM_MULAW,
        Encoding::ALaw => CODEC_ID_PCM_ALAW,
    }
}

pub(super) fn average(frame: &[f32]) -> f32 {
    let sum: f32 = frame.iter().map(|sample| bounded(*sample)).sum();
    sum / frame.len() as f32
}

/// Float files may hold anything: what is no number becomes silence, what is too loud full scale.
fn bounded(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) }
}
