//! Random numbers from a seed that the caller hands in (SplitMix64): the same seed yields the
//! same leg. Not for keys.

/// The next number of the sequence.
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The next number, evenly distributed from 0 up to but not including 1.
pub(crate) fn unit(state: &mut u64) -> f64 {
    const BITS: u32 = f64::MANTISSA_DIGITS;
    (next(state) >> (64 - BITS)) as f64 / (1u64 << BITS) as f64
}
