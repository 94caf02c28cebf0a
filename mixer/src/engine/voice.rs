//! What a port says: its newest tick, and the few before it that a room may still hear.
//!
//! A voice that takes another's place in a mix was already speaking when that was decided. So that
//! no first syllable is lost, the room hears it from a little before the decision ([`PRE_ROLL`])
//! and from then on as much later, until a pause lets it catch up. Who is joined directly to the
//! port hears the newest tick at all times.
//!
//! A port may leave a tick encoded until somebody is to hear it. It is decoded then, and so are
//! those after it for as long as the voice is heard; a voice that is not heard costs no decoding.

use super::is_previous;
use crate::plan::Shards;
use crate::port::{Activity, HISTORY_TICKS, Port, Rate};
use crate::signal::fade::cross_fade;
use crate::signal::level::{self, Level};
use crate::signal::noise::NoiseFloor;
use crate::topology::Treatment;
use crate::treatment::Gains;
use crate::treatment::agc::Agc;
use crate::treatment::rumble::WithoutRumble;

/// How many ticks a room hears of what was said before it gave the floor: 40 ms.
pub(super) const PRE_ROLL: usize = 2;

const TICKS: usize = PRE_ROLL + 1;

const _: () = assert!(TICKS == HISTORY_TICKS, "ports are told how far back they may be asked");

/// What a tick of a voice holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Silence,
    /// Audio that the port still has to decode.
    Encoded,
    Samples,
}

/// A port's voice. What a tick needs of one at rest comes first, in one line of the cache.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Voice {
    /// The last ticks, going round, and one more: what rooms hear in the tick in which the voice
    /// catches up, a bit of both that it lies between. Made by [`frames_of`].
    frames: Box<[i16]>,
    newest: usize,
    rate: Rate,
    /// It has been silent for so long that a further silent tick changes nothing.
    is_at_rest: bool,
    /// The tick before the newest one held nothing, so this one may begin without a ramp.
    pub(super) begins: bool,
    /// The newest one holds something.
    sounds: bool,
    is_spliced: bool,
    contents: [Content; TICKS],
    pub(super) level: Level,
    /// How many ports listen to it directly.
    pub(super) listeners: u32,
    /// Shards in which others listen to it directly.
    pub(super) audience: Shards,
    powers: [f32; TICKS],
    noise: NoiseFloor,
    /// By how many ticks rooms hear it late, and by how many at least: those that the detectors of
    /// its treatment need.
    late: usize,
    late_min: usize,
    /// What any room asks to be done to it.
    treatment: Treatment,
    /// How loud it is for its gain control, which has no ear for rumble, in the last ticks, the newest
    /// first: one more of them than a voice may be late.
    agc_powers: [f32; TICKS + 1],
    without_rumble: WithoutRumble,
    agc: Agc,
    /// There is a key or a tone in what was mixed last, which is clamped.
    pub(super) is_clamped: bool,
    /// How loud the treatment makes it in this tick.
    pub(super) gains: Gains,
    /// The last tick in which a room mixed it, and in which it became another one: at another rate,
    /// or otherwise treated.
    mixed: u64,
    changed: u64,
}

/// The memory of a voice at some rate, to be made on the control side.
pub(crate) fn frames_of(rate: Rate) -> Box<[i16]> {
    vec![0; (TICKS + 1) * rate.frame_samples()].into()
}

// As ports come and go.
impl Voice {
    /// A voice without memory: that of a slot that no port occupies.
    pub(super) fn none() -> Voice {
        Voice {
            frames: Box::default(),
            newest: 0,
            rate: Rate::Narrow,
            is_at_rest: false,
            begins: true,
            sounds: false,
            is_spliced: false,
            contents: [Content::Silence; TICKS],
            level: Level(0.0),
            listeners: 0,
            audience: 0,
            powers: [0.0; TICKS],
            noise: NoiseFloor::UNKNOWN,
            late: 0,
            late_min: 0,
            treatment: Treatment::default(),
            agc_powers: [0.0; TICKS + 1],
            without_rumble: WithoutRumble::SILENT,
            agc: Agc::NEW,
            is_clamped: false,
            gains: Gains::UNITY,
            mixed: super::NEVER,
            changed: super::NEVER,
        }
    }

    /// Begins to exist; what it had for a memory is left in `frames`.
    pub(super) fn begin(&mut self, rate: Rate, frames: &mut Box<[i16]>) {
        // The memory of a voice that has ended is empty, so that nothing is freed here.
        let unused = std::mem::take(&mut self.frames);
        *self = Voice { rate, frames: std::mem::replace(frames, unused), ..Voice::none() };
    }

