//! A caller: hums a tone, writes down what it hears. Tests hold the other end of the line.
#![allow(clippy::disallowed_types)] // The test holds the other end on the same thread.

use std::f64::consts::TAU;
use std::sync::Mutex;

use mixer::port::{
    Activity, Datagram, FRAME_SAMPLES, FRAME_SAMPLES_MAX, Heard, Outbox, Port, PortEvent, PortId,
    Rate, Sink, Source,
};
use mixer::time::Time;

/// Loud enough to measure, low enough that ten together stay below full scale.
pub const AMPLITUDE: f64 = 3_000.0;
/// Recordings end here; nothing may be allocated while they are made.
const RECORDING_MAX: usize = 600 * FRAME_SAMPLES;
/// Payloads that are kept of a recording, and the longest.
const PAYLOADS_MAX: usize = 64;
const PAYLOAD_MAX: usize = 64;

pub struct Line {
    pub tone_hz: u32,
    rate: Mutex<Rate>,
    shared: Mutex<Shared>,
}

struct Shared {
    script: Option<Vec<i16>>,
    said: usize,
    tone_hz: u32,
    amplitude: f64,
    payloads: Vec<Vec<u8>>,
    is_silent: bool,
    is_deaf: bool,
    event: Option<PortEvent>,
    recording: Vec<i16>,
    payloads_heard: usize,
    nothing_heard: usize,
    digits: Vec<u8>,
    datagrams: usize,
    freed: bool,
}

impl Line {
    pub fn new(tone_hz: u32, rate: Rate) -> Self {
        // Payloads are written where nothing may be allocated.
        let payloads = (0..PAYLOADS_MAX).map(|_| Vec::with_capacity(PAYLOAD_MAX)).collect();
        let shared = Shared {
            script: None,
            said: 0,
            tone_hz,
            amplitude: AMPLITUDE,
            payloads,
            payloads_heard: 0,
            is_silent: false,
            is_deaf: false,
            event: None,
            recording: Vec::with_capacity(RECORDING_MAX),
            nothing_heard: 0,
            digits: Vec::with_capacity(64),
            datagrams: 0,
            freed: false,
        };
        Self { tone_hz, rate: Mutex::new(rate), shared: Mutex::new(shared) }
    }

    pub fn rate(&self) -> Rate {
        *self.rate.lock().unwrap()
    }

    /// The caller has renegotiated.
    pub fn set_rate(&self, rate: Rate) {
        *self.rate.lock().unwrap() = rate;
    }

    /// Hums another tone from now on.
    pub fn hum_hz(&self, tone_hz: u32) {
        self.with(|shared| shared.tone_hz = tone_hz);
    }

    /// Payloads that came with what was heard, one a tick.
    pub fn payloads(&self) -> Vec<Vec<u8>> {
        self.with(|shared| shared.payloads[..shared.payloads_heard].to_vec())
    }

    pub fn hum_at(&self, amplitude: f64) {
        self.with(|shared| shared.amplitude = amplitude);
    }

    pub fn amplitude(&self) -> f64 {
        self.with(|shared| shared.amplitude)
    }

    /// Says this in place of humming, once, and then silence.
    pub fn say(&self, samples: Vec<i16>) {
        self.with(|shared| (shared.script, shared.said) = (Some(samples), 0));
    }

    /// Sends nothing at all, or does so again.
    pub fn be_silent(&self, is_silent: bool) {
        self.with(|shared| shared.is_silent = is_silent);
    }

    /// Records no more of what is heard.
    pub fn be_deaf(&self) {
        self.with(|shared| shared.is_deaf = true);
    }

    /// Has the port emit an event in its next tick.
    pub fn emit(&self, event: PortEvent) {
        self.with(|shared| shared.event = Some(event));
    }

    pub fn erase(&self) {
        self.with(|shared| {
            shared.recording.clear();
            shared.payloads_heard = 0;
            shared.nothing_heard = 0;
        });
    }

