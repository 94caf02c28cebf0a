//! Decoding: what was chosen to be played becomes audio, packet by packet, in their order.

use mixer::port::{FRAME_SAMPLES_MAX, Rate};

use super::concealment::Concealment;
use super::decoders::Decoders;
use super::slots::{Segment, Slots, Stored};
use crate::codec::Codec;
use crate::rtp::Timestamp;

/// Samples of the longest packet: 120 ms at 48 kHz.
const PACKET_SAMPLES_MAX: usize = 5_760;

/// How much a decoder is to have heard before what is listened to, in ms. After 80 ms of Opus a new
/// decoder is within 22 dB of one that has heard it all, wherever there is speech; after 60 ms
/// within 10 dB.
const WARM_UP_MS: u32 = 80;

/// Decoders conceal in steps of 2.5 ms: so many a second.
const CONCEALED_STEPS: usize = 400;

/// A tick as it was chosen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chosen {
    /// The sample it begins with; `None` while nothing plays.
    pub(super) cursor: Option<Timestamp>,
    /// The cursor does not stand where the tick before ended.
    pub(super) jumped: bool,
    /// Nothing can be heard in it.
    pub(super) silent: bool,
}

/// Decodes one stream.
#[derive(Debug)]
pub(super) struct Line {
    decoders: Decoders,
    /// The codec decoded last.
    codec: Option<&'static Codec>,
    block: Block,
    /// Where the packet decoded last ends.
    decoded_to: Option<Timestamp>,
    concealment: Concealment,
}

/// The packet that is being played, decoded.
#[derive(Debug)]
struct Block {
    start: Timestamp,
    samples: usize,
    audio: Box<[i16; PACKET_SAMPLES_MAX]>,
}

impl Line {
    pub(super) fn new(decoders: Decoders) -> Line {
        let audio = Box::new([0; PACKET_SAMPLES_MAX]);
        Line {
            decoders,
            codec: None,
            block: Block { start: Timestamp(0), samples: 0, audio },
            decoded_to: None,
            concealment: Concealment::new(Rate::Narrow),
        }
    }

    /// Takes other decoders and gives back what is not needed any more.
    pub(super) fn set_decoders(&mut self, mut decoders: Decoders) -> Decoders {
        decoders.take_over(&mut self.decoders);
        std::mem::replace(&mut self.decoders, decoders)
    }

    /// What comes next does not follow what was decoded.
    pub(super) fn reset(&mut self) {
        self.block.samples = 0;
        self.decoded_to = None;
        if let Some(codec) = self.codec.take()
            && let Some(entry) = self.decoders.of(codec)
        {
            entry.decoder.reset();
        }
    }

    /// A tick passes in which nothing can be heard.
    pub(super) fn rest(&mut self) {
        self.concealment.rest();
    }

    /// Decodes what is kept from shortly before `cursor` and was not decoded yet, so that the
    /// decoder has heard the stream.
    pub(super) fn warm_up(&mut self, slots: &Slots, cursor: Timestamp) {
        for stored in slots.kept() {
            let behind = cursor.since(stored.timestamp);
            let shortly = (stored.codec.clock_rate_hz / 1_000 * WARM_UP_MS).cast_signed();
            let new = self.decoded_to.is_none_or(|end| stored.timestamp.since(end) >= 0);
            if new && behind <= shortly && cursor.since(end_of(stored)) >= 0 {
                self.load(slots, stored);
            }
        }
    }

    /// Fills a frame with a tick. Its length tells the rate that is wanted.
    pub(super) fn render(&mut self, slots: &Slots, chosen: Chosen, frame: &mut [i16]) {
        if chosen.jumped {
            self.concealment.jump();
        }
        let Some(codec) = self.codec_at(slots, chosen.cursor) else { return frame.fill(0) };
        self.turn_to(codec);
        let samples = codec.rate.frame_samples();
        if frame.len() == samples {
            return self.play(codec, slots, chosen.cursor, frame);
        }
        let mut tick = [0; FRAME_SAMPLES_MAX];
        self.play(codec, slots, chosen.cursor, &mut tick[..samples]);
        match self.decoders.of(codec) {
            Some(entry) => entry.convert(&tick[..samples], frame),
            None => frame.fill(0),
        }
    }