    /// Goes on at another rate, without what was said before.
    pub(super) fn change(&mut self, tick: u64, rate: Rate, frames: &mut Box<[i16]>) {
        std::mem::swap(&mut self.frames, frames);
        self.rate = rate;
        self.changed = tick;
        self.contents = [Content::Silence; TICKS];
        self.late = self.late_min;
        self.is_spliced = false;
    }

    /// Says nothing any more; its memory is left in `frames`.
    pub(super) fn end(&mut self, frames: &mut Box<[i16]>) {
        self.contents = [Content::Silence; TICKS];
        std::mem::swap(&mut self.frames, frames);
    }
}

// As ticks go by.
impl Voice {
    /// Asks the port for the next tick, and takes note of it. Returns whether the voice takes part
    /// in the selection. An active port whose sound has died away does not.
    #[inline]
    pub(super) fn read(
        &mut self,
        tick: u64,
        body: &mut dyn Port,
        read: impl FnOnce(&mut dyn Port, &mut [i16]) -> Activity,
    ) -> bool {
        let newest = if self.newest + 1 == TICKS { 0 } else { self.newest + 1 };
        let activity = read(&mut *body, self.frame_mut(newest));
        if self.is_at_rest && activity == Activity::Silent {
            // Whatever was left in the frame is written over before it becomes the newest.
            return false;
        }
        self.newest = newest;
        self.take_note(tick, body, activity);
        self.is_at_rest = self.may_rest();
        self.is_audible()
    }

    fn take_note(&mut self, tick: u64, body: &mut dyn Port, activity: Activity) {
        let newest = self.newest;
        let wanted = self.listeners > 0 || self.audience != 0 || is_previous(self.mixed, tick);
        let power = match activity {
            Activity::Silent => {
                self.frame_mut(newest).fill(0);
                self.contents[newest] = Content::Silence;
                0.0
            }
            Activity::Active => {
                self.contents[newest] = Content::Samples;
                level::power(self.frame(newest))
            }
            Activity::Encoded { level_dbov } => {
                self.contents[newest] = Content::Encoded;
                if wanted {
                    self.decode(body);
                }
                level::power_of_dbov(level_dbov)
            }
        };
        self.follow(tick, power);
    }

    fn follow(&mut self, tick: u64, power: f32) {
        self.powers[self.newest] = power;
        self.begins = !self.sounds;
        self.sounds = power > 0.0;
        self.level.follow(power);
        self.noise.follow(power);
        self.is_spliced = false;
        if self.treatment.gain {
            self.follow_gain(tick, power);
        }
        if self.late > self.late_min {
            self.catch_up(tick);
        }
    }

    /// While anything is clamped, the gain control goes by the tick that was mixed last, of which that
    /// is known: a key says nothing of how loud someone talks.
    fn follow_gain(&mut self, tick: u64, power: f32) {
        let newest = self.newest;
        self.agc_powers.rotate_right(1);
        let is_speech = self.noise.is_exceeded();
        self.agc_powers[0] = if self.contents[newest] == Content::Samples {
            let samples = self.rate.frame_samples();
            let frame = &self.frames[newest * samples..][..samples];
            self.without_rumble.of_speech(frame, f32::from, power, is_speech)
        } else {
            power
        };
        let may_clamp = self.treatment.dtmf_clamp || self.treatment.tone_clamp;
        let power = self.agc_powers[if may_clamp { self.late_min + 1 } else { 0 }];
        let is_clamped = self.is_clamped && is_previous(self.mixed, tick);
        self.gains = self.agc.follow(power, is_speech && !is_clamped);
    }

    /// Whether a silent tick would change nothing here.
    fn may_rest(&self) -> bool {
        self.contents == [Content::Silence; TICKS]
            && self.level.is_silent()
            && !self.noise.is_exceeded()
            && !self.is_spliced
            && self.late == self.late_min
            && (!self.treatment.gain || self.agc.is_at_rest())
    }

    /// What rooms ask to be done to it has changed. Who is being heard and needs more delay now is
    /// heard again for as long: 40 ms are repeated, without a jump.
    pub(super) fn treat(&mut self, tick: u64, treatment: Treatment) {
        if treatment != self.treatment {
            (self.treatment, self.changed) = (treatment, tick);
            self.is_at_rest = false;
        }
        self.late_min = treatment.lookahead();
        if self.late >= self.late_min {
            return;
        }
        if self.mixed == tick || is_previous(self.mixed, tick) {
            let (from, to) = (self.before(self.late), self.before(self.late_min));
            self.splice(from, to);
        }
        self.late = self.late_min;
    }

