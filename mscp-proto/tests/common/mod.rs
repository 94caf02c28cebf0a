//! What the tests share: putting a message round an element, and taking an answer apart.
#![allow(dead_code, reason = "each test file uses its part")]

use mscp_proto::limits::XmlLimits;
use mscp_proto::{Message, Notification, ParseError, Request, Response};

/// The line an element stands on in [`message`].
pub(crate) const LINE: u32 = 3;

/// `container` round `element`, which begins on [`LINE`] in column 1.
pub(crate) fn message(container: &str, element: &str) -> String {
    format!(
        "<mscp version=\"1.0\" xmlns=\"urn:ietf:mscp\" xmlns:a=\"urn:antiphon:mscp:1\" \
         xmlns:v=\"urn:vendor\">\n<{container}>\n{element}\n</{container}>\n</mscp>\n"
    )
}

pub(crate) fn parse(xml: &str) -> Result<Message, ParseError> {
    Message::parse(xml.as_bytes(), &XmlLimits::default())
}

pub(crate) fn request(element: &str) -> Result<Request, ParseError> {
    parse(&message("request", element)).map(|message| match message {
        Message::Request { body, .. } => body,
        other => panic!("not a request: {other:?}"),
    })
}

pub(crate) fn response(element: &str) -> Result<Response, ParseError> {
    parse(&message("response", element)).map(|message| match message {
        Message::Response { body, .. } => body,
        other => panic!("not a response: {other:?}"),
    })
}

pub(crate) fn notification(element: &str) -> Result<Notification, ParseError> {
    parse(&message("notification", element)).map(|message| match message {
        Message::Notification(body) => body,
        other => panic!("not a notification: {other:?}"),
    })
}

/// The element of a message with nothing round it, on one line per tag and without indentation.
pub(crate) fn inner(message: &Message) -> String {
    let xml = message.to_xml();
    let lines: Vec<&str> = xml.lines().map(str::trim).collect();
    lines[2..lines.len() - 2].join("\n")
}

/// What `request` is written as, for tables that compare text.
pub(crate) fn canonical(element: &str) -> Result<String, ParseError> {
    request(element).map(|body| inner(&Message::Request { id: None, body }))
}

/// The element that answers a request that was refused.
pub(crate) fn answer(error: &ParseError) -> String {
    let body = error.to_response(|| "fresh1".to_owned());
    inner(&Message::Response { id: None, body })
}
