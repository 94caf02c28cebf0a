//! The command line: `mediaserver serve | demo | ctl | check`.
//!
//! Flags that set a key of the configuration stay text here and are read by the key itself, so that a
//! bad value reads the same from a flag, a variable and a file.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Config, ConfigError, Written, keys};

/// A media server that is driven by messages: SIP brings calls, MSCP says what becomes of them.
#[derive(Debug, Parser)]
#[command(name = "mediaserver", version, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server until SIGTERM or SIGINT.
    Serve(ServeArgs),
    /// Show everything in one process on loopback: three callers talk, and you may call in.
    Demo(DemoArgs),
    /// Command a running server from the prompt, as an application server would.
    Ctl(CtlArgs),
    /// Validate a configuration or an MSCP message and say where it is wrong.
    Check(CheckArgs),
}

/// `mediaserver serve`.
#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// The configuration file, TOML; also in the variable MEDIASERVER_CONFIG.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[arg(long, value_name = "ADDR:PORT", help = keys::SIP_LISTEN.about)]
    sip: Option<String>,

    #[arg(long, value_name = "ADDR:PORT", help = keys::MSCP_LISTEN.about)]
    mscp: Option<String>,

    #[arg(long, value_name = "ADDR:PORT", help = keys::HTTP_LISTEN.about)]
    http: Option<String>,

    #[arg(long, value_name = "LOW-HIGH", help = keys::MEDIA_RTP_PORTS.about)]
    rtp_ports: Option<String>,

    #[arg(long, value_name = "IP", help = keys::MEDIA_IP.about)]
    media_ip: Option<String>,

    #[arg(long, value_name = "LEVEL", help = keys::LOG_LEVEL.about)]
    log: Option<String>,

    #[arg(long, value_name = "text|json", help = keys::LOG_FORMAT.about)]
    log_format: Option<String>,
}

impl ServeArgs {
    /// The configuration from file, environment and flags; `variables` as from [`environment`].
    ///
    /// # Errors
    /// The file cannot be read, or something is set to what it cannot be.
    pub fn configuration(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let variables: Vec<_> = variables.into_iter().collect();
        let named = variables.iter().find(|(name, _)| name == Written::FILE_VARIABLE);
        let file = self.config.clone().or_else(|| named.map(|(_, path)| PathBuf::from(path)));
        let file = match file {
            Some(path) => Written::from_file(&path)?,
            None => Written::default(),
        };
        let written =
            file.overlaid_with(Written::from_environment(variables)).overlaid_with(self.flags());
        Config::resolve(&written)
    }

    fn flags(&self) -> Written {
        let mut written = Written::default();
        written.set_flag(&keys::SIP_LISTEN, self.sip.as_deref());
        written.set_flag(&keys::MSCP_LISTEN, self.mscp.as_deref());
        written.set_flag(&keys::HTTP_LISTEN, self.http.as_deref());
        written.set_flag(&keys::MEDIA_RTP_PORTS, self.rtp_ports.as_deref());
        written.set_flag(&keys::MEDIA_IP, self.media_ip.as_deref());
        written.set_flag(&keys::LOG_LEVEL, self.log.as_deref());
        written.set_flag(&keys::LOG_FORMAT, self.log_format.as_deref());
        written
    }
}

/// The environment of this process. A variable that is not UTF-8 is none of ours and is left out;
/// [`std::env::vars`] would panic over it.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// `mediaserver demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// How long the demonstration lasts, in seconds; the summary follows. Ctrl-C ends it sooner.
    #[arg(long, value_name = "SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(8..=600))]
    pub seconds: u64,

    /// Where to write what one caller hears, as a WAV file.
    #[arg(long, value_name = "FILE", default_value = "antiphon-demo.wav")]
    pub out: PathBuf,

    /// Where to call in with a SIP phone [default: 127.0.0.1:5060, or a free port].
    #[arg(long, value_name = "ADDR:PORT")]
    pub sip: Option<SocketAddr>,

    /// Where the page with the rooms is served [default: 127.0.0.1:8080, or a free port].
    #[arg(long, value_name = "ADDR:PORT")]
    pub http: Option<SocketAddr>,

    /// Where application servers connect, `mediaserver ctl` for one [default: a free port].
    #[arg(long, value_name = "ADDR:PORT")]
    pub mscp: Option<SocketAddr>,

    /// The address that phones send their media to [default: that of --sip].
    #[arg(long, value_name = "IP")]
    pub media_ip: Option<IpAddr>,

    /// What is logged to standard error.
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    pub log: String,
}

/// `mediaserver ctl`.
///
/// Exit code 0: done. 1: the server refused, for the reason printed. 2: no server, or no sense.
#[derive(Debug, Args)]
pub struct CtlArgs {
    /// The MSCP address of the server; also in the variable MEDIASERVER_MSCP
    /// [default: 127.0.0.1:32416].
    #[arg(long, value_name = "HOST:PORT", global = true)]
    pub mscp: Option<String>,

