//! The engine's half of a recorder, and the end of its ring that is read elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mixer::port::{Activity, Datagram, FRAME_SAMPLES_MAX, Heard, Outbox, Port, Rate, Sink, Source};
use mixer::time::{TICK, Time};
use rtrb::{Consumer, Producer, RingBuffer};

/// Ticks that wait for the disk at most: 4 s. Whatever is heard while so many wait is lost, and
/// silence in the file.
pub const WAITING_TICKS: usize = 200;

/// Bears a tap and its feed, with room for [`WAITING_TICKS`] ticks at this rate. On the control side:
/// the only place where either allocates.
#[must_use]
pub fn tap(rate: Rate) -> (Tap, Feed) {
    let (samples, samples_end) = RingBuffer::new(WAITING_TICKS * rate.frame_samples());
    let (marks, marks_end) = RingBuffer::new(WAITING_TICKS);
    let shared = Arc::new(Shared::default());
    let tap = Tap { samples, marks, shared: Arc::clone(&shared) };
    (tap, Feed { samples: samples_end, marks: marks_end, shared })
}

/// Takes ticks on the engine thread: it waits for nobody and allocates nothing.
#[derive(Debug)]
pub struct Tap {
    samples: Producer<i16>,
    marks: Producer<Mark>,
    shared: Arc<Shared>,
}

impl Tap {
    /// Takes one tick. Called once a tick; a tick without a call is as silent as [`Heard::Nothing`].
    pub fn take(&mut self, now: Time, heard: Heard<'_>) {
        if let Heard::Audio(audio) = heard
            && !self.push(now, audio.frame)
        {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        // What was pushed before this can be read after this.
        self.shared.heard_until.store((now + TICK).0, Ordering::Release);
    }

    fn push(&mut self, at: Time, frame: &[i16]) -> bool {
        let (Ok(chunk), false) =
            (self.samples.write_chunk_uninit(frame.len()), self.marks.is_full())
        else {
            return false;
        };
        chunk.fill_from_iter(frame.iter().copied());
        // There is room, as was just seen.
        self.marks.push(Mark { at, samples: frame.len() }).is_ok()
    }
}

/// A tap that listens as a port: joined to a room or a connection, it hears what any other would.
#[derive(Debug)]
pub struct TapPort(pub Tap);

impl Source for TapPort {
    fn read(&mut self, _now: Time, _frame: &mut [i16], _out: &mut dyn Outbox) -> Activity {
        Activity::Silent
    }
}

impl Sink for TapPort {
    fn write(&mut self, now: Time, heard: Heard<'_>, _out: &mut dyn Outbox) {
        self.0.take(now, heard);
    }
}

impl Port for TapPort {
    fn receive(&mut self, _now: Time, _datagram: Datagram<'_>, _out: &mut dyn Outbox) {}
}

/// The other end of a [`Tap`].
#[derive(Debug)]
pub struct Feed {
    samples: Consumer<i16>,
    marks: Consumer<Mark>,
    shared: Arc<Shared>,
}

impl Feed {
    /// The end of the last tick that the tap has seen; `None` before its first.
    pub(super) fn heard_until(&self) -> Option<Time> {
        match self.shared.heard_until.load(Ordering::Acquire) {
            0 => None,
            until => Some(Time(until)),
        }
    }

    /// Whether the tap is gone, so that nothing more will come.
    pub(super) fn is_over(&self) -> bool {
        self.marks.is_abandoned()
    }

    /// Ticks that found no room.
    pub(super) fn dropped_ticks(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// The time of the oldest tick that waits.
    pub(super) fn next_at(&self) -> Option<Time> {
        self.marks.peek().ok().map(|mark| mark.at)
    }

    /// Takes the oldest tick that waits; its length tells its rate.
    pub(super) fn next<'a>(&mut self, frame: &'a mut [i16; FRAME_SAMPLES_MAX]) -> &'a [i16] {
        let Ok(mark) = self.marks.pop() else { return &[] };
        let count = mark.samples.min(FRAME_SAMPLES_MAX);
        let frame = &mut frame[..count];
        // A tick's samples were there before its mark.
        let Ok(chunk) = self.samples.read_chunk(mark.samples) else { return &[] };
        frame.iter_mut().zip(chunk).for_each(|(sample, taken)| *sample = taken);
        frame
    }
}

/// Says that so many samples in the ring were heard in the tick of this time.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: Time,
    samples: usize,
}

#[derive(Debug, Default)]
struct Shared {
    /// In ns; 0 before the first tick.
    heard_until: AtomicU64,
    dropped: AtomicU64,
}
