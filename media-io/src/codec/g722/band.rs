//! One half of the band: adaptive differential coding (ITU-T G.722, 3.2 to 3.6; blocks 2 to 4 of
//! section 6). The encoder and the decoder run the same predictor over the same differences, so
//! that both expect the same. Names in parentheses are the recommendation's.

use super::filter::saturate;

/// What tells the lower half from the upper one.
pub(super) struct Half {
    /// Quantized differences in units of the scale, by step (QM4, QM2).
    levels: &'static [i32],
    /// How the logarithm of the scale changes with each step (WL by RL42, WH by RH2).
    changes: &'static [i32],
    /// Largest logarithm of the scale.
    log_scale_max: i32,
    /// Which power of two the logarithm 0 stands for.
    shift: i32,
    /// The scale in the beginning.
    scale: i32,
}

/// From 0 to 4 kHz. The predictor sees four of the six bits.
pub(super) static LOW: Half = Half {
    levels: &[
        0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584,
        1200, 0,
    ],
    changes: &[-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60],
    log_scale_max: 18_432,
    shift: 8,
    scale: 32,
};

/// From 4 to 8 kHz.
pub(super) static HIGH: Half = Half {
    levels: &[-7408, -1616, 7408, 1616],
    changes: &[798, -214, 798, -214],
    log_scale_max: 22_528,
    shift: 10,
    scale: 8,
};

/// Powers of two between 1/2 and 1, in 32 steps (ILB).
const POWERS: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];

/// Zeros of the predictor.
const ZEROS: usize = 6;

/// Bounds of the second pole and of the sum of both, so that the filter is stable.
const SECOND_POLE_MAX: i32 = 12_288;
const POLES_MAX: i32 = 15_360;

/// Predicts the next sample and adapts to how far it was off.
#[derive(Clone)]
pub(super) struct Predictor {
    /// What is expected next (S), and the part of it that comes from the zeros (SZ).
    expected: i32,
    from_zeros: i32,
    /// The last differences, the newest first (D), and the weights of the zeros (B).
    differences: [i32; ZEROS],
    zeros: [i32; ZEROS],
    /// The last samples, the newest first (R), and the weights of the poles (A).
    samples: [i32; 2],
    poles: [i32; 2],
    /// The last samples without the poles' part (P).
    partial: [i32; 2],
    /// Logarithm of the scale (NB) and the scale (DET).
    log_scale: i32,
    scale: i32,
}

impl Predictor {
    pub(super) fn new(half: &Half) -> Predictor {
        Predictor {
            expected: 0,
            from_zeros: 0,
            differences: [0; ZEROS],
            zeros: [0; ZEROS],
            samples: [0; 2],
            poles: [0; 2],
            partial: [0; 2],
            log_scale: 0,
            scale: half.scale,
        }
    }

    pub(super) fn scale(&self) -> i32 {
        self.scale
    }

    /// How far a sample is off (SUBTRA).
    pub(super) fn difference(&self, sample: i32) -> i32 {
        saturate(sample - self.expected)
    }

    /// The sample that is so far off, in units of the scale (RECONS, LIMIT).
    pub(super) fn reconstruct(&self, level: i32) -> i32 {
        (self.expected + self.scaled(level)).clamp(-16_384, 16_383)
    }

    /// Takes the step that was coded and looks ahead to the next sample.
    pub(super) fn adapt(&mut self, half: &Half, step: usize) {
        let difference = self.scaled(half.levels[step]);
        let sample = saturate(self.expected + difference);
        let partial = saturate(self.from_zeros + difference);
        self.adapt_scale(half, step);
        self.adapt_poles(partial);
        self.adapt_zeros(difference);
        self.differences.copy_within(..ZEROS - 1, 1);
        self.differences[0] = difference;
        self.samples = [sample, self.samples[0]];
        self.partial = [partial, self.partial[0]];
        self.predict();
    }

    fn scaled(&self, level: i32) -> i32 {
        (self.scale * level) >> 15
    }