    /// Decodes what is still encoded, the oldest first.
    pub(super) fn decode(&mut self, body: &mut dyn Port) {
        for age in (0..TICKS).rev() {
            let index = self.before(age);
            if self.contents[index] == Content::Encoded {
                body.decode(age, self.frame_mut(index));
                self.contents[index] = Content::Samples;
            }
        }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// The newest tick, if it holds anything.
    pub(super) fn newest(&self) -> Option<&[i16]> {
        (self.contents[self.newest] == Content::Samples).then(|| self.frame(self.newest))
    }

    /// The tick that rooms mix.
    pub(super) fn in_rooms(&self) -> &[i16] {
        self.frame(if self.is_spliced { TICKS } else { self.before(self.late) })
    }

    /// The tick that was read so many ticks ago.
    pub(super) fn ago(&self, ticks: usize) -> &[i16] {
        self.frame(self.before(ticks))
    }

    /// Whether a room that mixes it no longer still has something to fade out.
    pub(super) fn is_left_by(&self, tick: u64) -> bool {
        self.is_in_rooms() || self.is_changed(tick)
    }

    /// Whether it does not go on where it was in the last tick.
    pub(super) fn is_changed(&self, tick: u64) -> bool {
        self.changed == tick
    }

    /// By how many ticks rooms hear it late.
    pub(super) fn late(&self) -> usize {
        self.late
    }

    /// What any room asks to be done to it.
    pub(super) fn treatment(&self) -> Treatment {
        self.treatment
    }

    /// Whether that holds anything.
    pub(super) fn is_in_rooms(&self) -> bool {
        self.contents[self.before(self.late)] != Content::Silence
    }

    fn is_audible(&self) -> bool {
        (self.contents[self.newest] != Content::Silence || self.is_in_rooms())
            && !self.level.is_silent()
    }

    /// Whether it is more than the noise on its line.
    pub(super) fn speaks(&self) -> bool {
        self.noise.is_exceeded()
    }

    /// A room mixes it in this tick, for the first time or not. `since` is the tick in which it began
    /// to speak into that room: what was said before that, muted perhaps, is not for the room.
    pub(super) fn enter(&mut self, tick: u64, since: u64) {
        let in_a_room = self.mixed == tick || is_previous(self.mixed, tick);
        if !in_a_room && !self.begins {
            let allowed = usize::try_from(tick - since).unwrap_or(usize::MAX).min(PRE_ROLL);
            let held = |ticks: &usize| self.contents[self.before(*ticks)] != Content::Silence;
            self.late = (1..=allowed).take_while(held).count().max(self.late_min);
        }
        self.mixed = tick;
    }

    /// Leaves a tick out where that is not noticed: where there is nothing but noise, for a soft sound
    /// may be the beginning of a word. Nobody hears a voice that is in no mix, so that
    /// it catches up at once.
    fn catch_up(&mut self, tick: u64) {
        let (dropped, next) = (self.before(self.late), self.before(self.late - 1));
        if !is_previous(self.mixed, tick) {
            self.late = self.late_min;
        } else if [dropped, next].iter().all(|tick| self.noise.covers(self.powers[*tick])) {
            self.splice(dropped, next);
            self.late -= 1;
        }
    }

    fn splice(&mut self, dropped: usize, next: usize) {
        let samples = self.rate.frame_samples();
        let (ticks, splice) = self.frames.split_at_mut(TICKS * samples);
        splice.copy_from_slice(&ticks[next * samples..][..samples]);
        cross_fade(&ticks[dropped * samples..][..samples], splice);
        self.is_spliced = true;
    }

    fn before(&self, ticks: usize) -> usize {
        // Divisions cost more than all else that a silent tick takes.
        if self.newest >= ticks { self.newest - ticks } else { self.newest + TICKS - ticks }
    }

    fn frame(&self, index: usize) -> &[i16] {
        let samples = self.rate.frame_samples();
        &self.frames[index * samples..][..samples]
    }

    #[inline]
    fn frame_mut(&mut self, index: usize) -> &mut [i16] {
        let samples = self.rate.frame_samples();
        &mut self.frames[index * samples..][..samples]
    }
}