    pub fn recording(&self) -> Vec<i16> {
        self.with(|shared| shared.recording.clone())
    }

    /// Ticks in which there was nothing to hear.
    pub fn nothing_heard(&self) -> usize {
        self.with(|shared| shared.nothing_heard)
    }

    pub fn digits(&self) -> Vec<u8> {
        self.with(|shared| shared.digits.clone())
    }

    pub fn datagrams(&self) -> usize {
        self.with(|shared| shared.datagrams)
    }

    /// The port has been freed.
    pub fn is_freed(&self) -> bool {
        self.with(|shared| shared.freed)
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Shared) -> T) -> T {
        use_it(&mut self.shared.lock().unwrap())
    }
}

/// The port at the engine's end of a [`Line`].
pub struct Caller {
    id: PortId,
    line: std::sync::Arc<Line>,
    samples_sent: usize,
}

impl Caller {
    pub fn new(id: PortId, line: std::sync::Arc<Line>) -> Self {
        Self { id, line, samples_sent: 0 }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.line.with(|shared| shared.freed = true);
    }
}

impl Source for Caller {
    fn read(&mut self, _: Time, frame: &mut [i16], out: &mut dyn Outbox) -> Activity {
        self.line.with(|shared| {
            if let Some(event) = shared.event.take() {
                out.notify(self.id, event);
            }
            if shared.is_silent {
                return Activity::Silent;
            }
            let samples = frame.len();
            if let Some(script) = &shared.script {
                let rest = script.get(shared.said..).unwrap_or_default();
                let count = rest.len().min(samples);
                frame[..count].copy_from_slice(&rest[..count]);
                frame[count..].fill(0);
                shared.said += count;
                return Activity::Active;
            }
            for (i, sample) in frame.iter_mut().enumerate() {
                let index = self.samples_sent + i;
                *sample = hum_at_rate(shared.tone_hz, shared.amplitude, index, samples);
            }
            self.samples_sent += samples;
            Activity::Active
        })
    }
}

impl Sink for Caller {
    fn write(&mut self, _: Time, heard: Heard<'_>, _: &mut dyn Outbox) {
        self.line.with(|shared| {
            if shared.is_deaf {
                return;
            }
            assert!(shared.recording.len() < RECORDING_MAX, "the tape is full");
            match heard {
                Heard::Audio(audio) => {
                    shared.recording.extend_from_slice(audio.frame);
                    let heard = shared.payloads_heard;
                    if let Some(place) = shared.payloads.get_mut(heard) {
                        place.clear();
                        place.extend_from_slice(audio.payload);
                        shared.payloads_heard += 1;
                    }
                }
                Heard::Nothing => {
                    shared.nothing_heard += 1;
                    let samples = self.line.rate().frame_samples();
                    shared.recording.extend_from_slice(&[0; FRAME_SAMPLES_MAX][..samples]);
                }
            }
        });
    }
}

impl Port for Caller {
    fn receive(&mut self, _: Time, datagram: Datagram<'_>, out: &mut dyn Outbox) {
        self.line.with(|shared| shared.datagrams += 1);
        for digit in datagram.bytes {
            out.notify(self.id, PortEvent::Digit { event: *digit });
        }
    }

    fn relay_digit(&mut self, event: u8) {
        self.line.with(|shared| shared.digits.push(event));
    }
}

/// A cosine, so that it begins with a jump that a ramp must hide.
pub fn hum(tone_hz: u32, amplitude: f64, index: usize) -> i16 {
    hum_at_rate(tone_hz, amplitude, index, FRAME_SAMPLES)
}

/// The same at the rate that has so many samples in a frame.
fn hum_at_rate(tone_hz: u32, amplitude: f64, index: usize, frame_samples: usize) -> i16 {
    let phase = TAU * f64::from(tone_hz) * index as f64 / (50.0 * frame_samples as f64);
    (phase.cos() * amplitude).round() as i16
}
