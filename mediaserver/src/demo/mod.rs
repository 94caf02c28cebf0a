//! `mediaserver demo`.
use std::process::ExitCode;
use crate::cli::DemoArgs;
/// demo
#[must_use]
pub fn demo(_args: &DemoArgs) -> ExitCode { ExitCode::SUCCESS }