    /// What to ask for.
    #[command(subcommand)]
    pub verb: CtlVerb,
}

impl CtlArgs {
    /// Where the server is, `host:port`, and what says so; `variables` as from [`environment`].
    pub fn server(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> (String, &'static str) {
        let key = &keys::MSCP_LISTEN;
        if let Some(server) = &self.mscp {
            return (server.clone(), "--mscp");
        }
        match variables.into_iter().find(|(name, _)| name == key.variable) {
            Some((_, server)) => (server, key.variable),
            None => (key.default.trim_matches('"').to_owned(), key.name),
        }
    }
}

/// What `mediaserver ctl` asks the server for.
#[derive(Debug, Subcommand)]
pub enum CtlVerb {
    /// Create a conference and print its id.
    Create {
        /// Mix only the loudest so many; 0 mixes all.
        #[arg(long, value_name = "N", default_value_t = 0)]
        nbest: u32,
    },
    /// Destroy a conference.
    Destroy {
        /// The conference.
        conference: String,
    },
    /// Join two of: connection, conference, dialog. Joining a pair again changes its direction.
    Join {
        /// One of them.
        id1: String,
        /// The other.
        id2: String,
        /// Which way the audio flows.
        #[arg(long, value_enum, default_value_t = Direction::Both)]
        direction: Direction,
        /// Is always mixed, however quiet, in a conference of the loudest.
        #[arg(long)]
        mediapreferred: bool,
    },
    /// Separate what was joined.
    Unjoin {
        /// One of them.
        id1: String,
        /// The other.
        id2: String,
    },
    /// Play a recording to a connection or a conference, and wait until it is over.
    Play {
        /// The connection or conference.
        id: String,
        /// The recording: a URI, or the path of a WAV, MP3, FLAC or Opus file here, which is sent along.
        src: String,
        /// Print the id of the dialog and return while it plays.
        #[arg(long)]
        no_wait: bool,
    },
    /// Prepare a recording to be played later, and print the id of the dialog.
    Prepare {
        /// The recording: a URI, or the path of a WAV, MP3, FLAC or Opus file here, which is sent along.
        src: String,
        /// The connection or conference it is for; without one, any.
        #[arg(long, value_name = "ID")]
        on: Option<String>,
    },
    /// Play what was prepared.
    Start {
        /// The dialog.
        dialog: String,
        /// The connection or conference, unless it was named when the dialog was prepared.
        #[arg(long, value_name = "ID")]
        on: Option<String>,
        /// Return while it plays.
        #[arg(long)]
        no_wait: bool,
    },
    /// End a dialog.
    Stop {
        /// The dialog.
        dialog: String,
        /// Without a notification of its end.
        #[arg(long)]
        immediate: bool,
    },
    /// Record a conference or a connection to a file of the server, until it is stopped or interrupted.
    Record {
        /// The connection or conference.
        id: String,
        /// Name of the file in the server's folder for recordings; it ends in .wav, .opus or .ogg.
        file: String,
        /// Which channels and files.
        #[arg(long, value_enum, default_value_t = Layout::Mono)]
        layout: Layout,
        /// Sampling rate in Hz: 8000, 16000 or 48000 [default: that of what is recorded].
        #[arg(long, value_name = "HZ")]
        rate: Option<u32>,
        /// Length at most.
        #[arg(long, value_name = "SECONDS")]
        max_seconds: Option<u32>,
        /// Print the name of the recording and return while it goes on.
        #[arg(long)]
        no_wait: bool,
    },
    /// Hear a conference on the sound card of the server; without one, hear none any more.
    Monitor {
        /// The conference.
        conference: Option<String>,
        /// Talk into it through the card's microphone.
        #[arg(long)]
        talk: bool,
    },
    /// Pause, resume or stop a recording.
    Recording {
        /// What is to be done.
        #[arg(value_enum)]
        action: Action,
        /// The recording.
        recording: String,
    },
    /// End a call.
    Hangup {
        /// The connection.
        connection: String,
    },
    /// Show conferences, connections, dialogs and what is joined to what.
    List,
    /// Print calls that come and go, and what was kept while nobody was there, until interrupted.
    Watch,
    /// Show what the server can do.
    Capabilities,
    /// Send a document as it is, and print the answer.
    Send {
        /// The document: XML, whose root is <mscp>. `-` reads standard input.
        file: PathBuf,
    },
}

/// Which way audio flows in a join (draft, section 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// Both ways.
    Both,
    /// From the first to the second.
    Receive,
    /// From the second to the first.
    Transmit,
}

/// Which channels and files a recording has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// One channel: all of a conference, or both sides of a connection.
    Mono,
    /// Two channels: what a caller says, what it hears.
    Stereo,
    /// One channel: what a caller says.
    In,
    /// A file for each speaker of a conference.
    Tracks,
}

/// What is to become of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Action {
    /// Cut out what follows.
    Pause,
    /// Go on after that.
    Resume,
    /// End it.
    Stop,
}

/// `mediaserver check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A TOML configuration or an MSCP message.
    pub file: PathBuf,
}
