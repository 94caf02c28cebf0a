//! The closed vocabulary between the control core and the shell round it.

use std::net::IpAddr;

use media_io::net::Guard;
use media_io::player::Feeder;
use media_io::recorder::Report;
use mixer::port::{PortId, Rate};
use mscp_proto::channel::Correlation;
use mscp_proto::multipart::Resources;
use mscp_proto::notification::Notification;
use mscp_proto::request::Request;
use mscp_proto::response::Response;

use super::monitor::CardEnds;
use super::prompt::Prompt;
use super::recordings::{NewRecording, RecordingKey, RecordingOrder};
use crate::metrics::CallResult;

/// Names one MSCP channel (a TCP connection) for as long as it lives; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub u64);

/// Names one fetch of a dialog document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchKey(pub u64);

/// Something that happened outside.
#[derive(Debug)]
pub enum Event {
    /// An application server connected.
    ChannelOpened {
        /// Its channel.
        channel: ChannelId,
        /// The SIP dialog that set the channel up; `None` on the plain listener.
        via: Option<sip::CallKey>,
    },
    /// A port for a transport channel, asked for with [`Output::OpenTransport`].
    TransportOpened {
        /// The SIP dialog that sets the channel up.
        call: sip::CallKey,
        /// The TCP port, or why there is none.
        result: Result<u16, String>,
    },
    /// An application server is gone.
    ChannelClosed {
        /// Its channel.
        channel: ChannelId,
        /// Notifications that were to be kept and did not reach it, in order.
        undelivered: Vec<Notification>,
    },
    /// A well-formed request, to be answered exactly once with [`Output::Respond`].
    Request {
        /// Where it came from.
        channel: ChannelId,
        /// Whom to answer.
        correlation: Correlation,
        /// What is asked.
        request: Request,
        /// Parts that came with it.
        resources: Resources,
    },
    /// A notification of an application server.
    Notified {
        /// Where it came from.
        channel: ChannelId,
        /// What it says.
        notification: Notification,
    },
    /// Something happened to a call.
    Sip(sip::Event),
    /// Sockets for a leg, asked for with [`Output::OpenMedia`].
    MediaOpened {
        /// For which port.
        port: PortId,
        /// The RTP port number, or why there is none.
        result: Result<u16, String>,
    },
    /// An [`Output::GuardMedia`] could not be carried out.
    MediaUnguarded {
        /// For which port.
        port: PortId,
    },
    /// A document, asked for with [`Output::Fetch`].
    Fetched {
        /// Which fetch.
        key: FetchKey,
        /// The decoded audio, or why there is none, in a person's words.
        result: Result<Prompt, String>,
    },
    /// A recording, asked for with [`Output::Record`], has begun or cannot.
    RecordingOpened {
        /// Which recording.
        key: RecordingKey,
        /// Whether its file is there, or why not.
        result: Result<(), String>,
    },
    /// A recording that had begun is over; its files are complete.
    RecordingEnded {
        /// Which recording.
        key: RecordingKey,
        /// What became of it.
        report: Report,
    },
    /// The sound card, asked for with [`Output::OpenSoundCard`].
    SoundCardOpened {
        /// Whether it is heard, or why not.
        result: Result<(), String>,
    },
    /// The engine has notices waiting: poll them.
    EngineNotices,
    /// No new calls from now on; the rest may end by itself (SIGTERM).
    Drain,
    /// End everything now.
    Shutdown,
}

/// Something the shell must do.
#[derive(Debug)]
pub enum Output {
    /// Answer a request.
    Respond {
        /// Where it came from.
        channel: ChannelId,
        /// Which request.
        correlation: Correlation,
        /// The answer.
        response: Response,
    },
    /// Send a notification.
    Notify {
        /// To whom.
        channel: ChannelId,
        /// What.
        notification: Notification,
        /// Whether it waits for the application server's next channel when this one ends first:
        /// not what only a watcher is told, who watches as long as its channel lives.
        kept: bool,
    },
    /// Do something to a call.
    Sip(SipCommand),
    /// Listen for the TCP connection of a transport channel and report
    /// [`Event::TransportOpened`].
    OpenTransport {
        /// The SIP dialog that sets the channel up.
        call: sip::CallKey,
        /// The only host that may connect.
        peer: IpAddr,
    },
    /// Close a channel.
    CloseChannel {
        /// Which.
        channel: ChannelId,
    },
    /// Close the port and the connection of a transport channel.
    CloseTransport {
        /// The SIP dialog that set it up.
        call: sip::CallKey,
    },
    /// Count what became of a call.
    CountCall(CallResult),
    /// Bind a pair of sockets for a leg and report [`Event::MediaOpened`].
    OpenMedia {
        /// For which port.
        port: PortId,
    },
    /// Let a leg's datagrams pass like this from now on, or report [`Event::MediaUnguarded`].
    GuardMedia {
        /// Of which port.
        port: PortId,
        /// How.
        guard: Guard,
    },
    /// Close the sockets of a leg; their numbers may be used again.
    CloseMedia {
        /// Of which port.
        port: PortId,
    },
    /// Fetch and decode a document and report [`Event::Fetched`].
    Fetch {
        /// Which fetch.
        key: FetchKey,
        /// What to fetch.
        fetch: Fetch,
        /// At which rate it will be heard.
        rate: Rate,
    },
    /// Begin a recording and report [`Event::RecordingOpened`], then at some time
    /// [`Event::RecordingEnded`].
    Record {
        /// Which recording.
        key: RecordingKey,
        /// What it begins with.
        recording: NewRecording,
    },
    /// Tell the recorder of a recording.
    TellRecorder {
        /// Which recording.
        key: RecordingKey,
        /// What.
        order: RecordingOrder,
    },
    /// Open the sound card of this machine and report [`Event::SoundCardOpened`].
    OpenSoundCard(CardEnds),
    /// Close it.
    CloseSoundCard,
    /// Decode ahead of a player from now on, until that is over.
    Feed(Feeder),
    /// A fetch whose dialog is gone: stop it, nothing is to be reported.
    CancelFetch {
        /// Which fetch.
        key: FetchKey,
    },
}

/// What a document is fetched from. It may hold a whole recording, so it is handed on, never copied.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetch {
    /// A URI: http, https, data or file.
    Uri {
        /// The URI as the request gave it.
        uri: String,
        /// `maxage` of the request, in seconds.
        max_age: Option<u64>,
        /// `maxstale` of the request, in seconds.
        max_stale: Option<u64>,
        /// Whether `method="post"` was asked for.
        post: bool,
    },
    /// Bytes that came with the request (`cid:`).
    Bytes(Vec<u8>),
}

impl Fetch {
    /// What it takes of the memory for as long as it is not fetched and decoded, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            // A `data:` URI is a recording.
            Fetch::Uri { uri, .. } => uri.len(),
            Fetch::Bytes(bytes) => bytes.len(),
        }
    }
}

/// What the control core wants done to a call.
#[derive(Clone, Debug)]
pub enum SipCommand {
    /// Answer an INVITE or re-INVITE with 200 and this session description.
    Accept {
        /// The call.
        call: sip::CallKey,
        /// The answer, or our offer.
        sdp: Vec<u8>,
    },
    /// Refuse an INVITE or re-INVITE.
    Reject {
        /// The call.
        call: sip::CallKey,
        /// With which status and why.
        rejection: sip::Rejection,
    },
    /// End the call.
    Bye {
        /// The call.
        call: sip::CallKey,
        /// For the Reason header field.
        reason: Option<String>,
    },
    /// Whether new calls are welcome; answers OPTIONS.
    SetAvailability(sip::Availability),
}
