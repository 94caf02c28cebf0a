//! ```xml
//! <createconference reservedtalkers="5" reservedlisteners="3">
//!   <subscribe>
//!     <item name="activespeaker" value="2"/>
//!   </subscribe>
//! </createconference>
//! ```

use std::num::NonZeroU32;

use crate::datatype::MediaType;
use crate::error::{Fault, Subject};
use crate::shared::ConferenceSubscribe;
use crate::xml::{Attributes, Element, Wire, Writer};

/// The `videomixingvas` of a request that gives none, in seconds.
pub const DEFAULT_VAS: NonZeroU32 = match NonZeroU32::new(3) {
    Some(seconds) => seconds,
    None => NonZeroU32::MIN,
};

/// Request to create a conference (5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateConference {
    /// Speaker slots to guarantee.
    pub reservedtalkers: Option<u32>,
    /// Listener slots to guarantee.
    pub reservedlisteners: Option<u32>,
    /// The media of the conference.
    pub reservedmedia: MediaType,
    /// Who is heard.
    pub audiomixingpolicy: AudioMixingPolicy,
    /// Who is seen.
    pub videomixingpolicy: Option<VideoMixingPolicy>,
    /// Events the AS wants; the attribute `activespeakernotification` ends up here too.
    pub subscribe: ConferenceSubscribe,
}

/// `audiomixingpolicy`, and with `nbest` its `audiomixingnbest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioMixingPolicy {
    /// The loudest participants, at most so many; 0 means all who generate output.
    NBest(u32),
    /// Whom the AS selects by floor control.
    Manual,
}

impl Default for AudioMixingPolicy {
    fn default() -> Self {
        Self::NBest(0)
    }
}

/// `videomixingpolicy`, and with `vas` its `videomixingvas`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VideoMixingPolicy {
    /// The loudest active speaker, who stays at least so many seconds.
    Vas(NonZeroU32),
    /// Whom the AS selects by floor control.
    Manual,
    /// A layout of the user's; the draft leaves it open.
    UserDefined,
}

impl CreateConference {
    pub(crate) fn subject(_: &Element) -> Option<Subject> {
        Some(Subject::CreateConference)
    }
}

impl Wire for CreateConference {
    const NAME: &'static str = "createconference";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let audio_given = element.has_attribute("audiomixingpolicy");
        let conference = Self {
            reservedtalkers: attributes.number("reservedtalkers")?,
            reservedlisteners: attributes.number("reservedlisteners")?,
            reservedmedia: attributes
                .one_of("reservedmedia", &MediaType::NAMES)?
                .unwrap_or_default(),
            audiomixingpolicy: AudioMixingPolicy::read(&mut attributes)?,
            videomixingpolicy: VideoMixingPolicy::read(&mut attributes)?,
            subscribe: subscribe(element, &mut attributes)?,
        };
        attributes.finish()?;
        conference.check_policies(element, audio_given)?;
        Ok(conference)
    }

    fn write(&self, writer: &mut Writer) {
        let mut tag = writer
            .tag(Self::NAME)
            .optional("reservedtalkers", self.reservedtalkers)
            .optional("reservedlisteners", self.reservedlisteners)
            .unless("reservedmedia", self.reservedmedia, MediaType::default());
        tag = match self.audiomixingpolicy {
            AudioMixingPolicy::Manual => tag.attribute("audiomixingpolicy", "manual"),
            // With video the draft wants the policy spelt out even where it is the default.
            AudioMixingPolicy::NBest(n) if self.reservedmedia != MediaType::Audio => {
                tag.attribute("audiomixingpolicy", "nbest").unless("audiomixingnbest", n, 0)
            }
            AudioMixingPolicy::NBest(n) => tag.unless("audiomixingnbest", n, 0),
        };
        tag = match self.videomixingpolicy {
            None => tag,
            Some(VideoMixingPolicy::Manual) => tag.attribute("videomixingpolicy", "manual"),
            Some(VideoMixingPolicy::UserDefined) => {
                tag.attribute("videomixingpolicy", "userdefined")
            }
            Some(VideoMixingPolicy::Vas(seconds)) => tag
                .attribute("videomixingpolicy", "vas")
                .unless("videomixingvas", seconds, DEFAULT_VAS),
        };
        tag.content(|writer| self.subscribe.write(writer));
    }
}

impl CreateConference {
    /// The rules of 5.1 that tie the two policies together once there is video.
    fn check_policies(&self, element: &Element, audio_given: bool) -> Result<(), Fault> {
        if self.reservedmedia == MediaType::Audio {
            return Ok(());
        }
        if !audio_given {
            return Err(element.fault(format!(
                "reservedmedia=\"{}\" needs an audiomixingpolicy; add \"nbest\" or \"manual\"",
                self.reservedmedia
            )));
        }
        let audio_is_manual = self.audiomixingpolicy == AudioMixingPolicy::Manual;
        let video_is_manual = self.videomixingpolicy == Some(VideoMixingPolicy::Manual);
        match (audio_is_manual, video_is_manual) {
            (true, false) => Err(element.fault(
                "audiomixingpolicy=\"manual\" with video needs videomixingpolicy=\"manual\" too",
            )),
            (false, true) => Err(element
                .fault("videomixingpolicy=\"manual\" needs audiomixingpolicy=\"manual\" too")),
            _ => Ok(()),
        }
    }
}

impl AudioMixingPolicy {
    /// `audiomixingnbest` is checked always and means something only with `nbest`.
    fn read(attributes: &mut Attributes<'_>) -> Result<Self, Fault> {
        let nbest = Self::NBest(attributes.number("audiomixingnbest")?.unwrap_or(0));
        let policies = [("nbest", nbest), ("manual", Self::Manual)];
        Ok(attributes.one_of("audiomixingpolicy", &policies)?.unwrap_or(nbest))
    }
}

impl VideoMixingPolicy {
    /// `videomixingvas` is checked always and means something only with `vas`. The schema would
    /// let it be 0, the prose wants a positive number (mscp.md section 2).
    fn read(attributes: &mut Attributes<'_>) -> Result<Option<Self>, Fault> {
        let seconds = match attributes.take("videomixingvas") {
            None => DEFAULT_VAS,
            Some(vas) => NonZeroU32::new(vas.as_number()?)
                .ok_or_else(|| vas.fault("videomixingvas must be 1 second or more, not 0"))?,
        };
        attributes.one_of(
            "videomixingpolicy",
            &[
                ("vas", Self::Vas(seconds)),
                ("manual", Self::Manual),
                ("userdefined", Self::UserDefined),
            ],
        )
    }
}

fn subscribe(
    element: &Element,
    attributes: &mut Attributes<'_>,
) -> Result<ConferenceSubscribe, Fault> {
    let interval = attributes.number("activespeakernotification")?.unwrap_or(0);
    let mut lists = Vec::new();
    for child in element.known_children()? {
        match child.name.as_str() {
            "subscribe" => lists.push(child),
            _ => return Err(element.unexpected(child)),
        }
    }
    ConferenceSubscribe::read(&lists, interval)
}
