//! A recording: files that are filled together, on one timeline.

use std::io;
use std::time::Duration;

use mixer::time::{TICK, Time};

use super::file::{Coding, SoundFile, Target};
use super::limits::{Ending, Limits};
use super::tap::Feed;
use super::track::{Stop, Timeline, Track};

/// Ticks of each file that one call of [`Recording::advance`] writes at most: 10 s, so that whoever
/// is behind can still be told to stop.
const ADVANCE_TICKS_MAX: usize = 500;

/// Pauses of one recording at most.
const PAUSES_MAX: usize = 4_096;

/// Files that are filled together. Its calls may block for as long as its files do: for a thread
/// that may.
///
/// [`add`](Self::add) files, call [`advance`](Self::advance) a few times a second until it tells why
/// the recording is over or one's own [`stop`](Self::stop) ends it.
#[derive(Debug)]
pub struct Recording<T: Target> {
    coding: Coding,
    limits: Limits,
    timeline: Timeline,
    tracks: Vec<Track<T>>,
    done: Vec<FileReport>,
}

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Why it is over.
    pub ending: Ending,
    /// Its files, in the order in which they were completed.
    pub files: Vec<FileReport>,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// The name it was added under.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How long it plays.
    pub duration: Duration,
    /// How much of that is silence because the disk was too slow for what was heard.
    pub lost: Duration,
}

impl<T: Target> Recording<T> {
    /// A recording without files whose time begins at the first tick from `started` on.
    #[must_use]
    pub fn new(coding: Coding, limits: Limits, started: Time) -> Self {
        let timeline = Timeline::new(started);
        Recording { coding, limits, timeline, tracks: Vec::new(), done: Vec::new() }
    }

    /// Adds a file with a channel for each feed, one or two. One that comes later begins with silence
    /// up to its first tick. `serial` is to be another for each file.
    ///
    /// # Errors
    /// When `target` cannot be written, or there are too many files.
    pub fn add(
        &mut self,
        name: String,
        target: T,
        feeds: Vec<Feed>,
        serial: u32,
    ) -> io::Result<()> {
        let channels = feeds.len() as u16;
        if !(1..=2).contains(&channels) {
            return Err(io::Error::other(format!("{channels} channels")));
        }
        self.add_track(name, target, feeds, (channels, serial))
    }

    /// Adds a file with one channel, in which all feeds are heard.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn add_mixed(
        &mut self,
        name: String,
        target: T,
        feeds: Vec<Feed>,
        serial: u32,
    ) -> io::Result<()> {
        self.add_track(name, target, feeds, (1, serial))
    }

    fn add_track(
        &mut self,
        name: String,
        target: T,
        feeds: Vec<Feed>,
        (channels, serial): (u16, u32),
    ) -> io::Result<()> {
        let files = self.tracks.len() + self.done.len();
        if files >= self.limits.files_max {
            return Err(io::Error::other(format!("the recording has {files} files already")));
        }
        let file = SoundFile::create(target, self.coding, channels, serial)?;
        self.tracks.push(Track::new(name, (file, channels), self.coding.rate(), feeds));
        Ok(())
    }

    /// Cuts out what is heard from `at` on, or from where the furthest file is already. False if it
    /// was paused too often.
    pub fn pause(&mut self, at: Time) -> bool {
        if self.timeline.pauses() >= PAUSES_MAX {
            return false;
        }
        let written = self.written();
        self.timeline.pause(at, written);
        true
    }

    /// Goes on at `at`, or where the furthest file is already.
    pub fn resume(&mut self, at: Time) {
        let written = self.written();
        self.timeline.resume(at, written);
    }

    /// Writes what has been heard since the last call.
    ///
    /// # Errors
    /// Why the recording is over; [`stop`](Self::stop) is then called with that.
    pub fn advance(&mut self) -> Result<Progress, Ending> {
        let limits = self.limits();
        self.learn();
        let mut more = false;
        let mut index = 0;
        while let Some(track) = self.tracks.get_mut(index) {
            // Asked first: whatever came before its end is then there.
            let is_over = track.is_over();
            let behind = track.advance(&self.timeline, ADVANCE_TICKS_MAX, limits);
            let behind = behind.map_err(|stop| ending(&self.limits, track.name(), stop))?;
            more |= behind;
            if is_over && !behind {
                let (report, outcome) = self.tracks.remove(index).finish();
                let failed = outcome.map_err(|error| failed(&report.name, &error));
                self.done.push(report);
                failed?;
            } else {
                index += 1;
            }
        }
        Ok(if more { Progress::Behind } else { Progress::Done })
    }

    /// Writes what is left of what was heard and completes all files, those that can be written.
    #[must_use]
    pub fn stop(mut self, ending: Ending) -> Report {
        let limits = self.limits();
        self.learn();
        let mut failure = None;
        for mut track in self.tracks.drain(..) {
            let advanced = track.advance(&self.timeline, usize::MAX, limits);
            let (report, finished) = track.finish();
            let error = match advanced {
                Err(Stop::Failed(error)) => Some(error),
                Err(Stop::Duration | Stop::Size) | Ok(_) => finished.err(),
            };
            failure = failure.or(error.map(|error| failed(&report.name, &error)));
            self.done.push(report);
        }
        let ending = match (ending, failure) {
            (Ending::Stopped, Some(failure)) => failure,
            (ending, _) => ending,
        };
        Report { ending, files: self.done }
    }

    /// Whether every file added so far is complete.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.tracks.is_empty()
    }

    /// How long its longest open file plays.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.tracks.iter().map(Track::duration).max().unwrap_or_default()
    }

    fn learn(&mut self) {
        if let Some(tick) = self.tracks.iter().filter_map(Track::any_tick).min() {
            self.timeline.learn(tick);
        }
    }

    fn limits(&self) -> (u64, u64) {
        let ticks = self.limits.duration_max.as_nanos() / TICK.as_nanos();
        (u64::try_from(ticks).unwrap_or(u64::MAX), self.limits.file_bytes_max)
    }

    /// The end of the furthest file.
    fn written(&self) -> Time {
        self.tracks.iter().filter_map(Track::next).max().unwrap_or_default()
    }
}

/// How far [`Recording::advance`] has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All that was heard is written.
    Done,
    /// More is there: call it again.
    Behind,
}

fn ending(limits: &Limits, file: &str, stop: Stop) -> Ending {
    match stop {
        Stop::Duration => Ending::Duration { limit: limits.duration_max },
        Stop::Size => Ending::Size { file: file.to_owned(), limit: limits.file_bytes_max },
        Stop::Failed(error) => failed(file, &error),
    }
}

fn failed(file: &str, error: &io::Error) -> Ending {
    Ending::Failed { file: file.to_owned(), reason: error.to_string() }
}
