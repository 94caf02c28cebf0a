//! What a tick of the engine costs, by the number of members and of talkers.
//!
//! `cargo run --release -p antiphon-benches` prints a table. Each figure is the fastest of many
//! ticks, because everything that disturbs a measurement makes it slower; the median beside it tells
//! how much the machine disturbs.
#![allow(clippy::print_stdout, reason = "printing is what a benchmark is for")]

mod legs;
mod measure;
mod rooms;

fn main() {
    println!("{:<44}{:>12}{:>12}", "one tick of 20 ms, µs", "fastest", "median");
    rooms::run();
    legs::run();
}
