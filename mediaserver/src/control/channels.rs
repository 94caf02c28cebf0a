//! The application servers: their channels, what they own, and what they have not been told yet.
//!
//! A conference or dialog belongs to the *identity* behind the channel that created it, not to the
//! TCP connection: a lost connection is made again and finds everything in place. Channels of the
//! plain listener share one identity. What is raised while an identity has no channel is kept, up
//! to a limit, and delivered in order to its next one, and so is what did not reach a channel before
//! it ended. What nobody will ever be told is counted. An identity that stays away for
//! longer than the grace time loses what it owns.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use mixer::time::Time;
use mscp_proto::notification::Notification;

use super::event::ChannelId;

/// Who an application server is: whoever can reach the plain TCP listener, or whoever holds the
/// SIP dialog that a channel was set up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Identity(u64);

impl Identity {
    /// Whoever can reach the plain TCP listener.
    pub(super) const PLAIN_LISTENER: Identity = Identity(0);
}

/// The channels of all identities.
#[derive(Debug)]
pub(super) struct Channels {
    /// How long what an absent identity owns survives; `None` is for ever.
    grace: Option<Duration>,
    /// Notifications kept for an identity that has no channel; older ones are dropped.
    backlog_max: usize,
    open: BTreeMap<ChannelId, Identity>,
    watching: BTreeSet<ChannelId>,
    absent: BTreeMap<Identity, Absence>,
    identities: u64,
    dropped: u64,
}

#[derive(Debug)]
struct Absence {
    since: Time,
    backlog: VecDeque<Notification>,
}

impl Channels {
    pub(super) fn new(grace: Option<Duration>, backlog_max: usize) -> Channels {
        Channels {
            grace,
            backlog_max,
            open: BTreeMap::new(),
            watching: BTreeSet::new(),
            absent: BTreeMap::new(),
            identities: 0,
            dropped: 0,
        }
    }

    /// An identity that nobody has yet.
    pub(super) fn new_identity(&mut self) -> Identity {
        self.identities += 1;
        Identity(self.identities)
    }

    /// The identity will never have a channel again.
    pub(super) fn forget_identity(&mut self, identity: Identity) {
        self.open.retain(|_, other| *other != identity);
        let absence = self.absent.remove(&identity);
        self.drop_notifications(absence.map_or(0, |absence| absence.backlog.len()));
    }

    /// The channels of an identity, oldest first.
    pub(super) fn of(&self, identity: Identity) -> Vec<ChannelId> {
        let theirs = self.open.iter().filter(|(_, other)| **other == identity);
        theirs.map(|(channel, _)| *channel).collect()
    }

    /// Whether the identity has a channel now.
    pub(super) fn is_present(&self, identity: Identity) -> bool {
        self.open.values().any(|&other| other == identity)
    }

    /// A channel opened; returns what its identity missed.
    pub(super) fn open(
        &mut self,
        channel: ChannelId,
        identity: Identity,
    ) -> VecDeque<Notification> {
        self.open.insert(channel, identity);
        self.absent.remove(&identity).map(|absence| absence.backlog).unwrap_or_default()
    }

    /// A channel closed; returns whose it was, unless that identity is forgotten.
    pub(super) fn close(&mut self, now: Time, channel: ChannelId) -> Option<Identity> {
        self.watching.remove(&channel);
        let identity = self.open.remove(&channel)?;
        if !self.is_present(identity) {
            self.absent.insert(identity, Absence { since: now, backlog: VecDeque::new() });
        }
        Some(identity)
    }

    pub(super) fn identity(&self, channel: ChannelId) -> Option<Identity> {
        self.open.get(&channel).copied()
    }

    /// The channel is told of every connection from now on.
    pub(super) fn watch(&mut self, channel: ChannelId) {
        self.watching.insert(channel);
    }

    pub(super) fn watching(&self) -> impl Iterator<Item = ChannelId> {
        self.watching.iter().copied()
    }

    /// Where a notification for `subscriber` goes now: its own channel, or, when that is gone, the
    /// newest of its identity. `None` when the identity is away.
    pub(super) fn channel_of(&self, subscriber: &Subscriber) -> Option<ChannelId> {
        if self.open.contains_key(&subscriber.channel) {
            return Some(subscriber.channel);
        }
        let theirs = |(_, identity): &(&ChannelId, &Identity)| **identity == subscriber.identity;
        self.open.iter().rev().find(theirs).map(|(&channel, _)| channel)
    }

    /// When the soonest absence exceeds the grace time.
    pub(super) fn next_expiry(&self) -> Option<Time> {
        let grace = self.grace?;
        self.absent.values().map(|absence| absence.since + grace).min()
    }

    /// The identities whose grace time is over.
    pub(super) fn expire(&mut self, now: Time) -> Vec<Identity> {
        let Some(grace) = self.grace else { return Vec::new() };
        let over = |absence: &Absence| absence.since + grace <= now;
        let expired: Vec<_> = self.absent.extract_if(.., |_, absence| over(absence)).collect();
        for (_, absence) in &expired {
            self.drop_notifications(absence.backlog.len());
        }
        expired.into_iter().map(|(identity, _)| identity).collect()
    }

    /// Counts notifications that nobody will be told.
    pub(super) fn drop_notifications(&mut self, count: usize) {
        self.dropped += count as u64;
    }

    /// Notifications dropped because an absence was too long: for the backlog, or for the grace time.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Keeps a notification for an identity that is away; false if it will not come back.
    pub(super) fn keep(&mut self, identity: Identity, notification: Notification) -> bool {
        let Some(absence) = self.absent.get_mut(&identity) else {
            self.drop_notifications(1);
            return false;
        };
        if absence.backlog.len() == self.backlog_max {
            absence.backlog.pop_front();
            self.dropped += 1;
        }
        absence.backlog.push_back(notification);
        true
    }
}

/// Who is told of an object's events: the channel that created or joined it, on behalf of its
/// identity (draft 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subscriber {
    pub(super) channel: ChannelId,
    pub(super) identity: Identity,
}
