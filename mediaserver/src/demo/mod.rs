//! `mediaserver demo`: the newcomer's first minute.
//!
//! Everything runs in this process, and everything is real: the media server on loopback, an
//! application server that commands it over MSCP, and three callers with SIP calls and RTP. Who
//! hears whom is measured in the audio that arrives at each of them. Whoever calls in besides, with
//! any SIP phone, hears them and is heard.
//!
//! ```text
//!   callers ──SIP, RTP──▶ media server ◀──MSCP── application
//!   voice, mark           (Server)               chime, score
//!      │ track                                      │ screen
//!      └────────▶ ear ──▶ findings ──▶ summary ◀────┘
//! ```

mod application;
mod caller;
mod chime;
mod ear;
mod findings;
mod mark;
mod opening;
mod score;
mod screen;
mod summary;
mod track;
mod voice;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use media_io::wav::Recorder;
use mixer::port::SAMPLE_RATE_HZ;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::DemoArgs;
use crate::client::ClientError;
use crate::{exit, logging};

use application::{Application, Guest};
use caller::{Caller, Phones, Take};
use findings::Findings;
use opening::Opening;
pub use opening::softphone_line;
use score::Players;
use screen::{Screen, Style};
use track::Track;
use voice::CAST;

/// Samples in a second.
const RATE_HZ: usize = SAMPLE_RATE_HZ as usize;

/// Samples in a packet: 20 ms.
const FRAME: usize = RATE_HZ / 50;

/// How long the server may take to come to rest.
const REST: Duration = Duration::from_secs(1);

/// Why there is no demonstration, or why it failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct DemoError(String);

impl DemoError {
    fn new(what: impl Into<String>) -> DemoError {
        DemoError(what.into())
    }
}

impl From<ClientError> for DemoError {
    fn from(error: ClientError) -> DemoError {
        DemoError::new(format!("a request failed: {error}"))
    }
}

/// Shows it all. Exit code 0 when everybody heard whom he should have, 1 when not, 2 when it could
/// not begin.
#[must_use]
pub fn demo(args: &DemoArgs) -> ExitCode {
    let config = match opening::configuration(args) {
        Ok(config) => config,
        Err(error) => return exit::fail(error),
    };
    if let Err(error) = logging::init(&config.log) {
        return exit::fail(error);
    }
    // Created now: better no demonstration than one whose recording cannot be kept.
    let file = match File::create(&args.out) {
        Ok(file) => file,
        Err(error) => return exit::fail(format!("cannot write {}: {error}", args.out.display())),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return exit::fail(format!("cannot start the runtime: {error}")),
    };
    runtime.block_on(async {
        match opening::open(args).await {
            Ok(opening) => show(args, opening, file).await,
            Err(error) => exit::fail(error),
        }
    })
}

async fn show(args: &DemoArgs, opening: Opening, file: File) -> ExitCode {
    // From here on Ctrl-C ends the conversation, and what was measured is still told.
    let interrupt = match signal(SignalKind::interrupt()) {
        Ok(interrupt) => interrupt,
        Err(error) => return exit::fail(format!("cannot wait for Ctrl-C: {error}")),
    };
    let screen = Screen::new();
    introduce(&screen, args, &opening);
    let faults = match perform(args, &opening, &screen, interrupt, file).await {
        Ok(faults) => faults,
        Err(error) => vec![error.to_string()],
    };
    opening.server.drain(REST).await;
    if faults.is_empty() {
        return ExitCode::SUCCESS;
    }
    screen.line("");
    exit::refuse(faults.join("\n"))
}

/// The demonstration itself; what was not as it should have been.
async fn perform(
    args: &DemoArgs,
    opening: &Opening,
    screen: &Screen,
    interrupt: Signal,
    file: File,
) -> Result<Vec<String>, DemoError> {
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let mut application = Application::start(opening.server.mscp, screen.clone()).await?;
    let mut phones = Phones::new(opening.media_ip, opening.sip).await?;
    let names = CAST.map(|who| who.name);
    screen.note(&format!("{}, {} and {} call", names[0], names[1], names[2]));
    let mut callers = Vec::new();
    for who in CAST {
        callers.push(phones.dial(who).await?);
    }
    application.gather(&names).await?;
    screen.note("A chime welcomes them");
    let welcome = application.welcome().await?;
    let interrupted = converse(&application, &callers, screen, interrupt, end).await?;
    let why = if interrupted { "Interrupted" } else { "The time is up" };
    screen.note(&format!("{why}: everybody hangs up"));
    // Asked while the guests are still there.
    let state = opening.server.state().await;
    let room = application.room();
    let takes = phones.hang_up(callers).await;
    application.close().await?;

    let guests: Vec<_> = room.guests.values().map(Guest::stay).collect();
    let findings = Findings::new(&takes, welcome, &guests);
    summary::print(screen, &findings);
    for engine in &opening.server.metrics.engines {
        summary::print_ticks(screen, engine);
    }
    summary::print_guests(screen, &room, state.as_ref());
    let mut faults = room.faults;
    faults.extend(findings.faults());
    faults.extend(record(screen, &args.out, file, &takes).err());
    Ok(faults)
}

/// Lets the callers talk until the end, or until Ctrl-C: then true.
async fn converse(
    application: &Application,
    callers: &[Caller],
    screen: &Screen,
    mut interrupt: Signal,
    end: Instant,
) -> Result<bool, DemoError> {
    screen.note("They take turns");
    let time = end.saturating_duration_since(Instant::now());
    let mut players = Players::new(application, callers, screen, time);
    tokio::select! {
        played = players.play(end) => played.map(|()| false),
        _ = interrupt.recv() => Ok(true),
    }
}

fn introduce(screen: &Screen, args: &DemoArgs, opening: &Opening) {
    let title = "Antiphon: a media server, an application server and three callers in one process";
    screen.line(&screen.paint(Style::Bold, title));
    screen.line("");
    let sip = opening.sip;
    let say = |label: &str, text: &str| {
        let label = screen.paint(Style::Bold, &format!("{label:8}"));
        screen.line(&format!("  {label}{text}"));
    };
    let call = format!("sip:room@{sip} with any SIP phone in the next {} s, such as", args.seconds);
    say("call", &call);
    say("", &screen.paint(Style::Cyan, &opening::softphone_line(sip)));
    say("see", &format!("http://{}/", opening.server.http));
    let server = opening.server.mscp;
    say("drive", &screen.paint(Style::Cyan, &format!("mediaserver ctl --mscp {server} list")));
    for note in &opening.notes {
        say("note", note);
    }
    screen.line("");
}

/// Writes what the first caller heard.
fn record(screen: &Screen, path: &Path, file: File, takes: &[Take]) -> Result<(), String> {
    let Some(heard) = takes.first().map(|take| &take.heard.track) else { return Ok(()) };
    write(file, heard).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    summary::print_recording(screen, path, heard.duration());
    Ok(())
}

fn write(file: File, track: &Track) -> Result<(), media_io::wav::RecordError> {
    let mut recorder = Recorder::new(BufWriter::new(file), SAMPLE_RATE_HZ)?;
    recorder.write(&track.samples)?;
    recorder.finish()
}

/// Samples in so many milliseconds.
fn milliseconds(milliseconds: u64) -> usize {
    usize::try_from(milliseconds).unwrap_or(usize::MAX).saturating_mul(RATE_HZ / 1_000)
}
