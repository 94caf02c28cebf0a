//! Recording what is heard: off the engine without waiting, to files without a gap in time.
//!
//! ```text
//!  engine thread                     a thread that may block
//!  Tap ──ticks──▶ ring ──▶ Feed ──▶ Recording ──▶ WavFile or OpusFile ──▶ disk
//! ```
//!
//! - [`tap`] bears a pair: the [`Tap`] takes each tick that is heard, as a port of its own
//!   ([`TapPort`], which is joined to a room or a connection like any other) or inside a leg, which
//!   lets one hear what its caller hears; the [`Feed`] is read elsewhere.
//! - A [`Recording`] is a value that brings feeds to files: one channel, two channels, or a file for
//!   each speaker, all on one timeline. It is moved on with [`Recording::advance`] and never waits
//!   for anything but its files.
//! - [`WavFile`] and [`OpusFile`] write the two formats, [`SoundFile`] is either.
//!
//! The timeline is the engine's: each tick carries the deadline it was mixed for, and a sample's
//! place in the file follows from that alone. What nobody said, what the engine missed and what a
//! slow disk left no room for is silence of that length, so that nothing after it moves. Time for
//! which a recording is paused is cut out, in all its files at the same tick.
//!
//! A file is complete after every [`Recording::advance`]: a process that is killed leaves what it
//! had written, under a header that says so. A disk that is full ends the recording, not the file.

mod file;
mod limits;
mod opus;
mod recording;
mod tap;
mod track;
mod wav;

pub use file::{Coding, SoundFile, Target};
pub use limits::{Ending, Limits};
pub use opus::OpusFile;
pub use recording::{FileReport, Progress, Recording, Report};
pub use tap::{Feed, Tap, TapPort, WAITING_TICKS, tap};
pub use wav::WavFile;
