//! `[recordings]`: where recordings are written and how much they may take.

use std::path::PathBuf;

use crate::config::key::Key;
use crate::config::shape::{Folder, Whole};

/// `recordings.folder`.
pub const RECORDINGS_FOLDER: Key<Option<PathBuf>> = Key {
    name: "recordings.folder",
    flag: None,
    variable: "MEDIASERVER_RECORDINGS_FOLDER",
    shape: &Folder,
    default: r#""""#,
    about: "The folder in which conferences and connections are recorded. With none, nothing is \
            recorded. No file is ever written over.",
};

/// `recordings.max-file-bytes`.
pub const RECORDINGS_MAX_FILE_BYTES: Key<u64> = Key {
    name: "recordings.max-file-bytes",
    flag: None,
    variable: "MEDIASERVER_RECORDINGS_MAX_FILE_BYTES",
    shape: &Whole { min: 1024, max: 1_099_511_627_776, unit: "bytes" },
    default: "17179869184",
    about: "The largest file of a recording; one that would grow past it ends. The default holds \
            two days at 48 kHz. WAVE files past 4 GiB are RF64.",
};

/// `recordings.max-seconds`.
pub const RECORDINGS_MAX_SECONDS: Key<u64> = Key {
    name: "recordings.max-seconds",
    flag: None,
    variable: "MEDIASERVER_RECORDINGS_MAX_SECONDS",
    shape: &Whole { min: 1, max: 604_800, unit: "seconds" },
    default: "86400",
    about: "How long a recording may last, its pauses left out.",
};

/// `recordings.max-files`.
pub const RECORDINGS_MAX_FILES: Key<usize> = Key {
    name: "recordings.max-files",
    flag: None,
    variable: "MEDIASERVER_RECORDINGS_MAX_FILES",
    shape: &Whole { min: 1, max: 10_000, unit: "files" },
    default: "256",
    about: "How many files one recording may have, where each speaker has one.",
};
