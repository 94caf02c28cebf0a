//! The clock, and a line of the table.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Measurements for each line.
const MEASUREMENTS: usize = 300;

/// Runs before the first one: fades end, caches fill.
const WARM_UP: usize = 50;

/// How long a measurement takes at least, so that reading the clock, some 0.3 µs, is nothing beside
/// it.
const LONG_ENOUGH: Duration = Duration::from_micros(100);

/// Prints the names of the columns.
pub(crate) fn head(of: &str) {
    println!("\n{of:<60}{:>12}{:>12}", "fastest, µs", "median, µs");
}

/// Runs `tick` often and prints how long one run takes.
pub(crate) fn line(name: &str, mut tick: impl FnMut()) {
    for _ in 0..WARM_UP {
        tick();
    }
    let once = time(1, &mut tick).max(Duration::from_nanos(1));
    let runs = 1 + LONG_ENOUGH.as_nanos() / once.as_nanos();
    let runs = u32::try_from(runs).unwrap_or(u32::MAX);
    let mut times: Vec<Duration> = (0..MEASUREMENTS).map(|_| time(runs, &mut tick)).collect();
    times.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(runs);
    let (fastest, median) = (micros(times[0]), micros(times[MEASUREMENTS / 2]));
    println!("{name:<60}{fastest:>12.2}{median:>12.2}");
}

/// How long this thread was on a processor for so many runs. What others did meanwhile is left out,
/// but not that they shared its caches and units.
fn time(runs: u32, tick: &mut impl FnMut()) -> Duration {
    let start = now();
    for _ in 0..runs {
        tick();
    }
    now().saturating_sub(start)
}

fn now() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}
