//! Replays the corpus of a fuzz target without a fuzzer. The crates that have one share this file
//! by its path (`tests/fuzz_corpus.rs` of each), because none of them may depend on another.

use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::panic::{self, AssertUnwindSafe};

/// Names the seed of the mutations of an earlier run, which is printed when it fails.
const SEED: &str = "FUZZ_SEED";

/// Spoilt copies made of each input.
const MUTATIONS: u32 = 200;

/// Places at which a copy is spoilt, at most.
const PLACES_MAX: u64 = 8;

/// Inputs that a corpus has at least.
const INPUTS_MIN: usize = 5;

/// Each input of `<crate_folder>/fuzz/corpus/<target>` whole, cut short at every byte, and spoilt at
/// random: a fuzzer would try that first.
pub(crate) fn replay(crate_folder: &str, target: &str, body: fn(&[u8])) {
    let folder = format!("{crate_folder}/fuzz/corpus/{target}");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut inputs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() >= INPUTS_MIN, "the corpus of {target} is missing");
    let seed = std::env::var(SEED).map_or_else(|_| any_seed(), |seed| seed.parse().unwrap());
    let mut random = Random(seed);
    for path in inputs {
        let input = std::fs::read(&path).unwrap();
        (0..=input.len()).for_each(|end| body(&input[..end]));
        for _ in 0..MUTATIONS {
            let spoilt = random.spoil(&input);
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| body(&spoilt)));
            let hex = || {
                spoilt.iter().fold(String::new(), |mut hex, byte| {
                    let _ = write!(hex, "{byte:02x}");
                    hex
                })
            };
            assert!(outcome.is_ok(), "{SEED}={seed}, {}, spoilt: {}", path.display(), hex());
        }
    }
}

fn any_seed() -> u64 {
    RandomState::new().hash_one(0)
}

/// SplitMix64, so that no crate needs more than the standard library to replay its corpus.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// Bytes overwritten, taken out and put in at a few places.
    fn spoil(&mut self, input: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(PLACES_MAX) {
            let place = self.below(bytes.len() as u64 + 1) as usize;
            let byte = self.below(256) as u8;
            match self.below(3) {
                0 => bytes.insert(place, byte),
                1 if place < bytes.len() => drop(bytes.remove(place)),
                _ => bytes.iter_mut().skip(place).take(1).for_each(|old| *old = byte),
            }
        }
        bytes
    }
}
