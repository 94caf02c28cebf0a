//! Whether what a caller hears comes evenly: no gap in the sequence, timestamps that advance by what
//! a packet holds, and 20 ms between packets.

use std::time::Duration;

use super::caller::Heard;
use super::tools::figure;

/// Time between packets, in milliseconds.
const SPACING_MS: f64 = 20.0;

/// How far the median of the spacing may lie from it, in milliseconds.
const MEDIAN_TOLERANCE_MS: f64 = 1.0;

/// Packets that may be missing at the two ends of what was heard.
const ENDS: usize = 5;

/// Asserts that `packets`, all that `listener` (a name for the message) heard in `time`, came
/// evenly.
///
/// # Panics
/// When packets are missing, do not follow one another, or come at another pace.
pub fn assert_even(listener: &str, packets: &[Heard], time: Duration) {
    let expected = (time.as_secs_f64() * 1_000.0 / SPACING_MS) as usize;
    assert!(packets.len() + ENDS >= expected, "{listener}: {} of {expected} came", packets.len());
    let mut gaps_ms = Vec::new();
    for pair in packets.windows(2) {
        assert_eq!(pair[1].ssrc, pair[0].ssrc, "{listener}: one stream throughout");
        let next = pair[0].sequence.wrapping_add(1);
        assert_eq!(pair[1].sequence, next, "{listener}: a gap in the sequence");
        let advanced = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert_eq!(advanced as usize, pair[0].samples.len(), "{listener}: a packet holds it all");
        gaps_ms.push((pair[1].at - pair[0].at).as_secs_f64() * 1_000.0);
    }
    gaps_ms.sort_by(f64::total_cmp);
    let quantile = |q: f64| gaps_ms[((gaps_ms.len() - 1) as f64 * q) as usize];
    let (low, median, high) = (quantile(0.01), quantile(0.5), quantile(0.99));
    figure(&format!(
        "pacing: {listener}, {} packets: spacing p1 {low:.2} ms, median {median:.2} ms, \
         p99 {high:.2} ms",
        packets.len()
    ));
    assert!(
        (median - SPACING_MS).abs() <= MEDIAN_TOLERANCE_MS,
        "{listener}: median {median:.2} ms"
    );
}
