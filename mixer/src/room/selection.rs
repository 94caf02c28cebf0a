//! Choosing the loudest. A pure function over candidates; the order in which they come does not
//! matter.

use super::Policy;
use crate::signal::level::Level;
use crate::topology::Treatment;

/// How much louder than an incumbent a newcomer must be to take its place, in power: 3 dB.
const HYSTERESIS: f32 = 2.0;

/// How long a place is kept against others who speak: 200 ms. A louder one who must wait for it
/// finds another place free, or was itself not there a moment ago.
pub(crate) const HOLD_TICKS: u64 = 10;

/// So many are chosen in a single pass, even if each candidate came before all others so far.
const FEW: usize = 16;

/// Someone who makes a sound and can be heard in a room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// The port's slot, if it is one of this engine's.
    pub(crate) origin: u32,
    /// Which guest it is, if it is a port of another engine.
    pub(crate) guest: u32,
    /// Who it is that speaks: a number of its own for each port of any engine.
    pub(crate) key: u32,
    /// How loud.
    pub(crate) level: Level,
    /// Is more than the noise on its line.
    pub(crate) speaks: bool,
    /// Was chosen in the last tick.
    pub(crate) incumbent: bool,
    /// Was first chosen less than [`HOLD_TICKS`] ago.
    pub(crate) held: bool,
    /// Is always in, and not counted.
    pub(crate) preferred: bool,
    /// Has the floor of a room that is managed by hand.
    pub(crate) has_floor: bool,
    /// The tick in which it began to speak into its room.
    pub(crate) since: u64,
    /// What is to be done to what it says.
    pub(crate) treatment: Treatment,
    /// The stream the candidate came by, for the caller's use.
    pub(crate) stream: u32,
}

impl Candidate {
    fn score(&self) -> f32 {
        if self.incumbent { self.level.0 * HYSTERESIS } else { self.level.0 }
    }

    /// Lower ones come first: preferred ones, then those who speak, of those the ones that have just
    /// come, then by loudness, then by key. As numbers, because there may be thousands to compare:
    /// the bits of floats that are not negative are in their order.
    fn place(&self) -> (u64, u32) {
        let flags = [self.preferred, self.speaks, self.held];
        let flags = flags.into_iter().fold(0, |bits, flag| bits << 1 | u64::from(flag));
        (!(flags << 32 | u64::from(self.score().to_bits())), self.key)
    }
}

/// Puts the chosen candidates in front and returns how many they are. Linear in the number of
/// candidates, and does not allocate.
pub(crate) fn choose(policy: Policy, candidates: &mut [Candidate]) -> usize {
    match policy {
        Policy::NBest(0) => candidates.len(),
        Policy::NBest(n) => choose_loudest(usize::from(n), candidates),
        Policy::Manual => choose_named(candidates),
    }
}

fn choose_named(candidates: &mut [Candidate]) -> usize {
    let mut chosen = 0;
    for index in 0..candidates.len() {
        if candidates[index].has_floor || candidates[index].preferred {
            candidates.swap(chosen, index);
            chosen += 1;
        }
    }
    chosen
}

fn choose_loudest(n: usize, candidates: &mut [Candidate]) -> usize {
    let preferred = candidates.iter().filter(|candidate| candidate.preferred).count();
    let chosen = preferred + n;
    if chosen >= candidates.len() {
        return candidates.len();
    }
    if chosen <= FEW {
        choose_few(chosen, candidates);
    } else {
        candidates.select_nth_unstable_by_key(chosen, Candidate::place);
    }
    chosen
}

/// Goes through the candidates once, with the last of those chosen so far at hand. Hardly any comes
/// before it, so hardly ever a new last one has to be found.
fn choose_few(chosen: usize, candidates: &mut [Candidate]) {
    let (front, others) = candidates.split_at_mut(chosen);
    let mut last = last_of(front);
    for other in others {
        if other.place() < last.0 {
            std::mem::swap(other, &mut front[last.1]);
            last = last_of(front);
        }
    }
}

/// The one that comes after all others, and where it is.
fn last_of(candidates: &[Candidate]) -> ((u64, u32), usize) {
    let places = candidates.iter().enumerate().map(|(index, candidate)| (candidate.place(), index));
    places.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(origin: u32, level: f32) -> Candidate {
        let level = Level(level);
        Candidate {
            origin,
            guest: u32::MAX,
            key: origin,
            level,
            speaks: true,
            incumbent: false,
            held: false,
            preferred: false,
            has_floor: false,
            since: 0,
            treatment: Treatment::default(),
            stream: 0,
        }
    }

    fn chosen(policy: Policy, mut candidates: Vec<Candidate>) -> Vec<u32> {
        let count = choose(policy, &mut candidates);
        let mut origins: Vec<u32> = candidates[..count].iter().map(|c| c.origin).collect();
        origins.sort_unstable();
        origins
    }

    #[test]
    fn the_loudest_are_chosen() {
        let candidates = (0..8).map(|i| candidate(i, (i * 37 % 8) as f32)).collect();
        assert_eq!(chosen(Policy::NBest(3), candidates), [1, 3, 6]);
    }

    #[test]
    fn zero_means_everyone() {
        let candidates = (0..8).map(|i| candidate(i, i as f32)).collect();
        assert_eq!(chosen(Policy::NBest(0), candidates).len(), 8);
    }

    #[test]
    fn ties_go_to_the_lower_key() {
        let candidates = [5, 2, 9, 4].map(|i| candidate(i, 1.0)).to_vec();
        assert_eq!(chosen(Policy::NBest(2), candidates), [2, 4]);
    }

    #[test]
    fn an_incumbent_stays_until_someone_is_3_db_louder() {
        let incumbent = Candidate { incumbent: true, ..candidate(7, 100.0) };
        assert_eq!(chosen(Policy::NBest(1), vec![candidate(1, 199.0), incumbent]), [7]);
        assert_eq!(chosen(Policy::NBest(1), vec![candidate(1, 201.0), incumbent]), [1]);
    }

    #[test]
    fn preferred_ones_are_in_and_not_counted() {
        let preferred = Candidate { preferred: true, ..candidate(0, 0.5) };
        let candidates = vec![candidate(1, 10.0), candidate(2, 20.0), preferred];
        assert_eq!(chosen(Policy::NBest(1), candidates), [0, 2]);
    }

    #[test]
    fn any_number_is_chosen_as_by_sorting() {
        let mut seed = 1_u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for round in 0..500 {
            let count = 1 + random(60);
            // Few levels, so that there are ties.
            let mut random_one = |origin| Candidate {
                speaks: random(3) > 0,
                incumbent: random(4) == 0,
                held: random(8) == 0,
                preferred: random(10) == 0,
                ..candidate(origin, random(6) as f32)
            };
            let candidates: Vec<Candidate> = (0..count).map(&mut random_one).collect();
            let mut sorted = candidates.clone();
            sorted.sort_by(|a, b| {
                let flags = |c: &Candidate| (c.preferred, c.speaks, c.held);
                flags(b)
                    .cmp(&flags(a))
                    .then(b.score().total_cmp(&a.score()))
                    .then(a.key.cmp(&b.key))
            });
            let preferred = candidates.iter().filter(|c| c.preferred).count();
            for n in [1, 3, FEW as u16, 40] {
                let expected = (preferred + usize::from(n)).min(candidates.len());
                let mut expected: Vec<u32> = sorted[..expected].iter().map(|c| c.origin).collect();
                expected.sort_unstable();
                let chosen = chosen(Policy::NBest(n), candidates.clone());
                assert_eq!(chosen, expected, "n = {n} in round {round}");
            }
        }
    }
}
