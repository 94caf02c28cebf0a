//! The windowed sinc that both resamplers are cut from.

/// A low-pass filter's impulse response `x` samples from its middle: a sinc whose half-amplitude
/// frequency is `cutoff` times Nyquist's, under a Kaiser window that ends at `half_width`.
/// Its sum over whole numbers is 1, as near as the window lets it.
pub(super) fn kernel(x: f64, cutoff: f64, half_width: f64, beta: f64) -> f64 {
    cutoff * sinc(cutoff * x) * kaiser(x / half_width, beta)
}

fn sinc(x: f64) -> f64 {
    let angle = std::f64::consts::PI * x;
    if angle == 0.0 { 1.0 } else { angle.sin() / angle }
}

/// The window at `position`, from -1 to 1.
fn kaiser(position: f64, beta: f64) -> f64 {
    let inside = (1.0 - position * position).max(0.0).sqrt();
    bessel_i0(beta * inside) / bessel_i0(beta)
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    const TERMS: u32 = 32;
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..=TERMS {
        term *= quarter / f64::from(n * n);
        sum += term;
    }
    sum
}

/// Products summed at a time.
pub(super) const LANES: usize = 16;

/// Sums the products in lanes: the order of float additions is fixed by the language, and one long
/// chain would keep the compiler from using vector registers. What is over after a whole number of
/// [`LANES`] is left out, so both lengths are a multiple of it.
pub(super) fn dot(samples: &[f32], taps: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for (samples, taps) in samples.as_chunks::<LANES>().0.iter().zip(taps.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += samples[lane] * taps[lane];
        }
    }
    sums.iter().sum()
}
