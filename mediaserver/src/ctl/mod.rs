//! `mediaserver ctl`: an application server at the prompt.
//!
//! Each run connects, asks for one thing and leaves. What it creates belongs to whoever may use the
//! plain listener, so the next run finds it, provided it comes within `mscp.grace-seconds`. Results
//! go to standard output, bare, so that `conference=$(mediaserver ctl create)` works; complaints go
//! to standard error.
//!
//! | file | verbs |
//! |---|---|
//! | `conference` | `create`, `destroy`, `join`, `unjoin`, `hangup` |
//! | `dialog` | `play`, `prepare`, `start`, `stop` |
//! | `record` | `record`, `recording`, `monitor` |
//! | `show` | `list`, `watch`, `capabilities` |
//! | `send` | `send` |

mod conference;
mod dialog;
mod record;
mod send;
mod show;
mod table;

use std::fmt::Display;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use mscp_proto::Response;

use crate::cli::{CtlArgs, CtlVerb, environment};
use crate::client::{Client, ClientError, Notifications};
use crate::exit;

/// Why a verb did not do what it should.
#[derive(Debug, thiserror::Error)]
enum CtlError {
    /// The server refused, or was not to be had.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What was started ended abnormally.
    #[error("{0}")]
    Ended(String),
    /// What was given makes no sense here.
    #[error("{0}")]
    Usage(String),
    /// The server answered with something that is no answer to the question.
    #[error("the media server answered {0}")]
    Unexpected(String),
    /// Nobody reads our output any more, or nothing can interrupt us.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// An open channel, for the length of one verb.
struct Session {
    client: Client,
    notifications: Notifications,
}

impl Session {
    async fn open(servers: &[SocketAddr]) -> Result<Session, CtlError> {
        let (client, notifications) = first_that_answers(servers, Client::connect).await?;
        Ok(Session { client, notifications })
    }
}

/// Does what the verb says. Exit code 0 when it was done, 1 when the server refused, 2 when there
/// is no server or no sense in the question.
#[must_use]
pub fn ctl(args: CtlArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(args)),
        Err(error) => return exit::fail(format!("cannot start the runtime: {error}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // `ctl list | head` is no failure.
        Err(CtlError::System(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error @ (CtlError::Client(ClientError::Refused(_)) | CtlError::Ended(_))) => {
            exit::refuse(error)
        }
        Err(error) => exit::fail(error),
    }
}

async fn run(args: CtlArgs) -> Result<(), CtlError> {
    let (server, origin) = args.server(environment());
    let servers = addresses(&server, origin).await?;
    let session = || Session::open(&servers);
    match args.verb {
        CtlVerb::Create { nbest } => session().await?.create(nbest).await,
        CtlVerb::Destroy { conference } => session().await?.destroy(conference).await,
        CtlVerb::Join { id1, id2, direction, mediapreferred } => {
            session().await?.join(id1, id2, direction, mediapreferred).await
        }
        CtlVerb::Unjoin { id1, id2 } => session().await?.unjoin(id1, id2).await,
        CtlVerb::Hangup { connection } => session().await?.hang_up(connection).await,
        CtlVerb::Play { id, src, no_wait } => session().await?.play(id, &src, no_wait).await,
        CtlVerb::Prepare { src, on } => session().await?.prepare(&src, on).await,
        CtlVerb::Start { dialog, on, no_wait } => session().await?.start(dialog, on, no_wait).await,
        CtlVerb::Stop { dialog, immediate } => session().await?.stop(dialog, immediate).await,
        CtlVerb::Record { id, file, layout, rate, max_seconds, no_wait } => {
            let wanted = record::Wanted { id, file, layout, rate, max_seconds };
            session().await?.record(wanted, no_wait).await
        }
        CtlVerb::Recording { action, recording } => {
            session().await?.control_recording(action, recording).await
        }
        CtlVerb::Monitor { conference, talk } => session().await?.monitor(conference, talk).await,
        CtlVerb::List => session().await?.list().await,
        CtlVerb::Watch => session().await?.watch().await,
        CtlVerb::Capabilities => session().await?.capabilities().await,
        CtlVerb::Send { file } => send::send(&servers, &file).await,
    }
}

/// Every address of `server`, `host:port`.
async fn addresses(server: &str, origin: &str) -> Result<Vec<SocketAddr>, CtlError> {
    let unknown = |why| CtlError::Usage(format!("{origin}: {server:?}: {why}"));
    let found =
        tokio::net::lookup_host(server).await.map_err(|error| unknown(error.to_string()))?;
    let addresses: Vec<SocketAddr> = found.collect();
    match addresses.is_empty() {
        true => Err(unknown("no address is known for this host".to_owned())),
        false => Ok(addresses),
    }
}

/// A name may stand for addresses at which nobody listens, such as that of IPv6.
async fn first_that_answers<T>(
    servers: &[SocketAddr],
    connect: impl AsyncFn(SocketAddr) -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let mut outcome = Err(ClientError::Closed);
    for &server in servers {
        outcome = connect(server).await;
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Prints one line of result.
fn say(line: impl Display) -> Result<(), CtlError> {
    Ok(writeln!(io::stdout().lock(), "{line}")?)
}

fn unexpected(response: &Response) -> CtlError {
    CtlError::Unexpected(format!("{response:?}"))
}
