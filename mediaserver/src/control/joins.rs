//! `join` and `unjoin` (draft 5.3, 5.4): what is joined is looked up here, the three rules of the
//! topology are the mixer's.

use mixer::plan::Plan;
use mixer::topology::{Directions, EndPoint, JoinError, Manner, Stream, Treatment};
use mscp_proto::conference::{ConferenceJoined, ConferenceUnjoined, Join, Unjoin};
use mscp_proto::id::DialogId;
use mscp_proto::response::Response;
use mscp_proto::shared::{Direction, Streams};
use tracing::info;

use super::channels::{Identity, Subscriber};
use super::tones::Membership;
use super::{Asker, Control, Owed, Owner, members};

impl Control {
    pub(super) fn on_join(&mut self, asker: Asker, request: Join) -> Result<(), String> {
        let directions = directions_of(&request.streams)?;
        let a = self.end_point(asker.identity, request.id1.as_str())?;
        let b = self.end_point(asker.identity, request.id2.as_str())?;
        let mut plan = Plan::new();
        let torn = self
            .lay(&mut plan, (a, b), directions, &request)
            .map_err(|error| join_fault(&error, request.id1.as_str()))?;
        let Join { id1, id2, .. } = request;
        let Pair { call, conference, dialog, with } =
            self.pair([(a, id1.as_str()), (b, id2.as_str())]);
        let torn_down = torn.len();
        info!(call, conference, dialog, with, ?directions, torn_down, "joined");
        self.use_connection(&asker, id1.as_str());
        self.use_connection(&asker, id2.as_str());
        let joined = Response::ConferenceJoined(ConferenceJoined { id1, id2 });
        let mut owed = vec![Owed::Reply(asker, joined)];
        owed.extend(self.settle_torn(&mut plan, &torn));
        owed.extend(self.settle(&mut plan, members::place(a, b)));
        self.stage.submit(plan, owed);
        Ok(())
    }

    /// Lays the streams of a join; a connection's into a conference as its tones want it.
    fn lay(
        &mut self,
        plan: &mut Plan,
        (a, b): (EndPoint, EndPoint),
        directions: Directions,
        request: &Join,
    ) -> Result<Vec<Stream>, JoinError> {
        let is_connection = |place: &members::Place| {
            matches!(self.owners.get(&place.0), Some(Owner::Connection(_)))
        };
        let preferred = request.mediapreferred;
        let Some(place) = members::place(a, b).filter(is_connection) else {
            let manner = Manner::from(directions).preferred(preferred);
            return self.stage.topology.join(plan, a, b, manner);
        };
        let treatment = Treatment {
            gain: request.autoinputgain,
            dtmf_clamp: request.dtmfclamp,
            tone_clamp: request.toneclamp,
        };
        let is_levelled = request.autooutputgain;
        let to_b = matches!(directions, Directions::Both | Directions::AToB);
        let to_a = matches!(directions, Directions::Both | Directions::BToA);
        let (speaks, listens) = if a == place.0.into() { (to_b, to_a) } else { (to_a, to_b) };
        let (enter, exit) = (&request.entertone, &request.exittone);
        let membership =
            Membership { speaks, listens, preferred, treatment, is_levelled, enter, exit };
        self.join_member(plan, place, membership)
    }

    pub(super) fn on_unjoin(&mut self, asker: Asker, request: Unjoin) -> Result<(), String> {
        let Unjoin { id1, id2 } = request;
        let a = self.end_point(asker.identity, id1.as_str())?;
        let b = self.end_point(asker.identity, id2.as_str())?;
        let mut plan = Plan::new();
        self.stage
            .topology
            .unjoin(&mut plan, a, b)
            .map_err(|_| format!("{id1} and {id2} are not joined"))?;
        if let Some(place) = members::place(a, b) {
            self.leave_audience(&mut plan, place);
        }
        let Pair { call, conference, dialog, with } =
            self.pair([(a, id1.as_str()), (b, id2.as_str())]);
        info!(call, conference, dialog, with, "unjoined");
        let unjoined = Response::ConferenceUnjoined(ConferenceUnjoined { id1, id2 });
        let mut owed = vec![Owed::Reply(asker, unjoined)];
        owed.extend(self.settle(&mut plan, members::place(a, b)));
        self.stage.submit(plan, owed);
        Ok(())
    }

    /// Two end points under the names of the log's fields, so that whoever looks for a call finds
    /// what it was joined to.
    fn pair<'a>(&self, both: [(EndPoint, &'a str); 2]) -> Pair<'a> {
        let mut pair = Pair::default();
        for (end_point, id) in both {
            let is_call = matches!(end_point, EndPoint::Port(port)
                if matches!(self.owners.get(&port), Some(Owner::Connection(_))));
            let field = match end_point {
                EndPoint::Room(_) => &mut pair.conference,
                EndPoint::Port(_) if is_call => &mut pair.call,
                EndPoint::Port(_) => &mut pair.dialog,
            };
            match field {
                None => *field = Some(id),
                Some(_) => pair.with = Some(id),
            }
        }
        pair
    }

    /// What an `id1` or `id2` stands for, as far as the identity may know of it.
    fn end_point(&self, identity: Identity, id: &str) -> Result<EndPoint, String> {
        // What another has created is answered like what does not exist at all.
        if let Ok(room) = self.room_of(identity, id) {
            return Ok(room.into());
        }
        if self.dialog_of(identity, &DialogId::new(id)).is_ok() {
            return self.end_point_of_dialog(identity, id);
        }
        if self.connections.contains_key(id) {
            return self.end_point_of_connection(id);
        }
        Err(format!("no such connection, dialog or conference: {id}"))
    }

    /// The identifier under which the application server knows an end point of the engine.
    pub(super) fn name_of(&self, end_point: EndPoint) -> Option<String> {
        match end_point {
            EndPoint::Room(room) => self.rooms.get(&room).map(ToString::to_string),
            EndPoint::Port(port) => match self.owners.get(&port)? {
                Owner::Connection(id) => Some(id.to_string()),
                Owner::Dialog(id) => Some(id.to_string()),
                Owner::Tone(_) | Owner::Server => None,
            },
        }
    }

    /// Who joins a connection wants to know when it ends.
    pub(super) fn use_connection(&mut self, asker: &Asker, id: &str) {
        if let Some(connection) = self.connections.get_mut(id) {
            // A call outlives many channels of one application server: those gone are forgotten.
            let open = |user: &Subscriber| self.channels.identity(user.channel).is_some();
            connection.users.retain(|user| user.identity != asker.identity || open(user));
            connection.users.insert(asker.subscriber());
        }
    }
}

/// Two end points that are joined, as fields of the log; the second of a kind is `with`.
#[derive(Default)]
struct Pair<'a> {
    call: Option<&'a str>,
    conference: Option<&'a str>,
    dialog: Option<&'a str>,
    with: Option<&'a str>,
}

/// `receive` is id1→id2, `transmit` is id2→id1 (draft 5.3).
fn directions_of(streams: &Streams) -> Result<Directions, String> {
    if streams.video().is_some() {
        return Err("video is not supported".to_owned());
    }
    Ok(match streams.audio() {
        Some(Direction::Both) => Directions::Both,
        Some(Direction::Receive) => Directions::AToB,
        Some(Direction::Transmit) => Directions::BToA,
        None => Directions::Neither,
    })
}

fn join_fault(error: &JoinError, id1: &str) -> String {
    match error {
        JoinError::Itself(_) => format!("{id1} cannot be joined to itself"),
        other => other.to_string(),
    }
}
