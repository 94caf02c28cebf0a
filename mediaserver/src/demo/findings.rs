//! What was measured: who heard whom, how late, and what got lost.

use std::time::{Duration, Instant};

use super::caller::{Kind, Take, Turn};
use super::track::playing_time;
use super::voice::CAST;
use super::{chime, ear, mark};

/// How long after a turn its last syllable may still arrive; before the next turn begins.
const LATEST: Duration = Duration::from_millis(190);

/// Who should be heard is, when he arrives as loud as he left within so many dB.
const HEARD_DB: f64 = 3.0;

/// Who should not be heard is not, when less than this arrives.
const UNHEARD_DB: f64 = -40.0;

/// A row of the table: somebody speaks, and how much of it arrives at each of the callers, in dB.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) what: String,
    /// `None` where there is nothing to measure, or where a guest may have been heard instead.
    pub(super) gains_db: [Option<f64>; CAST.len()],
    expected: [bool; CAST.len()],
    /// A guest was in the room, and what he says adds to what is measured.
    accompanied: bool,
}

/// From when to when.
pub(super) type Span = (Instant, Instant);

/// Everything measured.
#[derive(Clone, Debug)]
pub(super) struct Findings {
    pub(super) rows: Vec<Row>,
    /// One-way delays of all marks that were found, in order of size.
    pub(super) delays: Vec<Duration>,
    pub(super) packets_sent: u64,
    pub(super) packets_received: u64,
    pub(super) packets_lost: u64,
}

impl Findings {
    /// Measures what the callers, in the order of the cast, said and heard. `welcome` is when the
    /// chime sounded, `guests` are the stays of those whose voices are not known.
    pub(super) fn new(takes: &[Take], welcome: Span, guests: &[Span]) -> Findings {
        let mut rows = vec![chime_row(takes, welcome, guests)];
        for kind in [Kind::Solo, Kind::Muted] {
            rows.extend((0..CAST.len()).filter_map(|speaker| row(takes, speaker, kind, guests)));
        }
        let mut delays: Vec<Duration> = takes.iter().flat_map(|take| delays(take, takes)).collect();
        delays.sort();
        Findings {
            rows,
            delays,
            packets_sent: takes.iter().map(|take| take.packets_sent).sum(),
            packets_received: takes.iter().map(|take| take.heard.packets).sum(),
            packets_lost: takes.iter().map(|take| take.heard.lost()).sum(),
        }
    }

    /// Whether somewhere a guest made it impossible to tell silence.
    pub(super) fn is_accompanied(&self) -> bool {
        self.rows.iter().any(|row| row.accompanied)
    }

    /// Everything that is not as it should be, one line each.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self.rows.iter().flat_map(Row::faults).collect();
        if self.delays.is_empty() && self.rows.len() > 1 {
            faults.push("no mark of a turn arrived, so there is no delay to tell".to_owned());
        }
        faults
    }

    /// The delay below which this share of the marks arrived.
    pub(super) fn delay(&self, share: f64) -> Option<Duration> {
        let last = self.delays.len().checked_sub(1)?;
        self.delays.get((share * last as f64).round() as usize).copied()
    }
}

impl Row {
    fn new(
        what: String,
        accompanied: bool,
        expected: [bool; CAST.len()],
        gain: impl Fn(usize) -> Option<f64>,
    ) -> Row {
        let gain = |index: usize| {
            let tellable = !accompanied || expected.get(index) == Some(&true);
            tellable.then(|| gain(index)).flatten()
        };
        Row { what, gains_db: std::array::from_fn(gain), expected, accompanied }
    }

    /// What is wrong with what arrived at one of the callers, if something is.
    pub(super) fn fault(&self, listener: usize) -> Option<String> {
        let who = CAST.get(listener)?.name;
        let (gain, expected) = ((*self.gains_db.get(listener)?)?, *self.expected.get(listener)?);
        // What a guest says may be added to what is measured, never taken away.
        let too_loud = gain > HEARD_DB && !self.accompanied;
        let should = match expected {
            true if gain.is_nan() || gain < -HEARD_DB || too_loud => "should have heard",
            false if gain > UNHEARD_DB => "should not have heard",
            true | false => return None,
        };
        Some(format!("{who} {should} {}, which arrived at {gain:.1} dB", self.what))
    }

