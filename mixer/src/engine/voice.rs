//! What a port says: its newest frame, and the few before it that a room may still hear.
//!
//! A voice that takes another's place in a mix was already speaking when that was decided. So that
//! no first syllable is lost, the room hears it from a little before the decision ([`PRE_ROLL`])
//! and from then on as much later, until a pause lets it catch up. Who is joined directly to the
//! port hears the newest frame at all times.

use super::is_previous;
use crate::port::{Activity, FRAME_SAMPLES, Frame};
use crate::signal::fade::cross_fade;
use crate::signal::level::{self, Level};
use crate::signal::noise::NoiseFloor;

/// How many frames a room hears of what was said before it gave the floor: 40 ms.
pub(super) const PRE_ROLL: usize = 2;

const FRAMES: usize = PRE_ROLL + 1;

/// A frame below this power can be left out without a trace: -40 dBov.
const QUIET: f32 = 1.07e5;

/// A port's voice.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    /// The last frames, going round, and whether they hold anything.
    frames: [Frame; FRAMES],
    active: [bool; FRAMES],
    powers: [f32; FRAMES],
    newest: usize,
    /// By how many frames rooms hear it late.
    late: usize,
    /// What rooms hear in the tick in which it catches up: a bit of both frames.
    splice: Frame,
    is_spliced: bool,
    /// The last tick in which a room mixed it.
    mixed: u64,
    /// The frame before the newest one held nothing, so this one may begin without a ramp.
    pub(super) begins: bool,
    /// The newest one holds something.
    sounds: bool,
    pub(super) level: Level,
    noise: NoiseFloor,
}

impl Voice {
    pub(super) const SILENT: Voice = Voice {
        frames: [[0; FRAME_SAMPLES]; FRAMES],
        active: [false; FRAMES],
        powers: [0.0; FRAMES],
        newest: 0,
        late: 0,
        splice: [0; FRAME_SAMPLES],
        is_spliced: false,
        mixed: super::NEVER,
        begins: true,
        sounds: false,
        level: Level(0.0),
        noise: NoiseFloor::UNKNOWN,
    };

    /// Where the next frame is to be put.
    pub(super) fn next(&mut self) -> &mut Frame {
        self.newest = (self.newest + 1) % FRAMES;
        &mut self.frames[self.newest]
    }

    /// Takes note of the frame that was just read.
    pub(super) fn hear_out(&mut self, tick: u64, activity: Activity) {
        let is_active = activity == Activity::Active;
        self.active[self.newest] = is_active;
        let power = if is_active { level::power(&self.frames[self.newest]) } else { 0.0 };
        self.powers[self.newest] = power;
        self.begins = !self.sounds;
        self.sounds = power > 0.0;
        self.level.follow(power);
        self.noise.follow(power);
        self.is_spliced = false;
        if self.late > 0 {
            self.catch_up(tick);
        }
    }

    /// Says nothing any more.
    pub(super) fn end(&mut self) {
        self.active = [false; FRAMES];
    }

    /// The newest frame, if it holds anything.
    pub(super) fn newest(&self) -> Option<&Frame> {
        self.active[self.newest].then_some(&self.frames[self.newest])
    }

    /// The frame that rooms mix.
    pub(super) fn in_rooms(&self) -> &Frame {
        if self.is_spliced { &self.splice } else { &self.frames[self.before(self.late)] }
    }

    /// Whether that holds anything.
    pub(super) fn is_in_rooms(&self) -> bool {
        self.active[self.before(self.late)]
    }

    /// Whether it takes part in the selection. An active port whose sound has died away does
    /// not.
    pub(super) fn is_audible(&self) -> bool {
        (self.active[self.newest] || self.is_in_rooms()) && !self.level.is_silent()
    }

    /// Whether it is more than the noise on its line.
    pub(super) fn speaks(&self) -> bool {
        self.noise.is_exceeded()
    }

    /// A room begins to mix it. `since` is the tick in which it began to speak into that room:
    /// what was said before that, muted perhaps, is not for the room.
    pub(super) fn enter(&mut self, tick: u64, since: u64) {
        let in_a_room = self.mixed == tick || is_previous(self.mixed, tick);
        if !in_a_room && !self.begins {
            let allowed = usize::try_from(tick - since).unwrap_or(usize::MAX).min(PRE_ROLL);
            let held = |frames: &usize| self.active[self.before(*frames)];
            self.late = (1..=allowed).take_while(held).count();
        }
        self.mixed = tick;
    }

    /// A room goes on mixing it.
    pub(super) fn stay(&mut self, tick: u64) {
        self.mixed = tick;
    }

    /// Leaves a frame out where that is not noticed. Nobody hears a voice that is in no mix, so that
    /// it catches up at once.
    fn catch_up(&mut self, tick: u64) {
        let (dropped, next) = (self.before(self.late), self.before(self.late - 1));
        if !is_previous(self.mixed, tick) {
            self.late = 0;
        } else if self.powers[dropped] < QUIET && self.powers[next] < QUIET {
            self.splice = self.frames[next];
            cross_fade(&self.frames[dropped], &mut self.splice);
            self.is_spliced = true;
            self.late -= 1;
        }
    }

    fn before(&self, frames: usize) -> usize {
        (self.newest + FRAMES - frames) % FRAMES
    }
}
