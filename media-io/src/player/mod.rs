//! The port behind a dialog: it plays one prepared clip, sample for sample, or what is decoded
//! meanwhile, and hears nothing.
//!
//! [`player`] bears a pair on the control side: the [`Player`] goes to the engine, the
//! [`PlayerHandle`] stays. The clip is shared and immutable, so any number of players may play it
//! at once. The player holds its reference until it has travelled home: the last reference is
//! therefore never dropped on the engine thread. What is too long for that is played from a ring:
//! [`player_ahead`] bears a [`Feeder`] as well, which a worker keeps full.
//!
//! ```text
//! Waiting ──start──▶ Playing ──last sample──▶ Ending ──next tick──▶ Over
//!    └─────stop──────────┴───────fade─────────────▲
//! ```

mod ahead;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use mixer::port::{Activity, Datagram, Heard, Outbox, Port, PortEvent, PortId, Rate, Sink, Source};
use mixer::time::Time;

pub use ahead::{AHEAD_MS, Feeder};

use crate::sound::Stream;
use ahead::Ahead;

/// Length of the ramp to silence when a player is stopped, in ms: long enough not to click.
pub const FADE_MS: usize = 5;

/// What to play, and as whom.
#[derive(Clone, Debug)]
pub struct PlayerConfig {
    /// The port's own name, under which it reports its events.
    pub port: PortId,
    /// The clip: mono, 16 bit.
    pub samples: Arc<[i16]>,
    /// Its rate, which is the port's as well.
    pub rate: Rate,
    /// Whether to play at the first tick. A prepared dialog waits for [`PlayerHandle::start`].
    pub started: bool,
}

/// Bears a player and its handle. Called on the control side.
#[must_use]
pub fn player(config: PlayerConfig) -> (Player, PlayerHandle) {
    let PlayerConfig { port, samples, rate, started } = config;
    bear(port, Tune::Clip(samples), rate, started)
}

/// Bears a player of a document that is decoded meanwhile, its handle, and what a worker is to keep
/// full: at once, before the player is started, and then a few times a second.
#[must_use]
pub fn player_ahead(port: PortId, stream: Stream, started: bool) -> (Player, PlayerHandle, Feeder) {
    let rate = stream.rate();
    let (ahead, feeder) = ahead::ahead(stream);
    let (player, handle) = bear(port, Tune::Ahead(ahead), rate, started);
    (player, handle, feeder)
}

fn bear(port: PortId, tune: Tune, rate: Rate, started: bool) -> (Player, PlayerHandle) {
    let wish = if started { Wish::Play } else { Wish::Wait };
    let shared = Arc::new(Shared { wish: AtomicU8::new(wish as u8), played: AtomicU64::new(0) });
    let handle = PlayerHandle { shared: Arc::clone(&shared), rate };
    let player = Player { port, tune, rate, shared, state: State::Waiting };
    (player, handle)
}

/// Steers one player from the control side. Cheap to clone; dropping it changes nothing.
#[derive(Clone, Debug)]
pub struct PlayerHandle {
    shared: Arc<Shared>,
    rate: Rate,
}

impl PlayerHandle {
    /// Begins to play at the next tick. Without effect when already started or stopped.
    pub fn start(&self) {
        let _ = self.shared.wish.compare_exchange(
            Wish::Wait as u8,
            Wish::Play as u8,
            Ordering::Release,
            Ordering::Relaxed,
        );
    }

    /// Fades out over [`FADE_MS`] from the next tick on and finishes. A player that has not
    /// been started finishes without a sound. Final: a stopped player never starts again.
    pub fn stop(&self) {
        self.shared.wish.store(Wish::Stop as u8, Ordering::Release);
    }

    /// How much of the clip was delivered so far.
    #[must_use]
    pub fn played(&self) -> Duration {
        let samples = self.shared.played.load(Ordering::Relaxed);
        Duration::from_nanos(samples.saturating_mul(1_000_000_000) / u64::from(self.rate.hz()))
    }
}

/// An end point that plays a clip. Its calls belong to the engine thread.
#[derive(Debug)]
pub struct Player {
    port: PortId,
    tune: Tune,
    rate: Rate,
    shared: Arc<Shared>,
    state: State,
}

