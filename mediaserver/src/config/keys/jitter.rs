//! The settings of the legs' jitter buffers.

use crate::config::key::Key;
use crate::config::shape::Whole;

/// `media.jitter-ms`.
pub const MEDIA_JITTER_MS: Key<u64> = Key {
    name: "media.jitter-ms",
    flag: None,
    variable: "MEDIASERVER_MEDIA_JITTER_MS",
    shape: &Whole { min: 0, max: 1000, unit: "milliseconds" },
    default: "40",
    about: "The playout delay a leg's jitter buffer begins with. More rides out rougher \
            networks, less talks sooner. The delay grows to 200 ms at most, or to 140 ms more \
            than this where that is longer.",
};
