//! What the engine asks of an end point: the traits behind which RTP legs and players live.
//!
//! A *port* is one end point of the topology that is not a room: a connection (RTP leg) or a
//! dialog (player). All calls are made on the engine thread, inside the tick, under the
//! allocation trap: no lock, no allocation, no free, no log, no system call.

use std::net::SocketAddr;

use crate::time::Time;

/// Samples a second of every frame the engine exchanges with its ports, in Hz.
///
/// One rate for the whole engine is enough while every codec is narrow-band (G.711).
pub const SAMPLE_RATE_HZ: u32 = 8_000;

/// Samples in the frame of one tick: 20 ms at [`SAMPLE_RATE_HZ`], one channel.
pub const FRAME_SAMPLES: usize = 160;

/// One tick of audio: mono, 16 bit linear, full scale is ±32767.
pub type Frame = [i16; FRAME_SAMPLES];

/// Names a port of one engine. The control side reserves the slot before the port crosses over,
/// so a key is valid from the moment it exists; the generation tells a reused slot apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId {
    /// Slot in the engine's table of ports.
    pub slot: u32,
    /// How often the slot had been used before.
    pub generation: u32,
}

/// Whether a frame holds anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// The end point makes no sound: nothing was received, or playout has not begun. The frame's
    /// contents are unspecified and must be taken for silence.
    Silent,
    /// The frame holds audio, comfort noise and concealment included.
    Active,
}

/// RTP or RTCP: which of a leg's two sockets a datagram belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The RTP port.
    Rtp,
    /// The RTCP port.
    Rtcp,
}

/// A datagram that came in for a port.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The port whose socket received it.
    pub port: PortId,
    /// Which of its sockets.
    pub channel: Channel,
    /// Who sent it.
    pub from: SocketAddr,
    /// When it reached this host.
    pub arrival: Time,
    /// The payload of the datagram.
    pub bytes: &'a [u8],
}

/// A datagram to send for a port.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The port whose socket sends it.
    pub port: PortId,
    /// Which of its sockets.
    pub channel: Channel,
    /// Whom to send it to.
    pub to: SocketAddr,
    /// Not before this time: packet times that are no multiple of a tick leave evenly this way.
    pub not_before: Time,
    /// The payload of the datagram.
    pub bytes: &'a [u8],
}

/// Something a port has to tell the control side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PortEvent {
    /// A telephone-event began (RFC 4733). Reported once for each key press.
    Digit {
        /// Event code: 0-9, 10 `*`, 11 `#`, 12-15 A-D, 16 flash.
        event: u8,
    },
    /// An RTP source was latched as the peer; media goes there from now on.
    Latched {
        /// The peer's RTP address.
        remote: SocketAddr,
    },
    /// Nothing valid was received for the configured time. Reported once per silence.
    Starved {
        /// How long nothing was heard, in ms.
        silent_ms: u32,
    },
    /// A player has delivered its first sample.
    Started,
    /// A player has delivered its last sample.
    Finished,
    /// The peer said goodbye on RTCP (RFC 3550, 6.6).
    Goodbye,
}

/// Where ports put what must leave the engine. Never blocks; what does not fit is dropped and
/// counted by the implementation.
pub trait Outbox {
    /// Queues a datagram for the network thread.
    fn send(&mut self, datagram: Outgoing<'_>);
    /// Queues an event for the control side.
    fn notify(&mut self, port: PortId, event: PortEvent);
}

/// What a port hears in one tick.
#[derive(Clone, Copy, Debug)]
pub enum Heard<'a> {
    /// Nothing is joined to it, or nothing that makes a sound: it hears silence, and a leg still
    /// sends its packets.
    Nothing,
    /// This audio.
    Audio(&'a Frame),
}

/// An end point that speaks.
pub trait Source {
    /// Fills `frame` with the next tick of audio. Called exactly once per tick.
    fn read(&mut self, now: Time, frame: &mut Frame, out: &mut dyn Outbox) -> Activity;
}

/// An end point that listens.
pub trait Sink {
    /// Takes the next tick of audio. Called exactly once per tick, after every `read`; no longer
    /// in the tick that removes the port, which still reads it so that it can fade out.
    fn write(&mut self, now: Time, heard: Heard<'_>, out: &mut dyn Outbox);
}

/// An end point of the engine. It is born on the control side together with its handle, lives on
/// the engine thread, and travels home to be freed.
pub trait Port: Source + Sink + Send {
    /// A datagram arrived on one of the port's sockets. Called before the tick's `read`.
    fn receive(&mut self, now: Time, datagram: Datagram<'_>, out: &mut dyn Outbox);

    /// A key was pressed on the port this one listens to directly (a bridge of two connections):
    /// a leg passes it on as RFC 4733, everything else ignores it.
    fn relay_digit(&mut self, _event: u8) {}
}
