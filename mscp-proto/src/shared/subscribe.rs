//! ```xml
//! <subscribe>
//!   <item name="dtmf" value="single"/>
//! </subscribe>
//! ```
//!
//! What the AS wants to be told beyond what it is told anyway. An item the server does not know
//! is ignored, as 4.1 and 5.1 demand; it is kept apart so that a server can log what it ignored.

use std::num::NonZeroU32;

use super::namelist::{Item, items};
use crate::error::Fault;
use crate::xml::{Element, Writer};

/// Subscriptions to a dialog's events (4.1, 4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogSubscribe {
    /// `dtmf`: each key is reported.
    pub dtmf: Option<DtmfReport>,
    /// `tone`: a detected tone is reported. The value names the tone; `true` means any.
    pub tone: Option<String>,
    /// `audiostart`: audio playback has started.
    pub audiostart: bool,
    /// `bargein`: the user has barged in.
    pub bargein: bool,
    /// `mark`: a mark in the output has been reached.
    pub mark: bool,
    /// `goto`: the dialog has moved to another location.
    pub goto: bool,
    /// Items that mean nothing here.
    pub ignored: Vec<Item>,
}

/// The value of the `dtmf` item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DtmfReport {
    /// `single`: one notification for each key.
    Single,
    /// `all`: one notification for the keys of one input together.
    All,
}

/// Subscriptions to a conference's events (5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConferenceSubscribe {
    /// `activespeaker`: least number of seconds between two reports. 0 on the wire is "off".
    pub activespeaker: Option<NonZeroU32>,
    /// `attendance`: the number of participants is reported when it changes.
    pub attendance: bool,
    /// Items that mean nothing here.
    pub ignored: Vec<Item>,
}

impl DialogSubscribe {
    pub(crate) fn extend_from(&mut self, element: &Element) -> Result<(), Fault> {
        for (_, item) in items(element)? {
            self.add(item);
        }
        Ok(())
    }

    fn add(&mut self, item: Item) {
        match (item.name.as_str(), item.value.as_str()) {
            ("dtmf", "single") => self.dtmf = Some(DtmfReport::Single),
            ("dtmf", "all") => self.dtmf = Some(DtmfReport::All),
            // Somebody who writes "false" does not want the event.
            (_, "false") => self.ignored.push(item),
            ("tone", _) => self.tone = Some(item.value),
            ("audiostart", _) => self.audiostart = true,
            ("bargein", _) => self.bargein = true,
            ("mark", _) => self.mark = true,
            ("goto", _) => self.goto = true,
            _ => self.ignored.push(item),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        let dtmf = self.dtmf.map(|report| match report {
            DtmfReport::Single => "single",
            DtmfReport::All => "all",
        });
        let flag = |on: bool| on.then_some("true");
        let known = [
            ("dtmf", dtmf),
            ("tone", self.tone.as_deref()),
            ("audiostart", flag(self.audiostart)),
            ("bargein", flag(self.bargein)),
            ("mark", flag(self.mark)),
            ("goto", flag(self.goto)),
        ];
        let known = known.into_iter().filter_map(|(name, value)| Some(Item::new(name, value?)));
        write_items(writer, known.chain(self.ignored.iter().cloned()));
    }
}

impl ConferenceSubscribe {
    /// Reads `<subscribe>` elements; `interval` is the attribute `activespeakernotification`,
    /// which an `activespeaker` item overrides (mscp.md section 2).
    pub(crate) fn read(elements: &[&Element], interval: u32) -> Result<Self, Fault> {
        let mut subscribe = Self { activespeaker: NonZeroU32::new(interval), ..Self::default() };
        for element in elements {
            for (child, item) in items(element)? {
                subscribe.add(child, item)?;
            }
        }
        Ok(subscribe)
    }

    fn add(&mut self, element: &Element, item: Item) -> Result<(), Fault> {
        match (item.name.as_str(), item.value.as_str()) {
            ("activespeaker", _) => {
                self.activespeaker = NonZeroU32::new(element.attributes().seconds("value")?);
            }
            ("attendance", value) if value != "false" => self.attendance = true,
            _ => self.ignored.push(item),
        }
        Ok(())
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        let interval =
            self.activespeaker.map(|seconds| Item::new("activespeaker", seconds.to_string()));
        let attendance = self.attendance.then(|| Item::new("attendance", "true"));
        let known = interval.into_iter().chain(attendance);
        write_items(writer, known.chain(self.ignored.iter().cloned()));
    }
}

impl crate::xml::Attributes<'_> {
    /// Takes a mandatory number of whole seconds.
    fn seconds(&mut self, name: &str) -> Result<u32, Fault> {
        self.required(name)?.as_number()
    }
}

fn write_items(writer: &mut Writer, items: impl Iterator<Item = Item>) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    writer.tag("subscribe").content(|writer| items.for_each(|item| item.write(writer)));
}
