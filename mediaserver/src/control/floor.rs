//! Floor control: with `audiomixingpolicy="manual"` the application server names who is heard, by
//! `conferenceuser` notifications (draft 5.1, 5.5).
//!
//! | name | what it does |
//! |---|---|
//! | `floorcontrol.setactive` | those named have the floor, all others do not |
//! | `floorcontrol.add`, `floorcontrol.remove` | those named get it, or lose it |
//! | `floorcontrol.clear` | nobody has it |
//!
//! A notification has no answer: what cannot be done is logged, and the rest of it is done.

use std::collections::BTreeSet;

use mixer::plan::Plan;
use mixer::port::PortId;
use mscp_proto::conference::ConferenceUser;
use mscp_proto::shared::Item;
use tracing::{debug, info, warn};

use super::Control;
use super::channels::Identity;

const PREFIX: &str = "floorcontrol.";

/// Whose floor a notification changes, and to what.
enum Change {
    /// All members: those named have it.
    Set,
    /// Those named, to this.
    Named(bool),
}

impl Control {
    pub(super) fn on_conference_user(&mut self, identity: Identity, user: ConferenceUser) {
        let name = user.name.as_str();
        let Some(verb) = name.strip_prefix(PREFIX) else {
            debug!(conference = %user.conferenceid, name, "notification without use");
            return;
        };
        let change = match verb {
            "setactive" | "clear" => Change::Set,
            "add" => Change::Named(true),
            "remove" => Change::Named(false),
            _ => {
                warn!(conference = %user.conferenceid, name, "no such floor control; \
                    there are setactive, add, remove and clear");
                return;
            }
        };
        let id = user.conferenceid;
        let Ok(room) = self.room_of(identity, id.as_str()) else {
            warn!(conference = %id, "floor control in a conference that does not exist");
            return;
        };
        let named = match verb {
            "clear" => BTreeSet::new(),
            _ => self.named_in(&id, &user.namelist.0),
        };
        let mut plan = Plan::new();
        let lose: Vec<PortId> = match change {
            Change::Set => self.stage.topology.has_floor(room).collect(),
            Change::Named(_) => Vec::new(),
        };
        let gets = !matches!(change, Change::Named(false));
        let lose = lose.into_iter().filter(|port| !named.contains(port)).map(|port| (port, false));
        for (port, has_floor) in lose.chain(named.iter().map(|port| (*port, gets))) {
            if self.stage.topology.give_floor(&mut plan, port, room, has_floor).is_err() {
                let call = self.name_of(port.into()).unwrap_or_default();
                warn!(call, conference = %id, "not joined to the conference: it gets no floor");
            }
        }
        info!(conference = %id, name = verb, talkers = named.len(), "floor");
        self.stage.submit(plan, Vec::new());
    }

    /// The ports of the `connectionid` items.
    fn named_in(&self, conference: &impl std::fmt::Display, items: &[Item]) -> BTreeSet<PortId> {
        let ids = items.iter().filter(|item| item.name == "connectionid");
        let ports = ids.filter_map(|item| {
            let port = self.connections.get(item.value.as_str()).map(|connection| connection.port);
            if port.is_none() {
                warn!(call = item.value, %conference, "floor control names no such connection");
            }
            port
        });
        ports.collect()
    }
}
