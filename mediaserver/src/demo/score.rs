//! Who speaks when: a short play of turns, again and again until the time is up.

use std::time::{Duration, Instant};

use super::application::Application;
use super::caller::{Caller, Kind};
use super::screen::Screen;
use super::voice::{CAST, Voice};
use super::{DemoError, milliseconds};

/// Silence between turns: longer than the way of the last syllable to the others.
const GAP: Duration = Duration::from_millis(220);

/// A turn is at most so long, with its gap.
const SLOT_MAX: Duration = Duration::from_millis(2_200);

/// And at least so long: a mark and a syllable.
const SLOT_MIN: Duration = Duration::from_millis(500);

/// How long the last words may still be on their way.
const TAIL: Duration = Duration::from_millis(300);

/// One step of the play; numbers are places in the [`CAST`].
#[derive(Clone, Copy)]
enum Step {
    Speak(usize),
    /// The second falls into the first's word.
    Overlap(usize, usize),
    /// What is spoken by somebody who is muted.
    SpeakMuted(usize),
    Mute(usize),
    Unmute(usize),
}

/// Everybody is heard by everybody, two at once, one by nobody, and again by everybody.
const PLAY: [Step; 10] = [
    Step::Speak(0),
    Step::Speak(1),
    Step::Speak(2),
    Step::Overlap(0, 2),
    Step::Mute(1),
    Step::SpeakMuted(1),
    Step::Speak(0),
    Step::Unmute(1),
    Step::Speak(1),
    Step::Speak(2),
];

/// Steps of the play that take time.
const SLOTS: u32 = 8;

/// The callers at play.
pub(super) struct Players<'a> {
    pub(super) application: &'a Application,
    pub(super) callers: &'a [Caller],
    pub(super) screen: &'a Screen,
    voices: Vec<Voice>,
    slot: Duration,
}

impl<'a> Players<'a> {
    /// Players whose whole play fits into `time`, if it can be that short.
    pub(super) fn new(
        application: &'a Application,
        callers: &'a [Caller],
        screen: &'a Screen,
        time: Duration,
    ) -> Players<'a> {
        let slot = (time.saturating_sub(TAIL) / SLOTS).clamp(SLOT_MIN, SLOT_MAX);
        let voices = CAST.into_iter().map(Voice::new).collect();
        Players { application, callers, screen, voices, slot }
    }

    /// Plays until `end`; a turn that would not be over by then is not begun.
    pub(super) async fn play(&mut self, end: Instant) -> Result<(), DemoError> {
        let mut first = true;
        loop {
            for step in PLAY {
                if Instant::now() + self.slot + TAIL > end {
                    tokio::time::sleep_until(end.into()).await;
                    return Ok(());
                }
                self.step(step, first).await?;
            }
            first = false;
        }
    }

    async fn step(&mut self, step: Step, announced: bool) -> Result<(), DemoError> {
        if let Some(text) = describe(step).filter(|_| announced) {
            self.screen.note(&text);
        }
        match step {
            Step::Speak(who) => self.speak(who, Kind::Solo, self.slot).await,
            Step::SpeakMuted(who) => self.speak(who, Kind::Muted, self.slot).await,
            Step::Overlap(first, second) => {
                let turn = self.turn(first, self.slot);
                self.say(first, turn, Kind::Together).await;
                tokio::time::sleep(self.slot / 4).await;
                self.speak(second, Kind::Together, self.slot * 3 / 4).await;
            }
            Step::Mute(who) => self.application.let_speak(CAST[who].name, false).await?,
            Step::Unmute(who) => self.application.let_speak(CAST[who].name, true).await?,
        }
        Ok(())
    }

    /// Speaks, and waits until it has been heard.
    async fn speak(&mut self, who: usize, kind: Kind, slot: Duration) {
        let turn = self.turn(who, slot);
        self.say(who, turn, kind).await;
        tokio::time::sleep(slot).await;
    }

    async fn say(&self, who: usize, turn: Vec<i16>, kind: Kind) {
        if let Some(caller) = self.callers.get(who) {
            caller.say(turn, kind).await;
        }
    }

    fn turn(&mut self, who: usize, slot: Duration) -> Vec<i16> {
        let time = slot.saturating_sub(GAP).as_millis();
        let length = milliseconds(u64::try_from(time).unwrap_or(0));
        self.voices.get_mut(who).map(|voice| voice.turn(length)).unwrap_or_default()
    }
}

fn describe(step: Step) -> Option<String> {
    match step {
        Step::Speak(_) => None,
        Step::Overlap(a, b) => {
            Some(format!("{} and {} speak at the same time", CAST[a].name, CAST[b].name))
        }
        Step::Mute(who) => {
            Some(format!("{} is muted: hears the room, and is not heard", CAST[who].name))
        }
        Step::SpeakMuted(who) => Some(format!("{} speaks, to nobody", CAST[who].name)),
        Step::Unmute(who) => Some(format!("{} may speak again", CAST[who].name)),
    }
}
