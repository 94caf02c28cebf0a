//! The `mediaserver` binary.

use std::process::ExitCode;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

fn main() -> ExitCode {
    mediaserver::run(std::env::args_os())
}
