//! An RTP leg: the end point of a call, seen from the engine as a [`Port`].
//!
//! [`leg`] makes both halves on the control side: the [`RtpLeg`] crosses to the engine, the
//! [`LegHandle`] stays. In a tick the engine first calls `receive` for each datagram, then
//! `read`, then `write`:
//!
//! - a datagram is judged by its source (`latch`), followed by its sequence
//!   ([`Reception`]) and put into the jitter buffer, or taken as a key
//!   or an RTCP report;
//! - `read` carries out the commands that wait and plays what the jitter buffer holds;
//! - `write` sends packets (`outbound`), reports when they are due, looks for starvation and
//!   publishes the figures.

mod config;
mod handle;
mod inbound;
mod latch;
mod outbound;
mod pending;
mod starvation;
mod statistics;

use mixer::port::{
    Activity, Channel, Datagram, Heard, Outbox, Outgoing, Port, PortEvent, PortId, Sink, Source,
};
use mixer::time::Time;
use rtrb::{Consumer, Producer, RingBuffer};
use triple_buffer::Input;

pub use config::{
    ACCEPTED_MAX, Accepted, Direction, Format, LegConfig, PACKET_BYTES_MAX, PACKET_MS_MAX,
    PACKET_MS_MIN, Remote, STARVATION_DEFAULT,
};
pub use handle::{COMMANDS_MAX, CommandError, LegHandle};
pub use statistics::LegStatistics;

use crate::jitter::Decoders;
use crate::recorder::Tap;
use crate::rtcp::{Cname, Compound, Ntp, Reception, Session};
use crate::rtp::{Header, Packet};
use handle::Command;
use inbound::Inbound;
use latch::{Latch, Verdict};
use outbound::Outbound;
use starvation::Starvation;

/// Samples of 48 kHz in a ms, in which the jitter buffer counts.
const PER_MS: u64 = 48;

/// Makes a leg and its handle, on the control side: the one place where a leg allocates.
#[must_use]
pub fn leg(config: LegConfig) -> (RtpLeg, LegHandle) {
    let (commands, waiting) = RingBuffer::new(COMMANDS_MAX);
    // One more than commands wait: a format may be taken between a look and a push of the handle.
    let (homeward, home) = RingBuffer::new(COMMANDS_MAX + 1);
    let (taps_homeward, taps_home) = RingBuffer::new(COMMANDS_MAX + 1);
    let (publish, statistics) = triple_buffer::triple_buffer(&LegStatistics::default());
    let format = config.format;
    let handle = LegHandle { commands, homeward: home, taps_home, statistics, format };
    let homeward = Homeward { decoders: homeward, taps: taps_homeward };
    (RtpLeg::new(config, waiting, homeward, publish), handle)
}

/// The engine's half of a leg.
#[derive(Debug)]
pub struct RtpLeg {
    port: PortId,
    format: Format,
    direction: Direction,
    /// Whether anything may be sent: see [`LegConfig::hold_until_confirmed`].
    confirmed: bool,
    latch: Latch,
    inbound: Inbound,
    outbound: Outbound,
    session: Session,
    starvation: Starvation,
    life: Life,
    counters: Counters,
    commands: Consumer<Command>,
    homeward: Homeward,
    /// Records what the caller hears.
    tap: Option<Box<Tap>>,
    publish: Input<LegStatistics>,
}

/// Where what the leg does not need any more goes, to be freed.
#[derive(Debug)]
struct Homeward {
    decoders: Producer<Decoders>,
    taps: Producer<Box<Tap>>,
}

impl Homeward {
    /// Whether there is room for whatever one command may replace.
    fn is_open(&self) -> bool {
        !self.decoders.is_full() && !self.taps.is_full()
    }
}

/// How far a leg has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    /// It speaks and listens.
    Up,
    /// It says goodbye in this tick.
    Leaving,
    /// It has said goodbye.
    Gone,
}

/// What the leg counts itself.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    rtcp_sent: u64,
    rtcp_received: u64,
    malformed: u64,
    unexpected_payload_type: u64,
    rejected: u64,
}

impl Port for RtpLeg {
    fn receive(&mut self, now: Time, datagram: Datagram<'_>, out: &mut dyn Outbox) {
        if self.life == Life::Gone {
            return;
        }
        match datagram.channel {
            Channel::Rtp => self.receive_rtp(now, &datagram, out),
            Channel::Rtcp => self.receive_rtcp(now, &datagram, out),
        }
    }

    fn relay_digit(&mut self, event: u8) {
        self.outbound.push_digit(event, &self.format);
    }
}

impl Source for RtpLeg {
    fn read(&mut self, now: Time, frame: &mut [i16], out: &mut dyn Outbox) -> Activity {
        // Mostly there is none, and then the way home is not looked at.
        while !self.commands.is_empty()
            && self.homeward.is_open()
            && let Ok(command) = self.commands.pop()
        {
            self.carry_out(command);
        }
        // Said here, because a leg that is taken out in this tick is read but not written.
        if self.life == Life::Leaving {
            self.send_goodbye(now, out);
        }
        self.inbound.read(now, frame)
    }

