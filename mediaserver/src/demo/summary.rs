//! What the newcomer reads at the end.

use std::path::Path;
use std::time::Duration;

use super::findings::{Findings, Row};
use super::screen::{Screen, Style};
use super::voice::CAST;
use crate::control::State;
use crate::metrics::EngineMetrics;

use super::application::Room;

/// Width of a cell of the table.
const CELL: usize = 12;

/// Width of what stands before a value.
const LABEL: usize = 12;

/// What arrives below this is silence.
const SILENCE_DB: f64 = -80.0;

/// Prints the table and the figures.
pub(super) fn print(screen: &Screen, findings: &Findings) {
    screen.line("");
    let heads: String = CAST.iter().map(|who| format!("{:>CELL$}", who.name)).collect();
    let head = format!("  {:LABEL$}{heads}", "heard by");
    screen.line(&screen.paint(Style::Bold, &head));
    for row in &findings.rows {
        screen.line(&line(screen, row));
    }
    let mut meaning = "  in dB relative to how it left; · is silence".to_owned();
    if findings.is_accompanied() {
        meaning.push_str("; ? cannot be told, because a guest was there");
    }
    screen.line(&screen.paint(Style::Dim, &meaning));
    screen.line("");
    figure(screen, "delay", &delay(findings));
    figure(
        screen,
        "packets",
        &format!(
            "{} sent by the callers, {} received, {} lost on the way to them",
            thousands(findings.packets_sent),
            thousands(findings.packets_received),
            findings.packets_lost
        ),
    );
}

/// Prints how the engine did.
pub(super) fn print_ticks(screen: &Screen, engine: &EngineMetrics) {
    let ticks = &engine.tick_seconds;
    let count = ticks.count();
    let mean = ticks.sum().as_secs_f64() / (count.max(1) as f64);
    let p99 = ticks.quantile(0.99).map_or_else(|| "?".to_owned(), milliseconds);
    let text = format!(
        "{} of 20 ms: mean {}, 99 of 100 below {p99}, longest {}, {} late",
        thousands(count),
        milliseconds(Duration::from_secs_f64(mean)),
        milliseconds(ticks.max()),
        engine.late_ticks.get(),
    );
    figure(screen, "ticks", &text);
}

/// Prints who called in besides, and what the server got of him.
pub(super) fn print_guests(screen: &Screen, room: &Room, state: Option<&State>) {
    for (id, guest) in &room.guests {
        let connection = state.and_then(|state| {
            state.connections.iter().find(|connection| connection.id == id.as_str())
        });
        let (from, to) = guest.stay();
        let seconds = to.saturating_duration_since(from).as_secs_f64();
        let told = match connection {
            Some(there) => format!(
                "{}: in the room for {seconds:.1} s, {} packets received, {} lost",
                guest.from,
                thousands(there.packets_received),
                there.packets_lost
            ),
            None => format!("{}: in the room for {seconds:.1} s", guest.from),
        };
        figure(screen, "guest", &told);
    }
}

/// Prints where the recording is.
pub(super) fn print_recording(screen: &Screen, path: &Path, duration: Duration) {
    let seconds = duration.as_secs_f64();
    let listener = CAST[0].name;
    let text = format!("{}: the {seconds:.1} s that {listener} heard", path.display());
    figure(screen, "recording", &text);
}

fn figure(screen: &Screen, label: &str, text: &str) {
    let label = screen.paint(Style::Bold, &format!("{label:LABEL$}"));
    screen.line(&format!("  {label}{text}"));
}

fn line(screen: &Screen, row: &Row) -> String {
    let gains = row.gains_db.iter().enumerate();
    let cells: String =
        gains.map(|(listener, gain)| screen.paint(style(row, listener), &cell(*gain))).collect();
    format!("  {:LABEL$}{cells}", row.what)
}

fn style(row: &Row, listener: usize) -> Style {
    match row.gains_db.get(listener) {
        _ if row.fault(listener).is_some() => Style::Red,
        Some(Some(gain)) if *gain > SILENCE_DB => Style::Green,
        _ => Style::Dim,
    }
}

fn cell(gain_db: Option<f64>) -> String {
    let text = match gain_db {
        // A tiny negative number would be printed as -0.0.
        Some(gain) if gain.abs() < 0.05 => "0.0 dB".to_owned(),
        Some(gain) if gain > SILENCE_DB => format!("{gain:+.1} dB"),
        Some(_) => "·".to_owned(),
        None => "?".to_owned(),
    };
    format!("{text:>CELL$}")
}

fn delay(findings: &Findings) -> String {
    let (Some(least), Some(middle), Some(most)) =
        (findings.delay(0.0), findings.delay(0.5), findings.delay(1.0))
    else {
        return "not measured".to_owned();
    };
    format!(
        "{:.0} ms from mouth to ear, median of {} marks ({:.0} to {:.0})",
        1_000.0 * middle.as_secs_f64(),
        findings.delays.len(),
        1_000.0 * least.as_secs_f64(),
        1_000.0 * most.as_secs_f64(),
    )
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", 1_000.0 * duration.as_secs_f64())
}

/// `12,345`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::thousands(number), text);
        }
    }
}
