//! `duration.datatype`: CSS2 times such as `20s`, `1500ms` and `.5s` (4.8).

use std::time::Duration;

/// Digits of a second that a [`Duration`] keeps.
const NANO_DIGITS: usize = 9;

/// Reads `(\+)?([0-9]*\.)?[0-9]+(ms|s)`; `None` if it is not one or exceeds a [`Duration`].
///
/// Digits beyond the nanosecond are cut off.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (number, is_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, true),
        None => (text.strip_suffix('s')?, false),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let last = fraction.unwrap_or(whole);
    if last.is_empty() || !(whole.bytes().chain(last.bytes())).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let nanos = nanos_of(fraction.unwrap_or(""))?;
    if is_ms {
        Duration::from_millis(whole).checked_add(Duration::from_nanos(nanos / 1000))
    } else {
        Some(Duration::new(whole, u32::try_from(nanos).ok()?))
    }
}

/// Decimals of a second as nanoseconds.
fn nanos_of(fraction: &str) -> Option<u64> {
    let kept = fraction.get(..fraction.len().min(NANO_DIGITS))?;
    format!("{kept:0<NANO_DIGITS$}").parse().ok()
}

/// Writes the shortest exact form.
pub(crate) fn format_duration(duration: Duration) -> String {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    if nanos == 0 {
        return format!("{seconds}s");
    }
    if nanos % 1_000_000 == 0 {
        return format!("{}ms", duration.as_millis());
    }
    let decimals = format!("{nanos:09}");
    format!("{seconds}.{}s", decimals.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_what_the_pattern_allows() {
        for (text, nanos) in [
            ("0s", 0),
            ("20s", 20_000_000_000),
            ("+1500ms", 1_500_000_000),
            (".5s", 500_000_000),
            ("1.25s", 1_250_000_000),
            ("0.5ms", 500_000),
            ("1.0000000001s", 1_000_000_000),
        ] {
            assert_eq!(parse_duration(text), Some(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "s",
            "ms",
            "20",
            "-1s",
            "1.s",
            ".s",
            "1 s",
            "1m",
            "++1s",
            "1e3s",
            "99999999999999999999s",
            "١s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for nanos in [0, 1, 999, 1_000_000, 1_500_000_000, 20_000_000_000, 1_000_000_001] {
            let duration = Duration::from_nanos(nanos);
            assert_eq!(parse_duration(&format_duration(duration)), Some(duration));
        }
    }
}