    fn faults(&self) -> impl Iterator<Item = String> + '_ {
        (0..CAST.len()).filter_map(|listener| self.fault(listener))
    }
}

fn chime_row(takes: &[Take], welcome: Span, guests: &[Span]) -> Row {
    let sent = chime::samples();
    let (from, to) = (welcome.0, welcome.1 + LATEST);
    let gain = |index: usize| {
        let (_, heard) = takes.get(index)?.heard.track.between(from, to);
        Some(ear::gain_db(&sent, heard, &chime::BELLS_HZ))
    };
    let accompanied = guests.iter().any(|guest| overlap(*guest, (from, to)));
    Row::new("the chime".to_owned(), accompanied, [true; CAST.len()], gain)
}

/// What arrived of one speaker's turns of one kind; `None` when there was no such turn. Turns that no
/// guest could disturb are preferred.
fn row(takes: &[Take], speaker: usize, kind: Kind, guests: &[Span]) -> Option<Row> {
    let who = CAST.get(speaker)?;
    let said = takes.get(speaker)?;
    let turns: Vec<&Turn> = complete(said).filter(|turn| turn.kind == kind).collect();
    let alone = |turn: &&Turn| {
        span(said, turn).is_some_and(|span| !guests.iter().any(|guest| overlap(*guest, span)))
    };
    let undisturbed: Vec<&Turn> = turns.iter().copied().filter(alone).collect();
    let accompanied = undisturbed.is_empty();
    let turns = if accompanied { turns } else { undisturbed };
    if turns.is_empty() {
        return None;
    }
    let gain = |index: usize| {
        let listener = takes.get(index)?;
        let (mut sent, mut heard) = (0.0, 0.0);
        for turn in &turns {
            let (from, to) = span(said, turn)?;
            let (_, arrived) = listener.heard.track.between(from, to);
            sent += ear::energy(spoken(said, turn), &who.pitches_hz);
            heard += ear::energy(arrived, &who.pitches_hz);
        }
        Some(10.0 * (heard / sent).log10())
    };
    let what = match kind {
        Kind::Muted => format!("{}, muted", who.name),
        Kind::Solo | Kind::Together => who.name.to_owned(),
    };
    let expected = std::array::from_fn(|index| kind == Kind::Solo && index != speaker);
    Some(Row::new(what, accompanied, expected, gain))
}

/// Turns that were spoken to their end.
fn complete(take: &Take) -> impl Iterator<Item = &Turn> {
    let said = take.said.samples.len();
    take.turns.iter().filter(move |turn| turn.start + turn.length <= said)
}

fn spoken<'a>(take: &'a Take, turn: &Turn) -> &'a [i16] {
    take.said.samples.get(turn.start..turn.start + turn.length).unwrap_or_default()
}

/// When a turn was spoken and on its way.
fn span(said: &Take, turn: &Turn) -> Option<Span> {
    let from = said.said.time_of(turn.start)?;
    Some((from, from + playing_time(turn.length) + LATEST))
}

