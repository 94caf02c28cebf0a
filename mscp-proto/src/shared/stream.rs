//! ```xml
//! <stream type="audio" direction="receive"/>
//! ```
//!
//! Which media flows which way. On a dialog, `receive` means that the dialog listens to its end
//! point and `transmit` that it plays to it; on `<join>`, `receive` means id1 to id2 and
//! `transmit` id2 to id1 (5.3). The prose calls the attribute `media`, the schema and the examples
//! `type`: both are read, `type` is written (mscp.md section 2).

use std::fmt;

use crate::error::Fault;
use crate::xml::{Element, Writer};

/// `mediadirection.datatype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `transmit`.
    Transmit,
    /// `receive`.
    Receive,
    /// `both`.
    Both,
}

/// All `<stream>` children of one element, resolved per medium; never without any stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Streams {
    audio: Option<Direction>,
    video: Option<Direction>,
}

impl Default for Streams {
    /// Audio in both directions: what no `<stream>` at all means.
    fn default() -> Self {
        Self::audio_only(Direction::Both)
    }
}

impl Direction {
    /// Whether media flows in the sense of `transmit`.
    pub fn transmits(self) -> bool {
        matches!(self, Self::Transmit | Self::Both)
    }

    /// Whether media flows in the sense of `receive`.
    pub fn receives(self) -> bool {
        matches!(self, Self::Receive | Self::Both)
    }

    fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Both }
    }
}

impl Streams {
    /// Audio one way or both.
    pub fn audio_only(direction: Direction) -> Self {
        Self { audio: Some(direction), video: None }
    }

    /// Video one way or both.
    pub fn video_only(direction: Direction) -> Self {
        Self { audio: None, video: Some(direction) }
    }

    /// Audio and video, each one way or both.
    pub fn audiovideo(audio: Direction, video: Direction) -> Self {
        Self { audio: Some(audio), video: Some(video) }
    }

    /// Where audio flows; `None` if it does not.
    pub fn audio(&self) -> Option<Direction> {
        self.audio
    }

    /// Where video flows; `None` if it does not.
    pub fn video(&self) -> Option<Direction> {
        self.video
    }

    /// Whether audio flows in the sense of `transmit`.
    pub fn audio_transmits(&self) -> bool {
        self.audio.is_some_and(Direction::transmits)
    }

    /// Whether audio flows in the sense of `receive`.
    pub fn audio_receives(&self) -> bool {
        self.audio.is_some_and(Direction::receives)
    }

    /// Adds up `<stream>` elements: audio that transmits and audio that receives is both.
    pub(crate) fn read(elements: &[&Element]) -> Result<Self, Fault> {
        if elements.is_empty() {
            return Ok(Self::default());
        }
        let mut streams = Self { audio: None, video: None };
        for element in elements {
            let (media, direction) = read_one(element)?;
            if media != Media::Video {
                streams.audio = Some(streams.audio.map_or(direction, |old| old.and(direction)));
            }
            if media != Media::Audio {
                streams.video = Some(streams.video.map_or(direction, |old| old.and(direction)));
            }
        }
        Ok(streams)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        if *self == Self::default() {
            return;
        }
        if self.audio == self.video {
            return write_one(writer, "audiovideo", self.audio);
        }
        write_one(writer, "audio", self.audio);
        write_one(writer, "video", self.video);
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transmit => "transmit",
            Self::Receive => "receive",
            Self::Both => "both",
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Media {
    Audio,
    Video,
    AudioVideo,
}

fn read_one(element: &Element) -> Result<(Media, Direction), Fault> {
    let mut attributes = element.attributes();
    let media = attributes.aliased("type", "media")?.as_one_of(&[
        ("audio", Media::Audio),
        ("video", Media::Video),
        ("audiovideo", Media::AudioVideo),
    ])?;
    let direction = attributes.required("direction")?.as_one_of(&DIRECTIONS)?;
    attributes.finish()?;
    element.no_children()?;
    Ok((media, direction))
}

fn write_one(writer: &mut Writer, media: &str, direction: Option<Direction>) {
    if let Some(direction) = direction {
        writer.tag("stream").attribute("type", media).attribute("direction", direction).empty();
    }
}

/// The names of the directions on the wire.
pub(crate) const DIRECTIONS: [(&str, Direction); 3] =
    [("transmit", Direction::Transmit), ("receive", Direction::Receive), ("both", Direction::Both)];
