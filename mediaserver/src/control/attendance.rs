//! How many take part in a conference, for those who subscribed to it (`attendance`, draft 5.1, with
//! the notification `attendance.update` that 5.5 prints).
//!
//! A participant is a connection that is joined to the conference, in whatever direction, even in
//! none. Dialogs, other conferences and the server's own tones are none. However many come and go,
//! a conference is told of no more often than [`TELL_EVERY`], and the number told last is the right
//! one: a change within that time is told at its end, if it has not been undone by then.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mixer::time::Time;
use mscp_proto::conference::ConferenceUser;
use mscp_proto::id::ConferenceId;
use mscp_proto::notification::Notification;

use super::Control;

/// Least time from one `attendance.update` of a conference to its next.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What subscribers were told, and what is still to be told.
#[derive(Debug, Default)]
pub(super) struct Attendance {
    conferences: BTreeMap<ConferenceId, Told>,
    /// Conferences whose number may have changed, with the time to say so.
    due: BTreeSet<(Time, ConferenceId)>,
}

#[derive(Debug)]
struct Told {
    total: usize,
    /// Before this nothing more is said. While something is due, it stands under this time.
    again_at: Time,
}

impl Attendance {
    pub(super) fn subscribe(&mut self, conference: ConferenceId) {
        let nothing_yet = Told { total: 0, again_at: Time(0) };
        self.conferences.insert(conference, nothing_yet);
    }

    pub(super) fn forget(&mut self, conference: &ConferenceId) {
        if let Some(told) = self.conferences.remove(conference) {
            self.due.remove(&(told.again_at, conference.clone()));
        }
    }

    pub(super) fn is_subscribed(&self, conference: &ConferenceId) -> bool {
        self.conferences.contains_key(conference)
    }

    /// Somebody came or went.
    pub(super) fn changed(&mut self, conference: &ConferenceId) {
        let Some(told) = self.conferences.get(conference) else { return };
        self.due.insert((told.again_at, conference.clone()));
    }

    /// When there is something to tell.
    pub(super) fn next_update(&self) -> Option<Time> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The next conference of which something is to be told now.
    fn take_due(&mut self, now: Time) -> Option<ConferenceId> {
        self.next_update().filter(|at| *at <= now)?;
        self.due.pop_first().map(|(_, id)| id)
    }
}

impl Control {
    /// Tells of the conferences whose number has changed, if that is due.
    pub(super) fn tell_attendance(&mut self, now: Time) {
        while let Some(id) = self.attendance.take_due(now) {
            self.tell_attendance_of(now, id);
        }
    }

    fn tell_attendance_of(&mut self, now: Time, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let (owner, total) = (conference.owner, conference.members.len());
        let is_away = self.channels.channel_of(&owner).is_none();
        let Some(told) = self.attendance.conferences.get_mut(&id) else { return };
        if told.total == total {
            return;
        }
        told.again_at = now + TELL_EVERY;
        // What is out of date when the application server comes back is not worth keeping for it.
        if is_away {
            return self.attendance.changed(&id);
        }
        told.total = total;
        if let Some(user) = ConferenceUser::attendance_update(id, total) {
            self.notify(&owner, Notification::ConferenceUser(user));
        }
    }
}
