//! ```xml
//! <dialogprepare src="http://www.example.com/playprompt.vxml">
//!   <namelist>
//!     <item name="audio" value="/media/prompt1.wav"/>
//!   </namelist>
//! </dialogprepare>
//! ```

use super::children::Children;
use crate::error::{Fault, Subject};
use crate::id::EndPoint;
use crate::shared::{
    DEFAULT_MIME, DialogSubscribe, FetchHints, Namelist, Script, Streams, optional_endpoint,
};
use crate::xml::{Element, Wire, Writer};

/// Request to prepare a dialog for a later `<dialogstart>` (4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogPrepare {
    /// The script, by reference or inline.
    pub script: Script,
    /// What the dialog will stand on; without it, any connection or conference.
    pub endpoint: Option<EndPoint>,
    /// How to fetch the script.
    pub fetch: FetchHints,
    /// Parameters into the script.
    pub namelist: Namelist,
    /// Events the AS wants.
    pub subscribe: DialogSubscribe,
    /// Media between the dialog and its end point once it is started.
    pub streams: Streams,
}

impl DialogPrepare {
    /// Prepares `script` for any end point, everything else as the draft defaults it.
    pub fn new(script: Script) -> Self {
        Self {
            script,
            endpoint: None,
            fetch: FetchHints::default(),
            namelist: Namelist::default(),
            subscribe: DialogSubscribe::default(),
            streams: Streams::default(),
        }
    }

    /// What the error element repeats when the request breaks a rule.
    pub(crate) fn subject(element: &Element) -> Option<Subject> {
        let endpoint = optional_endpoint(element, &mut element.attributes()).ok().flatten();
        Some(Subject::DialogPrepare { endpoint })
    }
}

impl Wire for DialogPrepare {
    const NAME: &'static str = "dialogprepare";

    fn read(element: &Element) -> Result<Self, Fault> {
        let children = Children::read(element)?;
        let mut attributes = element.attributes();
        let endpoint = optional_endpoint(element, &mut attributes)?;
        let script = Script::read(element, &mut attributes, &children.src)?;
        let fetch = FetchHints::read(&mut attributes)?;
        attributes.finish()?;
        let Children { namelist, subscribe, streams, .. } = children;
        Ok(Self { script, endpoint, fetch, namelist, subscribe, streams })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .optional("src", self.script.uri_attribute())
            .unless("type", self.script.mime(), DEFAULT_MIME)
            .endpoint(self.endpoint.as_ref())
            .fetch(&self.fetch)
            .content(|writer| {
                self.streams.write(writer);
                self.script.write_inline(writer);
                self.namelist.write(writer);
                self.subscribe.write(writer);
            });
    }
}
