//! `mediatype.datatype`: audio, video or both.

use std::fmt;

/// The media of a conference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `audio`.
    #[default]
    Audio,
    /// `video`.
    Video,
    /// `audiovideo`.
    AudioVideo,
}

impl MediaType {
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("audio", Self::Audio), ("video", Self::Video), ("audiovideo", Self::AudioVideo)];
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::AudioVideo => "audiovideo",
        })
    }
}
