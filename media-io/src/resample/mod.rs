//! Changing the sampling rate: streams in fixed telephony ratios, and whole clips from any rate.
//!
//! - [`fixed`]: a polyphase FIR for ×2, ×3, ×6 and back, for live audio. It delays by 3 ms at
//!   8 kHz, keeps its state between calls and never allocates once built.
//!   `converter` does that from one rate of the mixer's to another, a tick at a time.
//! - [`clip`]: a whole clip from any rate to any rate, with the exact length and no shift, for
//!   prompts that are decoded before they are played.
//!
//! Both are polyphase filters cut from one Kaiser-windowed sinc (`kernel`).

pub mod clip;
mod converter;
pub mod fixed;
mod kernel;

pub use clip::{ClipResampler, RATE_HZ, ResampleError, converted_len, resample_clip};
pub(crate) use converter::Converter;
pub use fixed::{Downsampler, Ratio, Upsampler};
