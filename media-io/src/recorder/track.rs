//! One file of a recording, and the one or two feeds that fill its channels.

use std::io;
use std::time::Duration;

use mixer::port::{FRAME_SAMPLES_MAX, Rate};
use mixer::time::{TICK, Time};

use super::file::{SoundFile, Target};
use super::recording::FileReport;
use super::tap::Feed;
use crate::resample::Converter;

/// Which ticks are recorded. All tracks of a recording share it.
#[derive(Debug)]
pub(super) struct Timeline {
    /// When the recording was asked for.
    started: Time,
    /// The first tick of the engine's grid after that, once a tick has shown where the grid lies.
    begin: Option<Time>,
    /// What is cut out, in order; the last one may be open.
    pauses: Vec<(Time, Option<Time>)>,
}

impl Timeline {
    pub(super) fn new(started: Time) -> Timeline {
        Timeline { started, begin: None, pauses: Vec::new() }
    }

    /// Learns from any tick where the grid lies.
    pub(super) fn learn(&mut self, tick: Time) {
        let ticks = tick.since(self.started).as_nanos() / TICK.as_nanos();
        let back = TICK * u32::try_from(ticks).unwrap_or(u32::MAX);
        self.begin.get_or_insert(Time(tick.0 - back.as_nanos() as u64));
    }

    pub(super) fn begin(&self) -> Option<Time> {
        self.begin
    }

    pub(super) fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.1.is_none())
    }

    /// What happens before `not_before` is written already.
    pub(super) fn pause(&mut self, at: Time, not_before: Time) {
        if !self.is_paused() {
            self.pauses.push((at.max(not_before), None));
        }
    }

    pub(super) fn resume(&mut self, at: Time, not_before: Time) {
        if let Some((_, end @ None)) = self.pauses.last_mut() {
            *end = Some(at.max(not_before));
        }
    }

    pub(super) fn pauses(&self) -> usize {
        self.pauses.len()
    }

    fn is_cut(&self, at: Time) -> bool {
        // The latest is the likeliest.
        let holds = |&(from, to): &(Time, Option<Time>)| at >= from && to.is_none_or(|to| at < to);
        self.pauses.iter().rev().any(holds)
    }
}

/// What stopped a track.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is as long as it may be.
    Duration,
    /// The file is as large as it may be.
    Size,
    /// It cannot be written.
    Failed(io::Error),
}

/// One file.
#[derive(Debug)]
pub(super) struct Track<T: Target> {
    name: String,
    file: SoundFile<T>,
    rate: Rate,
    /// Its channels; with one, all feeds are mixed into that.
    width: usize,
    channels: Vec<Channel>,
    /// The tick that is to be written next.
    next: Option<Time>,
    /// Ticks in the file.
    ticks: u64,
    interleaved: Vec<i16>,
}