    fn decode(&mut self, age: usize, frame: &mut [i16]) {
        self.inbound.jitter.decode(age, frame);
    }
}

impl Sink for RtpLeg {
    fn write(&mut self, now: Time, heard: Heard<'_>, out: &mut dyn Outbox) {
        if let Some(tap) = &mut self.tap {
            tap.take(now, heard);
        }
        match self.life {
            Life::Up => {
                self.send_media(now, heard, out);
                self.send_report(now, out);
                self.look_for_starvation(now, out);
            }
            Life::Leaving | Life::Gone => {}
        }
        self.publish();
    }
}

impl RtpLeg {
    fn new(
        config: LegConfig,
        commands: Consumer<Command>,
        homeward: Homeward,
        publish: Input<LegStatistics>,
    ) -> RtpLeg {
        let mut random = config.seed;
        let outbound = Outbound::new(config.port, &mut random, &config.format);
        let cname = Cname::new(&config.cname);
        let ntp = Ntp { at_zero: config.ntp_at_zero };
        RtpLeg {
            port: config.port,
            format: config.format,
            direction: config.direction,
            confirmed: !config.hold_until_confirmed,
            latch: Latch::new(config.remote),
            inbound: Inbound::new(config.jitter, config.format.decoders()),
            session: Session::new(crate::random::next(&mut random), outbound.ssrc, cname, ntp),
            outbound,
            starvation: Starvation::new(config.starvation),
            life: Life::Up,
            counters: Counters::default(),
            commands,
            homeward,
            tap: None,
            publish,
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::SetRemote(remote) => self.set_remote(remote),
            Command::Confirm => self.confirmed = true,
            Command::SetDirection(direction) => self.set_direction(direction),
            Command::SetFormat(format, decoders) => self.set_format(format, decoders),
            Command::SendDigits(digits) => {
                for &event in digits.events() {
                    self.outbound.push_digit(event, &self.format);
                }
            }
            Command::Tap(tap) => {
                if let Some(replaced) = std::mem::replace(&mut self.tap, tap) {
                    // There is room, or the command would not have been taken.
                    let _ = self.homeward.taps.push(replaced);
                }
            }
            Command::Goodbye if self.life == Life::Up => {
                self.life = Life::Leaving;
                self.inbound.begin_anew();
            }
            Command::Goodbye => {}
        }
    }

    fn set_remote(&mut self, remote: Remote) {
        let latched = self.latch.latched();
        self.latch.set_remote(remote);
        if self.latch.latched() != latched {
            self.inbound.forget_source();
            self.session.on_source_changed();
        }
    }

    fn set_format(&mut self, format: Format, decoders: Option<Decoders>) {
        self.outbound.on_format(&self.format, &format);
        self.format = format;
        if let Some(decoders) = decoders {
            let replaced = self.inbound.jitter.set_decoders(decoders);
            // There is room, or the command would not have been taken.
            let _ = self.homeward.decoders.push(replaced);
        }
    }

    fn set_direction(&mut self, direction: Direction) {
        self.direction = direction;
        if !direction.receives() {
            self.inbound.begin_anew();
        }
    }

    fn receive_rtp(&mut self, now: Time, datagram: &Datagram<'_>, out: &mut dyn Outbox) {
        let Some(packet) = Packet::parse(datagram.bytes) else {
            self.counters.malformed += 1;
            return;
        };
        let payload_type = packet.header.payload_type;
        let is_event = self.format.is_event(payload_type);
        if !is_event && self.format.codec_of(payload_type).is_none() {
            self.counters.unexpected_payload_type += 1;
            return;
        }
        let listening = self.direction.receives();
        let Header { ssrc, sequence, .. } = packet.header;
        match self.latch.judge_rtp(datagram.from, ssrc, sequence, listening) {
            Verdict::Peer => {}
            Verdict::NewPeer => {
                self.inbound.forget_source();
                self.session.on_source_changed();
                out.notify(self.port, PortEvent::Latched { remote: datagram.from });
            }
            Verdict::Stranger => {
                self.counters.rejected += 1;
                return;
            }
        }
        self.on_sign_of_life(now);
        self.session.on_rtp_received();
        let news = self.inbound.receive(datagram.arrival, &packet, &self.format, listening);
        if news.source_changed {
            self.session.on_source_changed();
        }
        if let Some(event) = news.digit {
            out.notify(self.port, PortEvent::Digit { event });
        }
    }