fn overlap(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

/// From mouth to ear: from when the mark's first sample left its caller with its packet, to when it
/// arrived at another.
fn delays<'a>(said: &'a Take, takes: &'a [Take]) -> impl Iterator<Item = Duration> + 'a {
    complete(said).filter(|turn| turn.kind == Kind::Solo).flat_map(move |turn| {
        let listeners = takes.iter().filter(move |other| !std::ptr::eq(*other, said));
        listeners.filter_map(move |listener| {
            let left = said.said.time_of(turn.start)?;
            let track = &listener.heard.track;
            // After the turn comes the next mark, which would fit as well.
            let (start, piece) = track.between(left, left + playing_time(turn.length));
            let arrived = track.time_of(start + mark::find(piece)?)?;
            Some(arrived.saturating_duration_since(left))
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::FRAME;
    use super::super::track::{Track, frame_time};
    use super::super::voice::Voice;
    use super::*;

    /// Frames from mouth to ear.
    const DELAY: usize = 3;

    /// A conference on paper: each speaks a turn, one after the other, and hears what `hears` says he
    /// does, as many times as loud.
    fn meeting(hears: impl Fn(usize, usize) -> i16) -> (Vec<Take>, Span, Instant) {
        let begin = Instant::now();
        let mut sounds = vec![chime::samples()];
        sounds.extend(CAST.map(|who| Voice::new(who).turn(8_000)));
        let slot = 12_000;
        let take = |listener: usize| {
            let mut said = vec![0; slot * sounds.len()];
            let mut heard = vec![0; slot * sounds.len() + DELAY * FRAME];
            for (index, sound) in sounds.iter().enumerate() {
                let at = index * slot;
                // The first sound is the chime, which nobody says and everybody hears.
                let factor = index.checked_sub(1).map_or(1, |speaker| hears(speaker, listener));
                if index == listener + 1 {
                    said[at..at + sound.len()].copy_from_slice(sound);
                }
                let arrived = &mut heard[at + DELAY * FRAME..][..sound.len()];
                arrived.iter_mut().zip(sound).for_each(|(to, from)| *to = from * factor);
            }
            let length = sounds[listener + 1].len();
            let turn = Turn { kind: Kind::Solo, start: (listener + 1) * slot, length };
            let mut take = Take { said: track(&said, begin), turns: vec![turn], ..Take::default() };
            take.heard.track = track(&heard, begin);
            take
        };
        let end = begin + playing_time(slot * sounds.len());
        ((0..CAST.len()).map(take).collect(), (begin, begin + playing_time(slot / 2)), end)
    }

    fn track(samples: &[i16], begin: Instant) -> Track {
        let mut track = Track::default();
        for (index, frame) in (0_u32..).zip(samples.chunks(FRAME)) {
            track.push(frame, begin + frame_time() * index);
        }
        track
    }

    fn others(speaker: usize, listener: usize) -> i16 {
        i16::from(speaker != listener)
    }

    #[test]
    fn a_good_meeting_has_no_fault_and_its_delay() {
        let (takes, welcome, _) = meeting(others);
        let findings = Findings::new(&takes, welcome, &[]);
        assert_eq!(findings.faults(), Vec::<String>::new());
        assert_eq!(findings.delays, vec![frame_time() * DELAY as u32; 6]);
    }

    #[test]
    fn who_is_deaf_hears_himself_or_hears_too_much_is_found_out() {
        let deaf = |speaker, listener| if listener == 2 { 0 } else { others(speaker, listener) };
        let echo = |_, _| 1;
        let loud = |speaker, listener| 2 * others(speaker, listener);
        let faults_of = |hears: &dyn Fn(usize, usize) -> i16| {
            let (takes, welcome, _) = meeting(hears);
            Findings::new(&takes, welcome, &[]).faults()
        };
        let deaf = faults_of(&deaf);
        assert_eq!(deaf.len(), 2, "{deaf:?}");
        assert!(deaf[0].starts_with("Carla should have heard Anna"), "{deaf:?}");
        let echo = faults_of(&echo);
        assert_eq!(echo.len(), 3, "{echo:?}");
        assert!(echo[1].starts_with("Ben should not have heard Ben"), "{echo:?}");
        assert_eq!(faults_of(&loud).len(), 6);
    }

    #[test]
    fn with_a_guest_in_the_room_silence_cannot_be_told() {
        let (takes, welcome, end) = meeting(|_, _| 1);
        let findings = Findings::new(&takes, welcome, &[(welcome.0, end)]);
        assert!(findings.is_accompanied());
        assert_eq!(findings.faults(), Vec::<String>::new());
        assert_eq!(findings.rows[1].gains_db[0], None);
        assert!(findings.rows[1].gains_db[1].unwrap().abs() < 0.1);
    }
}
