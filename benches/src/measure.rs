//! The clock, and a line of the table.

use std::time::{Duration, Instant};

/// Ticks measured for each line.
const TICKS: usize = 500;

/// Ticks before that: fades end, caches fill.
const WARM_UP: usize = 50;

/// Runs `tick` often and prints how long one run takes.
pub(crate) fn line(name: &str, mut tick: impl FnMut()) {
    for _ in 0..WARM_UP {
        tick();
    }
    let mut times: Vec<Duration> = (0..TICKS)
        .map(|_| {
            let start = Instant::now();
            tick();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let micros = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e6);
    let (fastest, median) = (micros(times.first()), micros(times.get(TICKS / 2)));
    println!("{name:<44}{fastest:>12.1}{median:>12.1}");
}
