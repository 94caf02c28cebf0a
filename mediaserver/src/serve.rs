//! `mediaserver serve`: the server until SIGTERM or SIGINT, which drain it.

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use crate::cli::{ServeArgs, environment};
use crate::config::Config;
use crate::server::Server;
use crate::{exit, logging};

/// Runs the server. Exit code 0 after a drain, 2 when it cannot start.
pub fn serve(args: &ServeArgs) -> ExitCode {
    let config = match args.configuration(environment()) {
        Ok(config) => config,
        Err(error) => return exit::fail(error),
    };
    if let Err(error) = logging::init(&config.log) {
        return exit::fail(error);
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return exit::fail(format!("cannot start the runtime: {error}")),
    };
    runtime.block_on(run(config))
}

async fn run(config: Config) -> ExitCode {
    let (grace, warnings) = (config.drain, config.warnings.clone());
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        return exit::fail("cannot wait for signals");
    };
    let server = match Server::start(config).await {
        Ok(server) => server,
        Err(error) => return exit::fail(error),
    };
    // Not before: who cannot start says why in one line.
    for warning in warnings {
        warn!("{warning}");
    }
    let name = tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    };
    info!(signal = name, grace_seconds = grace.as_secs(), "draining; once more ends at once");
    tokio::select! {
        () = server.drain(grace) => {}
        _ = terminate.recv() => warn!("ended without draining"),
        _ = interrupt.recv() => warn!("ended without draining"),
    }
    ExitCode::SUCCESS
}
