//! The quadrature mirror filters that split the signal at 4 kHz and join it again (ITU-T G.722,
//! 3.1 and 4.4; blocks TXQMF and RXQMF of section 6).

/// Half the taps; the other half is the same backwards.
const TAPS: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

/// Twelve pairs of samples, the newest last.
type History = [[i32; 2]; TAPS.len()];

/// Splits the signal.
#[derive(Clone, Default)]
pub(super) struct Analysis {
    history: History,
}

impl Analysis {
    /// The next sample of the lower and of the upper half, for two samples of the whole.
    pub(super) fn split(&mut self, pair: [i16; 2]) -> (i32, i32) {
        push(&mut self.history, pair.map(i32::from));
        let (first, second) = convolve(&self.history);
        ((second + first) >> 14, (second - first) >> 14)
    }
}

/// Joins the halves.
#[derive(Default)]
pub(super) struct Synthesis {
    history: History,
}

impl Synthesis {
    /// The next two samples of the whole.
    pub(super) fn join(&mut self, low: i32, high: i32) -> [i16; 2] {
        push(&mut self.history, [low + high, low - high]);
        let (first, second) = convolve(&self.history);
        [second, first].map(|sum| saturate(sum >> 11) as i16)
    }
}

fn push(history: &mut History, pair: [i32; 2]) {
    history.copy_within(1.., 0);
    history[TAPS.len() - 1] = pair;
}

/// The sums over the first samples of the pairs and over the second ones.
fn convolve(history: &History) -> (i32, i32) {
    let (mut first, mut second) = (0, 0);
    for (index, pair) in history.iter().enumerate() {
        first += pair[0] * TAPS[index];
        second += pair[1] * TAPS[TAPS.len() - 1 - index];
    }
    (first, second)
}

/// Brings a value into 16 bits.
pub(super) fn saturate(value: i32) -> i32 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}
