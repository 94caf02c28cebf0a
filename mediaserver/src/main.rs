//! The `mediaserver` binary.

fn main() {}
