//! The RTCP side of a leg: timer, reports out, reports in.

use std::time::Duration;

use mixer::time::Time;

use super::build::{Cname, Compound};
use super::interval::{Interval, Members};
use super::parse::{Item, items};
use super::{Ntp, Reception, ReportBlock, SenderInfo};

/// Longest round trip that is believed. What is more comes from a peer that mixes up its clocks.
const ROUND_TRIP_MAX: Duration = Duration::from_secs(60);

/// What a received compound packet means for the leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The source we listen to has left. Said once, until it speaks again.
    pub goodbye: bool,
}

/// One party of a session of two.
#[derive(Clone, Debug)]
pub struct Session {
    ssrc: u32,
    cname: Cname,
    ntp: Ntp,
    interval: Interval,
    due: Option<Time>,
    /// Whether RTP was sent since the last report, and in the interval before it.
    sent: [bool; 2],
    /// Whether RTP was received since the last report.
    received: bool,
    /// The peer's last sender report: middle bits of its NTP timestamp, and when it came.
    last_sr: Option<(u32, Time)>,
    /// Whether anything of ours has left; who never spoke says no goodbye (6.3.7).
    spoke: bool,
    /// Whether the peer's goodbye was passed on.
    left: bool,
    remote_report: Option<ReportBlock>,
    round_trip: Option<Duration>,
}

impl Session {
    /// A session in which nothing was said yet. The seed draws the intervals.
    #[must_use]
    pub fn new(seed: u64, ssrc: u32, cname: Cname, ntp: Ntp) -> Session {
        Session {
            ssrc,
            cname,
            ntp,
            interval: Interval::new(seed),
            due: None,
            sent: [false; 2],
            received: false,
            last_sr: None,
            spoke: false,
            left: false,
            remote_report: None,
            round_trip: None,
        }
    }

    /// An RTP packet of ours leaves.
    pub fn on_rtp_sent(&mut self) {
        self.sent[0] = true;
        self.spoke = true;
    }

    /// An RTP packet of the peer came.
    pub fn on_rtp_received(&mut self) {
        self.received = true;
        self.left = false;
    }

    /// The peer's source is another one now: what the old one said of its clock is void.
    pub fn on_source_changed(&mut self) {
        self.last_sr = None;
    }

    /// Whether a report is to be sent now. The first call starts the timer.
    pub fn is_due(&mut self, now: Time) -> bool {
        match self.due {
            Some(due) => now >= due,
            None => {
                self.due = Some(now + self.interval.draw(self.members()));
                false
            }
        }
    }

    /// Makes the report that is due and sets the timer for the next. `figures` are what we have
    /// sent so far, with the RTP timestamp that belongs to `now`.
    pub fn report(
        &mut self,
        now: Time,
        figures: SenderInfo,
        reception: Option<&mut Reception>,
    ) -> Compound {
        let compound = self.compound(now, figures, reception, false);
        self.interval.note_size(compound.as_bytes().len());
        self.interval.begun();
        self.due = Some(now + self.interval.draw(self.members()));
        compound
    }

    /// The last report, which ends with BYE; `None` when nothing of ours ever left. A session of
    /// two needs no back-off (6.3.7 asks it of more than 50).
    pub fn goodbye(
        &mut self,
        now: Time,
        figures: SenderInfo,
        reception: Option<&mut Reception>,
    ) -> Option<Compound> {
        self.spoke.then(|| self.compound(now, figures, reception, true))
    }

    /// Takes a compound packet; `None` if it is none. `remote` is the source we listen to.
    pub fn receive(&mut self, arrival: Time, bytes: &[u8], remote: Option<u32>) -> Option<Heard> {
        let mut heard = Heard::default();
        let is_remote = |ssrc| remote.is_none_or(|remote| remote == ssrc);
        let valid = items(bytes, |item| match item {
            Item::Sender { ssrc, info } if is_remote(ssrc) => {
                self.last_sr = Some(((info.ntp >> 16) as u32, arrival));
            }
            Item::Report(block) if block.ssrc == self.ssrc => self.on_report(arrival, block),
            Item::Bye { ssrc } if is_remote(ssrc) => heard.goodbye = true,
            Item::Sender { .. } | Item::Report(_) | Item::Bye { .. } => {}
        });
        if valid {
            self.interval.note_size(bytes.len());
        }
        let left = self.left || heard.goodbye;
        heard.goodbye &= !self.left;
        self.left = left;
        valid.then_some(heard)
    }

    /// What the peer said last of our packets.
    #[must_use]
    pub fn remote_report(&self) -> Option<ReportBlock> {
        self.remote_report
    }

    /// The round trip as of the peer's last report.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    fn compound(
        &mut self,
        now: Time,
        figures: SenderInfo,
        reception: Option<&mut Reception>,
        goodbye: bool,
    ) -> Compound {
        let sender = self.we_sent().then(|| SenderInfo { ntp: self.ntp.of(now), ..figures });
        let block = reception
            .filter(|reception| self.received && reception.is_valid())
            .map(|reception| self.with_last_sr(now, reception.report()));
        self.sent = [false, self.sent[0]];
        self.received = false;
        self.spoke = true;
        Compound::new(self.ssrc, sender, block, &self.cname, goodbye)
    }

    fn with_last_sr(&self, now: Time, block: ReportBlock) -> ReportBlock {
        let Some((last_sr, arrival)) = self.last_sr else { return block };
        ReportBlock { last_sr, delay_since_last_sr: short(now.since(arrival)), ..block }
    }

    /// The round trip, from the figures of 6.4.1: A - LSR - DLSR.
    fn on_report(&mut self, arrival: Time, block: ReportBlock) {
        self.remote_report = Some(block);
        if block.last_sr == 0 {
            return;
        }
        let since_sr = self.ntp.short(arrival).wrapping_sub(block.last_sr);
        // Rounding in both clocks can make a short trip negative.
        let trip = (since_sr.wrapping_sub(block.delay_since_last_sr) as i32).max(0);
        let trip = Duration::from_nanos((trip as u64 * 1_000_000_000) >> 16);
        if trip <= ROUND_TRIP_MAX {
            self.round_trip = Some(trip);
        }
    }

    fn we_sent(&self) -> bool {
        self.sent[0] || self.sent[1]
    }

    fn members(&self) -> Members {
        let we_sent = self.we_sent();
        Members { members: 2, senders: u32::from(we_sent) + u32::from(self.received), we_sent }
    }
}

/// A duration in 16.16 seconds.
fn short(duration: Duration) -> u32 {
    ((duration.as_nanos() << 16) / 1_000_000_000) as u32
}
