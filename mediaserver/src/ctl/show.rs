//! `list`, `watch`, `capabilities`.

use std::time::Instant;

use mscp_proto::extension::{
    Audit, AuditResult, AuditedJoin, Capabilities, ExtensionRequest, ExtensionResponse, Watch,
};
use mscp_proto::message::Message;
use mscp_proto::shared::Direction;
use mscp_proto::{Request, Response};

use super::table::Table;
use super::{CtlError, Session, say, unexpected};
use crate::client::{ClientError, one_line};

impl Session {
    pub(super) async fn list(self) -> Result<(), CtlError> {
        let audit = self.audit().await?;
        let tables = tables(&audit);
        if tables.is_empty() {
            return say("nothing: no call, no conference, no dialog");
        }
        let texts: Vec<String> = tables.iter().map(ToString::to_string).collect();
        say(texts.join("\n\n"))
    }

    pub(super) async fn watch(mut self) -> Result<(), CtlError> {
        let begin = Instant::now();
        self.client.request(extension(ExtensionRequest::Watch(Watch))).await?;
        loop {
            let notification = tokio::select! {
                notification = self.notifications.next() => notification,
                _ = tokio::signal::ctrl_c() => return Ok(()),
            };
            let Some(notification) = notification else { return Err(ClientError::Closed.into()) };
            let line = one_line(&Message::Notification(notification).to_xml());
            say(format!("{:8.2} s  {line}", begin.elapsed().as_secs_f64()))?;
        }
    }

    pub(super) async fn capabilities(self) -> Result<(), CtlError> {
        let request = extension(ExtensionRequest::Capabilities(Capabilities));
        let response = self.client.request(request).await?;
        let Response::Extension(ExtensionResponse::CapabilitiesList(list)) = response else {
            return Err(unexpected(&response));
        };
        let mut table = Table::new(["CAPABILITY", "VALUE"]);
        for capability in list.0 {
            table.row([capability.name, capability.value]);
        }
        say(table)
    }

    pub(super) async fn audit(&self) -> Result<AuditResult, CtlError> {
        let response = self.client.request(extension(ExtensionRequest::Audit(Audit))).await?;
        match response {
            Response::Extension(ExtensionResponse::AuditResult(result)) => Ok(result),
            other => Err(unexpected(&other)),
        }
    }
}

fn extension(request: ExtensionRequest) -> Request {
    Request::Extension(request)
}

/// One table for each kind of thing there is.
fn tables(audit: &AuditResult) -> Vec<Table> {
    let mut conferences = Table::new(["CONFERENCE", "STATE", "PARTICIPANTS"]);
    for one in &audit.conferences {
        conferences.row([
            one.conferenceid.to_string(),
            one.state.clone(),
            one.participants.to_string(),
        ]);
    }
    let mut connections = Table::new(["CONNECTION", "STATE", "CODEC"]);
    for one in &audit.connections {
        let codec = one.codec.clone().unwrap_or_else(|| "-".to_owned());
        connections.row([one.connectionid.to_string(), one.state.clone(), codec]);
    }
    let mut dialogs = Table::new(["DIALOG", "STATE", "ON"]);
    for one in &audit.dialogs {
        let on = one.endpoint.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        dialogs.row([one.dialogid.to_string(), one.state.clone(), on]);
    }
    let mut joins = Table::new(["JOINED", "AUDIO", "WITH"]);
    for one in &audit.joins {
        joins.row([one.id1.to_string(), arrow(one).to_owned(), one.id2.to_string()]);
    }
    [conferences, connections, dialogs, joins].into_iter().filter(Table::has_rows).collect()
}

fn arrow(join: &AuditedJoin) -> &'static str {
    match join.audio {
        Some(Direction::Both) => "<->",
        Some(Direction::Receive) => "-->",
        Some(Direction::Transmit) => "<--",
        None => "-",
    }
}