/// What it plays.
#[derive(Debug)]
enum Tune {
    Clip(Arc<[i16]>),
    Ahead(Ahead),
}

impl Source for Player {
    fn read(&mut self, _now: Time, frame: &mut [i16], out: &mut dyn Outbox) -> Activity {
        let wish = self.shared.wish.load(Ordering::Acquire);
        match self.state {
            State::Waiting if wish == Wish::Play as u8 => self.begin(frame, out),
            State::Waiting if wish == Wish::Stop as u8 => self.finish(frame, out),
            State::Playing { at } if wish == Wish::Stop as u8 => self.fade(at, frame),
            State::Playing { at } => self.play(at, frame),
            State::Ending => self.finish(frame, out),
            State::Waiting | State::Over => silence(frame),
        }
    }
}

impl Sink for Player {
    fn write(&mut self, _now: Time, _heard: Heard<'_>, _out: &mut dyn Outbox) {}
}

impl Port for Player {
    fn receive(&mut self, _now: Time, _datagram: Datagram<'_>, _out: &mut dyn Outbox) {}
}

impl Player {
    fn begin(&mut self, frame: &mut [i16], out: &mut dyn Outbox) -> Activity {
        out.notify(self.port, PortEvent::Started);
        if matches!(&self.tune, Tune::Clip(samples) if samples.is_empty()) {
            return self.finish(frame, out);
        }
        self.play(0, frame)
    }

    fn play(&mut self, at: usize, frame: &mut [i16]) -> Activity {
        let (count, more) = self.copy(at, frame.len(), frame);
        self.state = if more { State::Playing { at: at + count } } else { State::Ending };
        if count == 0 { Activity::Silent } else { Activity::Active }
    }

    fn fade(&mut self, at: usize, frame: &mut [i16]) -> Activity {
        let fade = self.rate.hz() as usize / 1_000 * FADE_MS;
        let (count, _) = self.copy(at, fade, frame);
        for (place, sample) in frame.iter_mut().take(count).enumerate() {
            *sample = ramped(*sample, place, fade);
        }
        self.state = State::Ending;
        Activity::Active
    }

    /// Copies at most `most` samples from `at` on, fills the rest with silence, counts what was
    /// delivered and returns it, and whether more follows.
    fn copy(&mut self, at: usize, most: usize, frame: &mut [i16]) -> (usize, bool) {
        let room = frame.len().min(most);
        let (count, more) = match &mut self.tune {
            Tune::Clip(samples) => {
                let rest = samples.get(at..).unwrap_or_default();
                let count = rest.len().min(room);
                frame[..count].copy_from_slice(&rest[..count]);
                (count, count < rest.len())
            }
            Tune::Ahead(ahead) => ahead.read(&mut frame[..room]),
        };
        frame[count..].fill(0);
        self.shared.played.store((at + count) as u64, Ordering::Relaxed);
        (count, more)
    }

    fn finish(&mut self, frame: &mut [i16], out: &mut dyn Outbox) -> Activity {
        out.notify(self.port, PortEvent::Finished);
        self.state = State::Over;
        silence(frame)
    }
}

/// Scales the sample at `place` of a fade of so many samples: nearly full at first, zero at its last sample.
fn ramped(sample: i16, place: usize, fade: usize) -> i16 {
    let left = fade.saturating_sub(place + 1) as i32;
    (i32::from(sample) * left / fade as i32) as i16
}

fn silence(frame: &mut [i16]) -> Activity {
    frame.fill(0);
    Activity::Silent
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Not started.
    Waiting,
    /// The next sample to deliver is `at`.
    Playing { at: usize },
    /// The last sample was delivered in the tick before.
    Ending,
    /// `Finished` was reported.
    Over,
}

/// What the control side wants; the newest wish wins.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Wish {
    Wait,
    Play,
    Stop,
}

/// The only thing the two halves share: no lock, one word each way.
#[derive(Debug)]
struct Shared {
    wish: AtomicU8,
    played: AtomicU64,
}
