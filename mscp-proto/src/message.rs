//! `<mscp>` and its three containers (3.2).
//!
//! ```xml
//! <mscp version="1.0" xmlns="urn:ietf:mscp">
//!   <request id="req1">
//!     <join id1="conf1" id2="connection1"/>
//!   </request>
//! </mscp>
//! ```

use crate::dialog::DialogExit;
use crate::error::{Fault, ParseError, Subject};
use crate::extension::{ExtensionNotification, ExtensionRequest, ExtensionResponse};
use crate::limits::XmlLimits;
use crate::notification::Notification;
use crate::request::{Foreign, Request};
use crate::response::Response;
use crate::xml::{self, Element, MSCP, Tag, Wire, Writer, is_ncname};

/// The value of the `version` attribute (3.2).
const VERSION: &str = "1.0";

/// The MIME type of a message (3.2).
pub const CONTENT_TYPE: &str = "application/mscp+xml";

/// One MSCP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// `<request>`.
    Request {
        /// The XML `id`, an `NCName`; its response repeats it.
        id: Option<String>,
        /// What is asked.
        body: Request,
    },
    /// `<response>`.
    Response {
        /// The XML `id` of the request, if it had one.
        id: Option<String>,
        /// The answer.
        body: Response,
    },
    /// `<notification>`.
    Notification(Notification),
}

impl Message {
    /// Reads one message and checks every rule the draft makes about it.
    ///
    /// # Errors
    ///
    /// What is not well-formed, exceeds `limits`, or breaks the schema or an attribute rule; with
    /// line and column, and, for a request that was understood, what its error element repeats.
    pub fn parse(bytes: &[u8], limits: &XmlLimits) -> Result<Self, ParseError> {
        let text =
            xml::decode(bytes).map_err(|fault| fault.locate(&String::from_utf8_lossy(bytes)))?;
        let mut clues = Clues::default();
        read(text, limits, &mut clues).map_err(|fault| ParseError {
            id: clues.id,
            subject: clues.subject,
            ..fault.locate(text)
        })
    }

    /// The message in its canonical form.
    pub fn to_xml(&self) -> String {
        let mut writer = Writer::new();
        let root = writer.tag("mscp").attribute("version", VERSION).attribute("xmlns", MSCP);
        root.content(|writer| match self {
            Self::Request { id, body } => {
                container(writer, "request", id.as_deref()).content(|writer| body.write(writer));
            }
            Self::Response { id, body } => {
                container(writer, "response", id.as_deref()).content(|writer| body.write(writer));
            }
            Self::Notification(body) => {
                container(writer, "notification", None).content(|writer| body.write(writer));
            }
        });
        writer.into_text()
    }
}

/// What a message had said about itself before it turned out to be faulty.
#[derive(Default)]
struct Clues {
    id: Option<String>,
    subject: Option<Subject>,
}

fn container<'w>(writer: &'w mut Writer, name: &str, id: Option<&str>) -> Tag<'w> {
    writer.tag(name).optional("id", id)
}

fn read(text: &str, limits: &XmlLimits, clues: &mut Clues) -> Result<Message, Fault> {
    let root = xml::read(text, limits)?;
    let container = container_of(&root)?;
    match container.name.as_str() {
        "request" => read_request(container, clues),
        "response" => read_response(container),
        "notification" => read_notification(container),
        _ => Err(root.unexpected(container)),
    }
}

/// Checks the root and finds the one `<request>`, `<response>` or `<notification>` in it.
///
/// The schema also allows a foreign element there; it is ignored and does not count.
fn container_of(root: &Element) -> Result<&Element, Fault> {
    if !root.is_mscp() || root.name != "mscp" {
        return Err(root.fault(format!(
            "the root must be <mscp xmlns=\"{MSCP}\">, not <{}> in the namespace \"{}\"",
            root.name, root.namespace
        )));
    }
    let mut attributes = root.attributes();
    let version = attributes.required("version")?;
    if version.value != VERSION {
        let reason = format!("version \"{}\" is not spoken here; send {VERSION}", version.value);
        return Err(version.fault(reason));
    }
    attributes.finish()?;
    let mut containers = root.known_children()?;
    match (containers.next(), containers.next()) {
        (Some(container), None) => Ok(container),
        (None, _) => {
            Err(root.fault("<mscp> is empty; it needs a <request>, <response> or <notification>"))
        }
        (Some(_), Some(second)) => Err(second.fault(
            "<mscp> holds exactly one <request>, <response> or <notification>; \
             send a message for each",
        )),
    }
}

fn read_request(container: &Element, clues: &mut Clues) -> Result<Message, Fault> {
    let id = xml_id(container)?;
    clues.id.clone_from(&id);
    let content = content_of(container, ExtensionRequest::knows)?;
    let body = match content {
        Content::Known(element) => {
            clues.subject = Request::subject(element);
            Request::read(element)?
        }
        Content::Unknown(foreign) => Request::Unknown(foreign),
    };
    Ok(Message::Request { id, body })
}

fn read_response(container: &Element) -> Result<Message, Fault> {
    let id = xml_id(container)?;
    let body = match content_of(container, ExtensionResponse::knows)? {
        // The examples of 6.1 put this notification into a response (mscp.md section 2).
        Content::Known(element) if element.is_mscp() && element.name == DialogExit::NAME => {
            return Notification::read(element).map(Message::Notification);
        }
        Content::Known(element) => Response::read(element)?,
        Content::Unknown(foreign) => Response::Unknown(foreign),
    };
    Ok(Message::Response { id, body })
}

fn read_notification(container: &Element) -> Result<Message, Fault> {
    container.attributes().finish()?;
    let body = match content_of(container, ExtensionNotification::knows)? {
        Content::Known(element) => Notification::read(element)?,
        Content::Unknown(foreign) => Notification::Unknown(foreign),
    };
    Ok(Message::Notification(body))
}

/// The optional `id` of a `<request>` or `<response>`, an `xsd:ID`.
fn xml_id(container: &Element) -> Result<Option<String>, Fault> {
    let mut attributes = container.attributes();
    let id = attributes.take("id");
    attributes.finish()?;
    let Some(id) = id else { return Ok(None) };
    let name = id.value.trim_ascii();
    if !is_ncname(name) {
        return Err(id.fault(format!(
            "the id \"{name}\" is not an XML ID; begin it with a letter, as in \"req1\""
        )));
    }
    Ok(Some(name.to_owned()))
}

enum Content<'e> {
    /// One element that this crate can read.
    Known(&'e Element),
    /// Only elements of foreign namespaces; the first of them.
    Unknown(Foreign),
}

/// The one element that a container is about.
///
/// Foreign elements beside it are ignored (3.3). They count only when there is nothing else:
/// then the first is what the container is about, and the receiver has to say that it cannot.
fn content_of(container: &Element, knows: fn(&str) -> bool) -> Result<Content<'_>, Fault> {
    // Text is refused here; which children count is decided below.
    drop(container.known_children()?);
    let is_known = |child: &&Element| child.is_mscp() || (child.is_project() && knows(&child.name));
    let mut known = container.children.iter().filter(is_known);
    let name = &container.name;
    match (known.next(), known.next(), container.children.first()) {
        (Some(element), None, _) => Ok(Content::Known(element)),
        (Some(_), Some(second), _) => {
            let reason = format!("<{name}> holds exactly one element; send a message for each");
            Err(second.fault(reason))
        }
        (None, _, Some(foreign)) => Ok(Content::Unknown(Foreign::of(foreign))),
        (None, _, None) => Err(container.fault(format!("<{name}> is empty"))),
    }
}