    fn receive_rtcp(&mut self, now: Time, datagram: &Datagram<'_>, out: &mut dyn Outbox) {
        if !crate::rtcp::items(datagram.bytes, |_| {}) {
            self.counters.malformed += 1;
            return;
        }
        let reporter = crate::rtcp::reporter(datagram.bytes).unwrap_or_default();
        if self.latch.judge_rtcp(datagram.from, reporter) == Verdict::Stranger {
            self.counters.rejected += 1;
            return;
        }
        self.counters.rtcp_received += 1;
        // A peer that is muted, suppresses silence or holds the call sends no media; its reports
        // tell that it is there.
        self.on_sign_of_life(now);
        let source = self.inbound.source().map(Reception::ssrc);
        let heard = self.session.receive(datagram.arrival, datagram.bytes, source);
        if heard.is_some_and(|heard| heard.goodbye) {
            out.notify(self.port, PortEvent::Goodbye);
        }
    }

    fn on_sign_of_life(&mut self, now: Time) {
        self.starvation.on_heard(now);
        self.confirmed = true;
    }

    fn send_media(&mut self, now: Time, heard: Heard<'_>, out: &mut dyn Outbox) {
        self.outbound.on_tick(now, &self.format);
        let target = self.latch.rtp_target().filter(|_| self.confirmed && self.direction.sends());
        let Some(target) = target else { return self.outbound.pause(&self.format) };
        let packets = self.outbound.packets;
        let encoding = self.format.encoding().id;
        let payload = match heard {
            Heard::Audio(audio) if audio.encoding == Some(encoding) => audio.payload,
            Heard::Audio(_) | Heard::Nothing => &[],
        };
        self.outbound.send(now, payload, &self.format, target, out);
        if self.outbound.packets > packets {
            self.session.on_rtp_sent();
        }
    }

    fn send_report(&mut self, now: Time, out: &mut dyn Outbox) {
        let may_report = self.confirmed && self.latch.rtcp_target().is_some();
        if may_report && self.session.is_due(now) {
            let figures = self.outbound.figures(&self.format);
            let report = self.session.report(now, figures, self.inbound.source_mut());
            self.send_rtcp(now, &report, out);
        }
    }

    fn send_goodbye(&mut self, now: Time, out: &mut dyn Outbox) {
        self.outbound.pause(&self.format);
        let figures = self.outbound.figures(&self.format);
        if let Some(goodbye) = self.session.goodbye(now, figures, self.inbound.source_mut()) {
            self.send_rtcp(now, &goodbye, out);
        }
        self.life = Life::Gone;
    }

    fn send_rtcp(&mut self, now: Time, compound: &Compound, out: &mut dyn Outbox) {
        let Some(to) = self.latch.rtcp_target() else { return };
        let bytes = compound.as_bytes();
        let channel = Channel::Rtcp;
        out.send(Outgoing { port: self.port, channel, to, not_before: now, bytes });
        self.counters.rtcp_sent += 1;
    }

    fn look_for_starvation(&mut self, now: Time, out: &mut dyn Outbox) {
        let expected = self.direction.receives() && !self.latch.is_held();
        if let Some(silent_ms) = self.starvation.check(now, expected) {
            out.notify(self.port, PortEvent::Starved { silent_ms });
        }
    }

    fn publish(&mut self) {
        let statistics = self.statistics();
        *self.publish.input_buffer_mut() = statistics;
        self.publish.publish();
    }

    fn statistics(&self) -> LegStatistics {
        let jitter = self.inbound.jitter.counters();
        let source = self.inbound.source();
        let report = self.session.remote_report();
        LegStatistics {
            packets_sent: self.outbound.packets,
            bytes_sent: self.outbound.bytes,
            packets_received: self.inbound.packets,
            bytes_received: self.inbound.bytes,
            rtcp_sent: self.counters.rtcp_sent,
            rtcp_received: self.counters.rtcp_received,
            lost: source.map_or(0, Reception::lost),
            duplicates: self.inbound.duplicates + jitter.duplicates,
            late: jitter.late,
            skipped_ms: jitter.skipped / PER_MS,
            concealed_ms: jitter.concealed / PER_MS,
            malformed: self.counters.malformed + jitter.unusable,
            unexpected_payload_type: self.counters.unexpected_payload_type,
            rejected: self.counters.rejected,
            digits_received: self.inbound.digits_received,
            digits_sent: self.outbound.digits_sent,
            digits_dropped: self.outbound.digits_dropped,
            jitter_ms: source.map_or(0.0, |source| self.ms(source.jitter())),
            remote_fraction_lost: report.map(|report| f32::from(report.fraction_lost) / 256.0),
            remote_jitter_ms: report.map(|report| self.ms(report.jitter)),
            round_trip: self.session.round_trip(),
            delay_ms: self.inbound.jitter.delay_ms(),
            local_ssrc: self.outbound.ssrc,
            remote_ssrc: source.map(Reception::ssrc),
            latched: self.latch.latched(),
        }
    }
    /// Jitter in ms; it is reported in units of the clock (RFC 3550, 6.4.1).
    fn ms(&self, units: u32) -> f32 {
        (f64::from(units) * 1_000.0 / f64::from(self.format.send.codec.clock_rate_hz)) as f32
    }
}
