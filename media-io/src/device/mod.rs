//! A sound card of the machine as an end point of the engine: a console, from which a conference is
//! heard and talked to.
//!
//! [`console`] bears the [`ConsolePort`], which goes to the engine, and the two ends that a sound card
//! is to be given: what it plays is pulled out of the [`Speaker`], what it records is pushed into the
//! [`Microphone`]. The clock of a card is not the engine's: where the two have come apart by more than
//! [`BACKLOG_TICKS`], what is oldest is left out, and where nothing is there, silence is played until
//! [`PRIMED_TICKS`] are.
//!
//! With the feature `local-audio`, `SoundCard` opens a card through `cpal`. Without it, or without a
//! card, the port is the same and hears nobody.

#[cfg(feature = "local-audio")]
mod sound_card;

use mixer::port::{Activity, Datagram, Heard, Outbox, Port, Rate, Sink, Source};
use mixer::time::Time;
use rtrb::{Consumer, Producer, RingBuffer};

#[cfg(feature = "local-audio")]
pub use sound_card::{SoundCard, SoundCardError};

/// The rate of a console.
pub const RATE: Rate = Rate::Full;

/// Ticks that are there before a stream begins, or begins again: 40 ms.
pub const PRIMED_TICKS: usize = 2;

/// Ticks that may be there: 120 ms.
pub const BACKLOG_TICKS: usize = 6;

/// Samples of a tick.
const TICK: usize = RATE.frame_samples();

/// Samples that a ring has room for: a card may want 100 ms at once.
const RING: usize = 2 * BACKLOG_TICKS * TICK;

/// Bears a console. On the control side.
#[must_use]
pub fn console() -> (ConsolePort, Speaker, Microphone) {
    let (heard, played) = RingBuffer::new(RING);
    let (recorded, spoken) = RingBuffer::new(RING);
    let port = ConsolePort { heard, spoken: Pull::new(spoken) };
    (port, Speaker(Pull::new(played)), Microphone(recorded))
}

/// The engine's end.
#[derive(Debug)]
pub struct ConsolePort {
    heard: Producer<i16>,
    spoken: Pull,
}

impl Source for ConsolePort {
    fn read(&mut self, _now: Time, frame: &mut [i16], _out: &mut dyn Outbox) -> Activity {
        if self.spoken.fill(frame) { Activity::Active } else { Activity::Silent }
    }
}

impl Sink for ConsolePort {
    fn write(&mut self, _now: Time, heard: Heard<'_>, _out: &mut dyn Outbox) {
        if let Heard::Audio(audio) = heard {
            push(&mut self.heard, audio.frame.iter().copied());
        }
    }
}

impl Port for ConsolePort {
    fn receive(&mut self, _now: Time, _datagram: Datagram<'_>, _out: &mut dyn Outbox) {}
}

/// What a card plays.
#[derive(Debug)]
pub struct Speaker(Pull);

impl Speaker {
    /// Fills what the card asks for, one channel; silence where nothing is there.
    pub fn fill(&mut self, samples: &mut [i16]) {
        self.0.fill(samples);
    }
}

/// What a card records.
#[derive(Debug)]
pub struct Microphone(Producer<i16>);

impl Microphone {
    /// Takes what the card has recorded, one channel.
    pub fn take(&mut self, samples: impl ExactSizeIterator<Item = i16>) {
        push(&mut self.0, samples);
    }
}

/// What finds no room is left out.
fn push(ring: &mut Producer<i16>, samples: impl ExactSizeIterator<Item = i16>) {
    let count = samples.len().min(ring.slots());
    if let Ok(chunk) = ring.write_chunk_uninit(count) {
        chunk.fill_from_iter(samples);
    }
}

/// The end of a ring whose other end has another clock.
#[derive(Debug)]
struct Pull {
    ring: Consumer<i16>,
    primed: bool,
}

impl Pull {
    fn new(ring: Consumer<i16>) -> Pull {
        Pull { ring, primed: false }
    }

    /// Fills with what is there, or with silence; tells which.
    fn fill(&mut self, samples: &mut [i16]) -> bool {
        let there = self.ring.slots();
        let needed = samples.len();
        self.primed &= there >= needed;
        if !self.primed && there < needed + PRIMED_TICKS * TICK {
            samples.fill(0);
            return false;
        }
        self.primed = true;
        let late = there.saturating_sub(needed + BACKLOG_TICKS * TICK);
        if late > 0 {
            // Down to what it began with, so that it does not happen again at once.
            self.skip(there - needed - PRIMED_TICKS * TICK);
        }
        if let Ok(chunk) = self.ring.read_chunk(needed) {
            samples.iter_mut().zip(chunk).for_each(|(sample, taken)| *sample = taken);
        }
        true
    }

    fn skip(&mut self, count: usize) {
        if let Ok(chunk) = self.ring.read_chunk(count) {
            chunk.commit_all();
        }
    }
}
