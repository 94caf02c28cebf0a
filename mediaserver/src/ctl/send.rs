//! `send`: a document as it is. What it says is the server's to judge, so nothing is read but
//! whether it is a notification, which nobody answers.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;

use mscp_proto::framing::{Decoder, Pdu, StartLine, Status, Version};
use mscp_proto::message::{CONTENT_TYPE, Message};
use mscp_proto::{Limits, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{CtlError, first_that_answers, say};
use crate::client::{CONNECT_TIMEOUT, ClientError, REQUEST_TIMEOUT};

/// The only request of its channel.
const REQUEST_ID: u64 = 1;

pub(super) async fn send(servers: &[SocketAddr], file: &Path) -> Result<(), CtlError> {
    let body = document(file)
        .map_err(|error| CtlError::Usage(format!("{} cannot be read: {error}", file.display())))?;
    let start = start_line(&body);
    let is_request = matches!(start, StartLine::Request { .. });
    let pdu = Pdu { start, content_type: Some(CONTENT_TYPE.to_owned()), body }.encode();
    let mut stream = first_that_answers(servers, connect).await?;
    let lost = |_| CtlError::Client(ClientError::Closed);
    stream.write_all(&pdu).await.map_err(lost)?;
    stream.shutdown().await.map_err(lost)?;
    if !is_request {
        return Ok(());
    }
    match timeout(REQUEST_TIMEOUT, response(stream)).await {
        Ok(response) => show(&response?),
        Err(_) => Err(ClientError::Silent(REQUEST_TIMEOUT).into()),
    }
}

fn document(file: &Path) -> std::io::Result<Vec<u8>> {
    if file.as_os_str() != "-" {
        return std::fs::read(file);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn start_line(body: &[u8]) -> StartLine {
    match Message::parse(body, &Limits::default().xml) {
        Ok(Message::Notification(_)) => StartLine::Notification { version: Version::V1_0 },
        _ => StartLine::Request { version: Version::V1_0, id: REQUEST_ID },
    }
}

async fn connect(server: SocketAddr) -> Result<TcpStream, ClientError> {
    let refused = |source| ClientError::Connect { server, source };
    match timeout(CONNECT_TIMEOUT, TcpStream::connect(server)).await {
        Ok(stream) => stream.map_err(refused),
        Err(late) => Err(refused(late.into())),
    }
}

/// The first PDU that answers the request; notifications may come before it.
async fn response(mut stream: TcpStream) -> Result<Pdu, CtlError> {
    let mut decoder = Decoder::new(Limits::default().frame);
    let mut buffer = vec![0; 16 * 1024];
    loop {
        while let Some(pdu) = decoder.poll().map_err(|e| CtlError::Unexpected(e.to_string()))? {
            if matches!(pdu.start, StartLine::Response { .. }) {
                return Ok(pdu);
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return Err(ClientError::Closed.into()),
            Ok(count) => decoder.push(buffer.get(..count).unwrap_or_default()),
        }
    }
}

fn show(pdu: &Pdu) -> Result<(), CtlError> {
    say(String::from_utf8_lossy(&pdu.body).trim_end())?;
    let reason = match Message::parse(&pdu.body, &Limits::default().xml) {
        Ok(Message::Response { body, .. }) => Response::error_reason(&body).map(str::to_owned),
        Ok(_) => None,
        Err(error) => return Err(CtlError::Client(error.into())),
    };
    match (reason, pdu.start) {
        (Some(reason), _) => Err(ClientError::Refused(reason).into()),
        (None, StartLine::Response { status, .. }) if status != Status::Ok => {
            Err(ClientError::Refused(format!("status {}", status.code())).into())
        }
        (None, _) => Ok(()),
    }
}
