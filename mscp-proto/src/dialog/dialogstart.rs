//! ```xml
//! <dialogstart connectionid="connection1" src="http://www.example.com/playprompt.vxml">
//!   <stream type="audio" direction="both"/>
//!   <namelist>
//!     <item name="media" value="/media/prompt1.3gp"/>
//!   </namelist>
//! </dialogstart>
//!
//! <dialogstart prepareddialogid="vxi1" connectionid="connection1"/>
//! ```

use super::children::Children;
use crate::error::{Fault, Subject};
use crate::id::{DialogId, EndPoint};
use crate::shared::{
    DEFAULT_MIME, DialogSubscribe, FETCH_ATTRIBUTES, FetchHints, Namelist, Script, Streams,
    optional_endpoint, required_endpoint,
};
use crate::xml::{Attributes, Element, Wire, Writer};

/// Request to execute a dialog (4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogStart {
    /// One that was prepared. Script, parameters, subscriptions and streams are those of its
    /// `<dialogprepare>`; the draft forbids to give them again.
    Prepared {
        /// Which one.
        prepareddialogid: DialogId,
        /// What it shall stand on. If `<dialogprepare>` named one, this must be the same or
        /// absent; if neither names one, the dialog cannot start. Only the server can tell.
        endpoint: Option<EndPoint>,
    },
    /// One that this request brings.
    Script {
        /// The script, by reference or inline.
        script: Script,
        /// What the dialog stands on.
        endpoint: EndPoint,
        /// How to fetch the script.
        fetch: FetchHints,
        /// Parameters into the script.
        namelist: Namelist,
        /// Events the AS wants.
        subscribe: DialogSubscribe,
        /// Media between the dialog and its end point.
        streams: Streams,
    },
}

impl DialogStart {
    /// Starts `script` on `endpoint`, everything else as the draft defaults it.
    pub fn new(script: Script, endpoint: EndPoint) -> Self {
        Self::Script {
            script,
            endpoint,
            fetch: FetchHints::default(),
            namelist: Namelist::default(),
            subscribe: DialogSubscribe::default(),
            streams: Streams::default(),
        }
    }

    /// The end point this request names itself.
    pub fn endpoint(&self) -> Option<&EndPoint> {
        match self {
            Self::Prepared { endpoint, .. } => endpoint.as_ref(),
            Self::Script { endpoint, .. } => Some(endpoint),
        }
    }

    /// What the error element repeats when the request breaks a rule.
    pub(crate) fn subject(element: &Element) -> Option<Subject> {
        let mut attributes = element.attributes();
        let prepareddialogid = attributes.id("prepareddialogid").ok().flatten();
        let endpoint = optional_endpoint(element, &mut attributes).ok().flatten();
        Some(Subject::DialogStart { prepareddialogid, endpoint })
    }

    fn read_prepared(
        element: &Element,
        mut attributes: Attributes<'_>,
        prepareddialogid: DialogId,
    ) -> Result<Self, Fault> {
        for name in ["src", "type"].into_iter().chain(FETCH_ATTRIBUTES) {
            if let Some(attribute) = attributes.take(name) {
                return Err(attribute.fault(belongs_to_prepare(name)));
            }
        }
        if let Some(child) = element.known_children()?.next() {
            return Err(match child.name.as_str() {
                name @ ("src" | "namelist" | "subscribe" | "stream") => {
                    child.fault(belongs_to_prepare(&format!("<{name}>")))
                }
                _ => element.unexpected(child),
            });
        }
        let endpoint = optional_endpoint(element, &mut attributes)?;
        attributes.finish()?;
        Ok(Self::Prepared { prepareddialogid, endpoint })
    }
}

impl Wire for DialogStart {
    const NAME: &'static str = "dialogstart";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        if let Some(prepareddialogid) = attributes.id("prepareddialogid")? {
            return Self::read_prepared(element, attributes, prepareddialogid);
        }
        let children = Children::read(element)?;
        let script = Script::read(element, &mut attributes, &children.src)?;
        let endpoint = required_endpoint(element, &mut attributes)?;
        let fetch = FetchHints::read(&mut attributes)?;
        attributes.finish()?;
        let Children { namelist, subscribe, streams, .. } = children;
        Ok(Self::Script { script, endpoint, fetch, namelist, subscribe, streams })
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Prepared { prepareddialogid, endpoint } => writer
                .tag(Self::NAME)
                .attribute("prepareddialogid", prepareddialogid)
                .endpoint(endpoint.as_ref())
                .empty(),
            Self::Script { script, endpoint, fetch, namelist, subscribe, streams } => writer
                .tag(Self::NAME)
                .endpoint(Some(endpoint))
                .optional("src", script.uri_attribute())
                .unless("type", script.mime(), DEFAULT_MIME)
                .fetch(fetch)
                .content(|writer| {
                    streams.write(writer);
                    script.write_inline(writer);
                    namelist.write(writer);
                    subscribe.write(writer);
                }),
        }
    }
}

fn belongs_to_prepare(what: &str) -> String {
    format!("{what} must not be given with prepareddialogid; it belongs into <dialogprepare>")
}