    /// The codec of the packet at the cursor, or else the one heard last.
    fn codec_at(&self, slots: &Slots, cursor: Option<Timestamp>) -> Option<&'static Codec> {
        let here = cursor.map(|cursor| slots.segment(cursor, 1));
        match here {
            Some(Segment::Audio(stored, _)) => Some(stored.codec),
            Some(Segment::Gap(_)) | None => self.codec,
        }
    }

    /// Another codec begins a stream of its own, and that of the one before ends. What is concealed
    /// goes on if the rate does.
    fn turn_to(&mut self, codec: &'static Codec) {
        let before = self.codec.replace(codec);
        if before == Some(codec) {
            return;
        }
        if before.is_none_or(|before| before.rate != codec.rate) {
            self.concealment = Concealment::new(codec.rate);
        }
        if let Some(entry) = before.and_then(|before| self.decoders.of(before)) {
            entry.decoder.reset();
        }
    }

    fn play(
        &mut self,
        codec: &Codec,
        slots: &Slots,
        cursor: Option<Timestamp>,
        mut rest: &mut [i16],
    ) {
        let Some(mut cursor) = cursor else { return self.concealment.fill(rest) };
        let ratio = ratio(codec);
        while !rest.is_empty() {
            let segment = slots.segment(cursor, (rest.len() / ratio) as i64);
            let units = match segment {
                Segment::Audio(stored, units) if stored.codec.rate == codec.rate => {
                    let (part, _) = rest.split_at_mut(units as usize * ratio);
                    self.copy(slots, stored, cursor, part);
                    units
                }
                // Of another rate: it begins with the next tick.
                Segment::Audio(..) => {
                    self.concealment.fill(rest);
                    return;
                }
                Segment::Gap(units) => {
                    let (part, _) = rest.split_at_mut(units as usize * ratio);
                    self.conceal(codec, slots, cursor.plus(units as u32), part);
                    units
                }
            };
            cursor = cursor.plus(units as u32);
            rest = &mut std::mem::take(&mut rest)[units as usize * ratio..];
        }
    }

    /// Plays a part of a packet.
    fn copy(&mut self, slots: &Slots, stored: &Stored, cursor: Timestamp, out: &mut [i16]) {
        if self.block.samples == 0 || self.block.start != stored.timestamp {
            if self.decoded_to.is_some_and(|end| end != stored.timestamp) {
                // Those passed over: the decoder has to know of them.
                self.warm_up(slots, stored.timestamp);
            }
            self.load(slots, stored);
        }
        let offset = cursor.since(stored.timestamp).unsigned_abs() as usize * ratio(stored.codec);
        match self.block.audio[..self.block.samples].get(offset..offset + out.len()) {
            Some(audio) => out.copy_from_slice(audio),
            None => out.fill(0),
        }
        self.concealment.follow(out);
    }

    /// Decodes a packet. What cannot be decoded is concealed.
    fn load(&mut self, slots: &Slots, stored: &Stored) {
        self.turn_to(stored.codec);
        let samples = stored.units as usize * ratio(stored.codec);
        self.block.start = stored.timestamp;
        self.block.samples = samples.min(PACKET_SAMPLES_MAX);
        self.decoded_to = Some(end_of(stored));
        let audio = &mut self.block.audio[..self.block.samples];
        let Some(entry) = self.decoders.of(stored.codec) else { return audio.fill(0) };
        let decoded = entry.decoder.decode(slots.payload(stored), audio);
        if decoded == 0 && entry.decoder.conceal(audio) {
            return;
        }
        audio[decoded..].fill(0);
    }

    /// Makes up what is missing before the packet that begins at `end`.
    fn conceal(&mut self, codec: &Codec, slots: &Slots, end: Timestamp, out: &mut [i16]) {
        let by_decoder = codec.conceals && self.decoded_to.is_some();
        if !by_decoder || self.concealment.is_over() {
            return self.concealment.fill(out);
        }
        let Some(entry) = self.decoders.of(codec) else { return self.concealment.fill(out) };
        self.block.samples = 0;
        let whole = out.len().next_multiple_of(codec.rate.hz() as usize / CONCEALED_STEPS);
        let audio = &mut self.block.audio[..whole.min(PACKET_SAMPLES_MAX)];
        let next = slots.starting_at(end).filter(|_| audio.len() == out.len());
        if next.is_some_and(|next| entry.decoder.recover(slots.payload(next), audio)) {
            out.copy_from_slice(audio);
            self.concealment.follow(out);
        } else if entry.decoder.conceal(audio) {
            out.copy_from_slice(&audio[..out.len()]);
            self.concealment.fade(out);
        } else {
            self.concealment.fill(out);
        }
    }
}

/// Samples for each unit of the RTP clock.
fn ratio(codec: &Codec) -> usize {
    (codec.rate.hz() / codec.clock_rate_hz) as usize
}

fn end_of(stored: &Stored) -> Timestamp {
    stored.timestamp.plus(stored.units as u32)
}
