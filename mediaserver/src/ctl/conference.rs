//! `create`, `destroy`, `join`, `unjoin`, `hangup`.

use mscp_proto::conference::{
    AudioMixingPolicy, CreateConference, DestroyConference, Join, Unjoin,
};
use mscp_proto::extension::{ExtensionRequest, Hangup};
use mscp_proto::id::{ConferenceId, ConnectionId, ParticipantId};
use mscp_proto::shared::{self, Streams};
use mscp_proto::{Request, Response};

use super::{CtlError, Session, say, unexpected};
use crate::cli::Direction;

impl Session {
    pub(super) async fn create(self, nbest: u32) -> Result<(), CtlError> {
        let request = CreateConference {
            audiomixingpolicy: AudioMixingPolicy::NBest(nbest),
            ..CreateConference::default()
        };
        match self.client.request(Request::CreateConference(request)).await? {
            Response::ConferenceCreated(created) => say(created.conferenceid),
            other => Err(unexpected(&other)),
        }
    }

    pub(super) async fn destroy(self, conference: String) -> Result<(), CtlError> {
        let request = DestroyConference { conferenceid: ConferenceId::new(conference) };
        let response = self.client.request(Request::DestroyConference(request)).await?;
        match response {
            Response::ConferenceDestroyed(gone) => say(format!("destroyed {}", gone.conferenceid)),
            other => Err(unexpected(&other)),
        }
    }

    pub(super) async fn join(
        self,
        id1: String,
        id2: String,
        direction: Direction,
        mediapreferred: bool,
    ) -> Result<(), CtlError> {
        let (id1, id2) = (ParticipantId::new(id1), ParticipantId::new(id2));
        let (streams, arrow) = match direction {
            Direction::Both => (shared::Direction::Both, "<->"),
            Direction::Receive => (shared::Direction::Receive, "-->"),
            Direction::Transmit => (shared::Direction::Transmit, "<--"),
        };
        let streams = Streams::audio_only(streams);
        let request = Join { mediapreferred, streams, ..Join::new(id1, id2) };
        match self.client.request(Request::Join(request)).await? {
            Response::ConferenceJoined(joined) => {
                say(format!("joined {} {arrow} {}", joined.id1, joined.id2))
            }
            other => Err(unexpected(&other)),
        }
    }

    pub(super) async fn unjoin(self, id1: String, id2: String) -> Result<(), CtlError> {
        let request = Unjoin { id1: ParticipantId::new(id1), id2: ParticipantId::new(id2) };
        match self.client.request(Request::Unjoin(request)).await? {
            Response::ConferenceUnjoined(parted) => {
                say(format!("unjoined {} and {}", parted.id1, parted.id2))
            }
            other => Err(unexpected(&other)),
        }
    }

    pub(super) async fn hang_up(self, connection: String) -> Result<(), CtlError> {
        let hangup = Hangup { connectionid: ConnectionId::new(connection) };
        let shown = hangup.connectionid.clone();
        self.client.request(Request::Extension(ExtensionRequest::Hangup(hangup))).await?;
        say(format!("hung up {shown}"))
    }
}