impl<T: Target> Track<T> {
    pub(super) fn new(
        name: String,
        (file, width): (SoundFile<T>, u16),
        rate: Rate,
        feeds: Vec<Feed>,
    ) -> Self {
        let channels = feeds.into_iter().map(Channel::new).collect();
        let width = usize::from(width);
        Track { name, file, rate, width, channels, next: None, ticks: 0, interleaved: Vec::new() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The tick that is to be written next.
    pub(super) fn next(&self) -> Option<Time> {
        self.next
    }

    /// Any tick that one of its feeds has seen.
    pub(super) fn any_tick(&self) -> Option<Time> {
        let until = self.channels.iter().filter_map(|channel| channel.feed.heard_until());
        until.min().map(|until| Time(until.0.saturating_sub(TICK.as_nanos() as u64)))
    }

    /// Whether nothing more can come.
    pub(super) fn is_over(&self) -> bool {
        self.channels.iter().all(|channel| channel.feed.is_over())
    }

    /// Up to which tick everything that can come is there. A feed whose tap is gone keeps nobody
    /// waiting.
    fn horizon(&self) -> Option<Time> {
        let mut live = None;
        let mut over = None;
        for channel in &self.channels {
            // Asked first: what the tap said last was said before it went.
            let is_over = channel.feed.is_over();
            match channel.feed.heard_until() {
                Some(until) if is_over => over = over.max(Some(until)),
                Some(until) => live = Some(live.map_or(until, |live: Time| live.min(until))),
                None if is_over => {}
                None => return None,
            }
        }
        live.or(over)
    }

    /// Writes the ticks that are there, `ticks_max` at most; tells whether more are there.
    pub(super) fn advance(
        &mut self,
        timeline: &Timeline,
        ticks_max: usize,
        limits: (u64, u64),
    ) -> Result<bool, Stop> {
        let (Some(begin), Some(horizon)) = (timeline.begin(), self.horizon()) else {
            return Ok(false);
        };
        let mut next = self.next.unwrap_or(begin);
        let mut left = ticks_max;
        while next < horizon && left > 0 {
            if !timeline.is_cut(next) {
                self.check(limits)?;
                self.write_tick(next).map_err(Stop::Failed)?;
            }
            next = next + TICK;
            self.next = Some(next);
            left -= 1;
        }
        self.file.commit().map_err(Stop::Failed)?;
        Ok(next < horizon)
    }

    fn check(&self, (ticks_max, bytes_max): (u64, u64)) -> Result<(), Stop> {
        if self.ticks >= ticks_max {
            return Err(Stop::Duration);
        }
        let tick_bytes = self.rate.frame_samples() * self.width * size_of::<i16>();
        if self.file.bytes() + tick_bytes as u64 > bytes_max {
            return Err(Stop::Size);
        }
        Ok(())
    }

    fn write_tick(&mut self, at: Time) -> io::Result<()> {
        let samples = self.rate.frame_samples();
        let width = self.width;
        self.interleaved.clear();
        self.interleaved.resize(samples * width, 0);
        for (place, channel) in self.channels.iter_mut().enumerate() {
            let Some(frame) = channel.at(at, self.rate) else { continue };
            let places = self.interleaved.iter_mut().skip(place % width).step_by(width);
            places.zip(frame).for_each(|(place, sample)| *place = place.saturating_add(*sample));
        }
        self.ticks += 1;
        self.file.write(&self.interleaved)
    }

    /// Completes the file.
    pub(super) fn finish(mut self) -> (FileReport, io::Result<()>) {
        let outcome = self.file.finish();
        let millis = self.file.samples() * 1_000 / u64::from(self.rate.hz());
        let lost = |channel: &Channel| channel.feed.dropped_ticks();
        let report = FileReport {
            name: self.name,
            bytes: self.file.bytes(),
            duration: Duration::from_millis(millis),
            lost: TICK * self.channels.iter().map(lost).max().unwrap_or(0) as u32,
        };
        (report, outcome)
    }

    /// How long the file plays.
    pub(super) fn duration(&self) -> Duration {
        TICK * u32::try_from(self.ticks).unwrap_or(u32::MAX)
    }
}

/// One channel of a file.
#[derive(Debug)]
struct Channel {
    feed: Feed,
    frame: Box<[i16; FRAME_SAMPLES_MAX]>,
    converted: Box<[i16; FRAME_SAMPLES_MAX]>,
    /// Brings a feed that has changed its rate to the rate of the file.
    converter: Option<Box<Converter>>,
}

impl Channel {
    fn new(feed: Feed) -> Channel {
        let frame = || Box::new([0; FRAME_SAMPLES_MAX]);
        Channel { feed, frame: frame(), converted: frame(), converter: None }
    }

    /// What was heard in the tick of this time, at this rate. Older ticks, which were cut out, are
    /// passed over.
    fn at(&mut self, at: Time, rate: Rate) -> Option<&[i16]> {
        while self.feed.next_at().is_some_and(|next| next < at) {
            self.feed.next(&mut self.frame);
        }
        if self.feed.next_at() != Some(at) {
            self.converter = None;
            return None;
        }
        let frame = self.feed.next(&mut self.frame);
        let samples = rate.frame_samples();
        if frame.len() == samples {
            self.converter = None;
            return Some(frame);
        }
        let fits = |converter: &Converter| converter.fits(frame.len(), samples);
        if !self.converter.as_deref().is_some_and(fits) {
            let from = Rate::ALL.into_iter().find(|from| from.frame_samples() == frame.len())?;
            self.converter = Converter::new(from, rate).map(Box::new);
        }
        let converted = &mut self.converted[..samples];
        self.converter.as_mut()?.convert(frame, converted);
        Some(converted)
    }
}