    /// LOGSCL and SCALEL, LOGSCH and SCALEH.
    fn adapt_scale(&mut self, half: &Half, step: usize) {
        let changed = ((self.log_scale * 127) >> 7) + half.changes[step];
        self.log_scale = changed.clamp(0, half.log_scale_max);
        let power = POWERS[((self.log_scale >> 6) & 31) as usize];
        let down = half.shift - (self.log_scale >> 11);
        let scale = if down < 0 { power << -down } else { power >> down };
        self.scale = scale << 2;
    }

    /// UPPOL2 and UPPOL1.
    fn adapt_poles(&mut self, partial: i32) {
        let [first, second] = self.poles;
        let with_first = same_sign(partial, self.partial[0]);
        let with_second = same_sign(partial, self.partial[1]);
        let four_times = saturate(first << 2);
        let pull = if with_first { -four_times } else { four_times };
        let push = if with_second { 128 } else { -128 };
        let second = ((pull.min(32_767) >> 7) + push + ((second * 32_512) >> 15))
            .clamp(-SECOND_POLE_MAX, SECOND_POLE_MAX);
        let push = if with_first { 192 } else { -192 };
        let bound = saturate(POLES_MAX - second);
        let first = saturate(push + ((first * 32_640) >> 15)).clamp(-bound, bound);
        self.poles = [first, second];
    }

    /// UPZERO.
    fn adapt_zeros(&mut self, difference: i32) {
        let push = if difference == 0 { 0 } else { 128 };
        for (weight, &past) in self.zeros.iter_mut().zip(&self.differences) {
            let push = if same_sign(past, difference) { push } else { -push };
            *weight = saturate(push + ((*weight * 32_640) >> 15));
        }
    }

    /// FILTEP, FILTEZ and PREDIC.
    fn predict(&mut self) {
        let weigh = |weight: i32, past: i32| (weight * saturate(2 * past)) >> 15;
        let from_poles =
            saturate(weigh(self.poles[0], self.samples[0]) + weigh(self.poles[1], self.samples[1]));
        let zeros = self.zeros.iter().zip(&self.differences);
        self.from_zeros = saturate(zeros.map(|(&weight, &past)| weigh(weight, past)).sum());
        self.expected = saturate(from_poles + self.from_zeros);
    }
}

/// Zero counts as positive.
fn same_sign(a: i32, b: i32) -> bool {
    (a < 0) == (b < 0)
}

/// The lower half's quantizer.
pub(super) mod low {
    /// Decision levels in units of the scale (Q6).
    const DECISIONS: [i32; 29] = [
        35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940,
        1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
    ];

    /// Codes of the negative intervals, the smallest first (ILN).
    const NEGATIVE: [u8; 30] = [
        63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11,
        10, 9, 8, 7, 6, 5, 4,
    ];

    /// Codes of the positive intervals, the smallest first (ILP).
    const POSITIVE: [u8; 30] = [
        61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39,
        38, 37, 36, 35, 34, 33, 32,
    ];

    /// Quantized differences in units of the scale, by code (QM6).
    const LEVELS: [i32; 64] = [
        -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192,
        -10232, -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168,
        -2776, -2400, -2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512,
        12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576,
        3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
    ];

    /// The code of a difference (QUANTL).
    pub(in super::super) fn quantize(difference: i32, scale: i32) -> u8 {
        let magnitude = if difference < 0 { !difference } else { difference };
        let beyond = |decision: &&i32| magnitude >= (**decision * scale) >> 12;
        let interval = DECISIONS.iter().take_while(beyond).count();
        if difference < 0 { NEGATIVE[interval] } else { POSITIVE[interval] }
    }

    pub(in super::super) fn level(code: u8) -> i32 {
        LEVELS[usize::from(code)]
    }

    /// What the predictor sees of a code.
    pub(in super::super) fn step(code: u8) -> usize {
        usize::from(code >> 2)
    }
}

/// The upper half's quantizer.
pub(super) mod high {
    use super::HIGH;

    /// The one decision level, in units of the scale (Q2).
    const DECISION: i32 = 564;

    /// The code of a difference (QUANTH).
    pub(in super::super) fn quantize(difference: i32, scale: i32) -> u8 {
        let magnitude = if difference < 0 { !difference } else { difference };
        let large = magnitude >= (DECISION * scale) >> 12;
        match (difference < 0, large) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => 3,
        }
    }

    pub(in super::super) fn level(code: usize) -> i32 {
        HIGH.levels[code]
    }
}
