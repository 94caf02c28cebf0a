//! The project's own requests, and the notifications that come of them: watching connections,
//! hanging up, auditing, capabilities.

use std::collections::{BTreeMap, BTreeSet};

use dialogs::audio::TYPES;
use media_io::codec::CODECS;
use mixer::time::Time;
use mscp_proto::extension::{
    CapabilitiesList, Capability, ConnectionEnded, ConnectionStarted, ErrorHangup,
    ExtensionNotification, ExtensionRequest, ExtensionResponse, Hangup, HungUp, Watching,
};
use mscp_proto::id::ConnectionId;
use mscp_proto::notification::Notification;
use mscp_proto::response::Response;

use super::connection::Connection;
use super::event::{ChannelId, Output};
use super::hang_up::HangUp;
use super::{Asker, Control};

impl Control {
    pub(super) fn on_extension(&mut self, now: Time, asker: Asker, request: ExtensionRequest) {
        let response = match request {
            ExtensionRequest::Audit(_) => {
                ExtensionResponse::AuditResult(self.audit(asker.identity))
            }
            ExtensionRequest::Watch(_) => return self.on_watch(asker),
            ExtensionRequest::Record(record) => return self.on_record(now, asker, record),
            ExtensionRequest::Monitor(monitor) => return self.on_monitor(asker, monitor),
            ExtensionRequest::RecordControl(control) => {
                return self.on_record_control(now, asker, control);
            }
            ExtensionRequest::Hangup(hangup) => self.on_hang_up(hangup),
            ExtensionRequest::Capabilities(_) => {
                ExtensionResponse::CapabilitiesList(self.capabilities())
            }
        };
        self.reply(asker, Response::Extension(response));
    }

    /// The watcher is told of the connections that exist, then of each that comes or goes.
    fn on_watch(&mut self, asker: Asker) {
        let channel = asker.channel;
        self.channels.watch(channel);
        self.reply(asker, Response::Extension(ExtensionResponse::Watching(Watching)));
        let announced = self.connections.iter().filter(|(_, connection)| connection.announced);
        let started: Vec<_> = announced.filter_map(started).collect();
        for started in started {
            self.outputs.push_back(Output::Notify {
                channel,
                notification: wrap(ExtensionNotification::ConnectionStarted(started)),
                kept: false,
            });
        }
    }

    fn on_hang_up(&mut self, request: Hangup) -> ExtensionResponse {
        let connectionid = request.connectionid;
        // Any call can be ended once it is answered, with audio or without.
        if self.connections.get(&connectionid).is_none_or(|call| call.leg().is_none()) {
            let reason = format!("no such connection: {connectionid}");
            return ExtensionResponse::ErrorHangup(ErrorHangup { connectionid, reason });
        }
        self.hang_up(&connectionid, HangUp::Asked);
        ExtensionResponse::HungUp(HungUp { connectionid })
    }

    fn capabilities(&self) -> CapabilitiesList {
        let list =
            |name: &str, value: &str| Capability { name: name.to_owned(), value: value.to_owned() };
        let mut capabilities = vec![list("mscp", "1.0"), list("media", "audio")];
        // Those of one name at several rates stand next to each other.
        let mut codecs: Vec<&str> = CODECS.iter().map(|codec| codec.name).collect();
        codecs.dedup();
        capabilities.extend(codecs.into_iter().map(|name| list("codec", name)));
        capabilities.push(list("codec", "telephone-event"));
        capabilities.extend(TYPES.iter().map(|mime| list("dialog", mime)));
        capabilities.push(list("audiomixingpolicy", "nbest"));
        capabilities.push(list("audiomixingpolicy", "manual"));
        capabilities.push(list("subscribe", "activespeaker"));
        capabilities.push(list("subscribe", "attendance"));
        if self.settings.recordings.is_some() {
            capabilities.extend(["audio/wav", "audio/ogg"].map(|mime| list("recording", mime)));
        }
        capabilities.push(list("calls", &self.settings.max_calls.to_string()));
        capabilities.push(list("conferences", &self.settings.max_conferences.to_string()));
        CapabilitiesList(capabilities)
    }

    /// The leg's first frame has been mixed: the connection can be joined, and watchers are told.
    pub(super) fn notify_connection_started(&mut self, id: &ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.announced = true;
        let Some(started) = started((id, connection)) else { return };
        let watchers: Vec<_> = self.channels.watching().collect();
        for channel in watchers {
            let notification = wrap(ExtensionNotification::ConnectionStarted(started.clone()));
            self.outputs.push_back(Output::Notify { channel, notification, kept: false });
        }
    }

    /// Tells whoever watches, or joined the connection, or started a dialog on it: each channel
    /// once, and once each identity that is away.
    pub(super) fn notify_connection_ended(&mut self, id: &ConnectionId, reason: &str) {
        let ended = ConnectionEnded { connectionid: id.clone(), reason: reason.to_owned() };
        let notification = wrap(ExtensionNotification::ConnectionEnded(ended));
        // Each channel, and whether what it is told is kept should it end first: for one channel of
        // each identity that uses the connection, so that nobody finds it twice when it comes back.
        let watching = self.channels.watching().map(|channel| (channel, false));
        let mut told: BTreeMap<ChannelId, bool> = watching.collect();
        let mut identities = BTreeSet::new();
        let users = self.connections.get(id).map(|c| c.users.clone()).unwrap_or_default();
        for user in users {
            let is_first = identities.insert(user.identity);
            match self.channels.channel_of(&user) {
                Some(channel) => *told.entry(channel).or_default() |= is_first,
                None if is_first => self.notify(&user, notification.clone()),
                None => {}
            }
        }
        for (channel, kept) in told {
            let notification = notification.clone();
            self.outputs.push_back(Output::Notify { channel, notification, kept });
        }
    }
}

/// What a watcher is told of a connection, once it can be joined.
fn started((id, connection): (&ConnectionId, &Connection)) -> Option<ConnectionStarted> {
    let leg = connection.leg()?;
    Some(ConnectionStarted {
        connectionid: id.clone(),
        from: connection.from.clone(),
        to: connection.to.clone(),
        codec: leg.codec().map(str::to_owned),
    })
}

fn wrap(notification: ExtensionNotification) -> Notification {
    Notification::Extension(notification)
}
