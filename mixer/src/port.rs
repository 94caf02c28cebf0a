//! What the engine asks of an end point: the traits behind which RTP legs and players live.
//!
//! A *port* is one end point of the topology that is not a room: a connection (RTP leg) or a
//! dialog (player). All calls are made on the engine thread, inside the tick, under the
//! allocation trap: no lock, no allocation, no free, no log, no system call.

use std::net::SocketAddr;

use crate::encoder::{Encoder, EncodingId};
use crate::time::Time;

/// Samples a second of a port's frames, after the codec it speaks. Rooms mix at the highest rate
/// among their members; whatever comes from another rate is converted once for all who need it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rate {
    /// 8 kHz: G.711.
    #[default]
    Narrow,
    /// 16 kHz: G.722.
    Wide,
    /// 48 kHz: Opus.
    Full,
}

impl Rate {
    /// All of them, lowest first.
    pub const ALL: [Rate; 3] = [Rate::Narrow, Rate::Wide, Rate::Full];

    /// The rate in Hz.
    #[must_use]
    pub const fn hz(self) -> u32 {
        match self {
            Rate::Narrow => 8_000,
            Rate::Wide => 16_000,
            Rate::Full => 48_000,
        }
    }

    /// Samples in the frame of one tick: 160, 320 or 960.
    #[must_use]
    pub const fn frame_samples(self) -> usize {
        // Exact: each rate has a whole number of samples in a fiftieth of a second.
        self.hz() as usize / 50
    }
}

/// Samples in the longest frame, one tick at [`Rate::Full`].
pub const FRAME_SAMPLES_MAX: usize = Rate::Full.frame_samples();

/// The rate of narrow-band ports, in Hz.
pub const SAMPLE_RATE_HZ: u32 = Rate::Narrow.hz();

/// Samples in the frame of a narrow-band port.
pub const FRAME_SAMPLES: usize = Rate::Narrow.frame_samples();

/// One tick of narrow-band audio: mono, 16 bit linear, full scale is ±32767.
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
    /// There is audio, not decoded yet: it is ranked by this level, and [`Source::decode`] is
    /// called if anyone is to hear it.
    Encoded {
        /// In dB below full scale, 0 (loudest) to 127 (silence), as in RFC 6464.
        level_dbov: u8,
    },
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
    Audio(Audio<'a>),
}

/// One tick of what a port hears.
#[derive(Clone, Copy, Debug)]
pub struct Audio<'a> {
    /// The samples, mono, at the port's rate.
    pub frame: &'a [i16],
    /// The same as the port's encoding has it ([`Media::encoder`]); empty when the port asked for
    /// none. Whoever hears the same in the same encoding gets the very same bytes.
    pub payload: &'a [u8],
    /// Which encoding that is. Not the one the port would say it has, for a tick or two, while it
    /// and the engine are told of another.
    pub encoding: Option<EncodingId>,
}

/// An end point that speaks.
pub trait Source {
    /// Fills `frame`, whose length is that of one tick at the port's rate. Called exactly once per
    /// tick.
    fn read(&mut self, now: Time, frame: &mut [i16], out: &mut dyn Outbox) -> Activity;

    /// Decodes what [`read`](Self::read) left encoded `age` ticks ago, 0 being this one. Called at
    /// most once for a tick, the oldest first, and never for more than
    /// [`HISTORY_TICKS`] ticks back. Only for ports that answer [`Activity::Encoded`].
    fn decode(&mut self, _age: usize, frame: &mut [i16]) {
        frame.fill(0);
    }
}

/// How many ticks back a port must be able to decode what it left encoded, this one included.
pub const HISTORY_TICKS: usize = 3;

/// An end point that listens.
pub trait Sink {
    /// Takes the next tick of audio. Called exactly once per tick, after every `read`; no longer
    /// in the tick that removes the port, which still reads it so that it can fade out.
    fn write(&mut self, now: Time, heard: Heard<'_>, out: &mut dyn Outbox);
}

/// How a port speaks and listens. Told to the engine with the port, and again when it changes.
#[derive(Debug, Default)]
pub struct Media {
    /// The rate of its frames, both ways.
    pub rate: Rate,
    /// Makes the payloads of what it hears; `None` when it wants the samples only. It joins the
    /// engine's store, from which every distinct mix that is heard in this encoding takes one, and
    /// as many go home with the ports as came.
    pub encoder: Option<Box<dyn Encoder>>,
}

impl Media {
    /// A port that deals in samples only.
    #[must_use]
    pub fn plain(rate: Rate) -> Self {
        Self { rate, encoder: None }
    }
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
