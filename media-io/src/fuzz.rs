//! What the fuzz targets in `fuzz/` do with any bytes, and what must hold then. Here, so that the
//! corpus is replayed by `cargo test` too.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use mixer::port::{
    Activity, Channel, Datagram, FRAME_SAMPLES, Heard, Outbox, Outgoing, Port, PortEvent, PortId,
    Rate, Sink, Source,
};
use mixer::time::{TICK, Time};

use crate::codec::{G722, L16_WIDE, OPUS, PCMU};
use crate::leg::{Accepted, Format, LegConfig, Remote};
use crate::rtp::{HEADER_LEN, Packet, Sequence, Timestamp};
use crate::sdp::channel::{LocalChannel, answer_channel, is_channel_offer};
use crate::sdp::{
    LocalMedia, Refusal, Security, accept_answer, answer, answer_again, offer, offer_again,
};
use crate::sound::{Document, Kind, Repeat, SoundFault, Stream};
use crate::srtp::{Keyring, MasterKey, Mki, Opener, SECRET_BYTES_MAX, SUITES, Sealer};
use crate::telephone_event::{Payload, Receiver};
use crate::{rtcp, wav};

const PORT: PortId = PortId { slot: 0, generation: 0 };

/// The rate that files are played at.
const RATE: u32 = 8_000;

/// How long a file may play.
const SOUND_MAX: Duration = Duration::from_secs(20);

/// From where it is played once more.
const SOUGHT: Duration = Duration::from_millis(30);

/// In the first byte of a datagram's record: it arrives on the RTCP port.
const ON_RTCP: u8 = 0x80;

/// In the first byte of a datagram's record: a tick follows.
const TICK_FOLLOWS: u8 = 0x40;

/// In the first byte of a datagram's record: the upper bits of its length.
const LENGTH_BITS: u8 = 0x07;

/// In the first byte of [`srtp`]: the key has a name.
const NAMED: u8 = 0x40;

/// Bytes that a datagram of [`srtp`] may have with what protects it.
const ROOM: usize = 1_600;

/// Bytes of one step of [`telephone_event`].
const EVENT_BYTES: usize = 9;

/// In a step of [`telephone_event`]: the packet has the marker.
const MARKER: u8 = 1;

/// In a step of [`telephone_event`]: the packet holds audio.
const AUDIO: u8 = 2;

/// Whatever a peer sends as SDP, it is answered or refused; an answer given twice stays the same.
pub fn sdp(text: &[u8]) {
    for security in [Security::Plain, Security::Optional, Security::Required] {
        let mut local = LocalMedia::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000, 1);
        local.security = security;
        local.keyring = Keyring::draw(|secret| secret.fill(1));
        negotiate(text, &local);
    }
}

fn negotiate(text: &[u8], local: &LocalMedia) {
    if let Ok(ours) = offer(local) {
        let _ = accept_answer(ours, text, local);
    }
    let Ok(first) = answer(text, local) else { return };
    let protected = first.keys.is_some() || first.remote.is_none();
    assert!(protected || local.security != Security::Required, "in the clear against the policy");
    assert_eq!(answer_again(text, local, &first).as_ref(), Ok(&first));
    if let Ok(second) = offer_again(local, &first) {
        // Media of ours on top of all of theirs may be more than we would read.
        let peer = answer(&second.sdp, local);
        let readable = matches!(peer, Ok(_) | Err(Refusal::TooLarge { .. }));
        assert!(readable, "our own offer is refused: {peer:?}");
    }
}

/// Whatever is offered as an MSCP channel, it is answered or refused.
pub fn sdp_channel(text: &[u8]) {
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let local = LocalChannel { ip, port: 5_000, session_id: 1, version: 1, connected: true };
    let answered = answer_channel(text, &local);
    assert!(answered.is_err() || is_channel_offer(text));
}

/// Whatever comes under a key that its sender does not have, it is refused; and a packet that was
/// sealed is opened as it was.
///
/// The first byte chooses suite, channel and whether the key has a name; the rest is the datagram.
pub fn srtp(input: &[u8]) {
    let [choice, datagram @ ..] = input else { return };
    let suite = SUITES[usize::from(choice & 0x0f) % SUITES.len()];
    let Some(mut key) = MasterKey::new(suite, &[7; SECRET_BYTES_MAX][..suite.secret_len()]) else {
        return;
    };
    let (mut sealer, mut plain) = (Sealer::new(&key), [0; ROOM]);
    let mut sealed = [0; ROOM];
    let on_rtcp = choice & ON_RTCP != 0;
    if choice & NAMED != 0
        && let Some(name) = Mki::new(1, 4)
    {
        key = key.named(name);
    }
    let mut opener = Opener::new(&key);
    let opened = match on_rtcp {
        true => opener.rtcp(datagram, &mut plain),
        false => opener.rtp(datagram, &mut plain),
    };
    assert!(opened.is_err(), "opened without a key: {opened:?}");
    let len = match on_rtcp {
        true => sealer.rtcp(datagram, &mut sealed),
        false => sealer.rtp(datagram, &mut sealed),
    };
    if choice & NAMED != 0 {
        return;
    }
    let Some(sealed) = len.ok().and_then(|len| sealed.get(..len)) else { return };
    let opened = match on_rtcp {
        true => opener.rtcp(sealed, &mut plain),
        false => opener.rtp(sealed, &mut plain),
    };
    assert_eq!(opened.ok().and_then(|len| plain.get(..len)), Some(datagram));
}

/// What is read as RTP lies within the datagram.
pub fn rtp(datagram: &[u8]) {
    if let Some(packet) = Packet::parse(datagram) {
        assert!(packet.payload.len() + HEADER_LEN <= datagram.len());
    }
}

/// Whatever claims to be RTCP is read to its end or refused.
pub fn rtcp(datagram: &[u8]) {
    let mut count = 0;
    let valid = rtcp::items(datagram, |_| count += 1);
    assert!(valid || count == 0);
}

/// Whatever is in a file, it is played or refused.
pub fn wav(file: &[u8]) {
    let _ = wav::decode(file, RATE, &wav::Limits::default());
}

/// Whatever is in an MP3 file, it is played or refused.
pub fn mp3(file: &[u8]) {
    sound(file, Kind::Mp3, Stream::open);
}

/// Whatever is in a FLAC file, it is played or refused.
pub fn flac(file: &[u8]) {
    sound(file, Kind::Flac, Stream::open);
}

/// Whatever is in an Ogg file, it is played or refused, whether its checksums are right or not.
pub fn ogg(file: &[u8]) {
    sound(file, Kind::Ogg, Stream::open);
    sound(file, Kind::Ogg, Stream::open_unverified);
}

type Open = fn(&Document, Rate, &wav::Limits) -> Result<Stream, SoundFault>;

/// Plays what is taken for a file of that kind to its end, then from a place within and once more.
fn sound(file: &[u8], kind: Kind, open: Open) {
    if Kind::of(file) != Some(kind) {
        return;
    }
    let limits = wav::Limits { duration_max: SOUND_MAX, ..wav::Limits::default() };
    let document = Document::new(file.to_vec());
    let Ok(mut stream) = open(&document, Rate::Full, &limits) else { return };
    let most = SOUND_MAX.as_millis() as usize * Rate::Full.hz() as usize / 1_000;
    assert!(play(&mut stream) <= most);
    if stream.seek(SOUGHT).is_ok() {
        stream.repeat(Repeat::Times(2));
        assert!(play(&mut stream) <= 2 * most);
    }
}

fn play(stream: &mut Stream) -> usize {
    let mut samples = Vec::new();
    let mut count = 0;
    while let Ok(true) = stream.next(&mut samples) {
        count += samples.len();
        samples.clear();
    }
    count + samples.len()
}

/// Packets of telephone-event in any order: what is reported as pressed is what was sent.
///
/// A step is nine bytes: sequence number (2), timestamp (2), [`MARKER`] and [`AUDIO`], payload (4).
pub fn telephone_event(steps: &[u8]) {
    let mut receiver = Receiver::default();
    for step in steps.chunks_exact(EVENT_BYTES) {
        let [s0, s1, t0, t1, flags, payload @ ..] = step else { return };
        let sequence = Sequence(u16::from_be_bytes([*s0, *s1]));
        let timestamp = Timestamp(u32::from(u16::from_be_bytes([*t0, *t1])));
        match Payload::parse(payload) {
            Some(payload) if flags & AUDIO == 0 => {
                let pressed = receiver.receive(sequence, timestamp, flags & MARKER != 0, payload);
                assert!(pressed.is_none_or(|event| event == payload.event));
            }
            _ => receiver.on_audio(sequence),
        }
    }
}

/// Whatever arrives on the two ports of a leg, it goes on.
///
/// Each datagram begins with two bytes: [`ON_RTCP`], [`TICK_FOLLOWS`], and its length.
pub fn leg(datagrams: &[u8]) {
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 4_000));
    let mut format = Format::new(&PCMU, 0);
    format.telephone_event = Some(101);
    format.audio_level = Some(1);
    format.also[0] = Some(Accepted { payload_type: 111, codec: &OPUS });
    format.also[1] = Some(Accepted { payload_type: 9, codec: &G722 });
    format.also[2] = Some(Accepted { payload_type: 112, codec: &L16_WIDE });
    let mut config = LegConfig::new(PORT, 1, "fuzz".to_owned(), format);
    config.remote = Some(Remote::new(peer));
    let (mut leg, _handle) = crate::leg::leg(config);
    let mut now = Time(0);
    let mut rest = datagrams;
    while let [high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([high & LENGTH_BITS, *low]));
        let (bytes, after) = tail.split_at(length.min(tail.len()));
        rest = after;
        let channel = if high & ON_RTCP == 0 { Channel::Rtp } else { Channel::Rtcp };
        let datagram = Datagram { port: PORT, channel, from: peer, arrival: now, bytes };
        leg.receive(now, datagram, &mut Nowhere);
        if high & TICK_FOLLOWS != 0 {
            let activity = leg.read(now, &mut [0; FRAME_SAMPLES], &mut Nowhere);
            if matches!(activity, Activity::Encoded { .. }) && bytes.len() % 2 == 0 {
                leg.decode(0, &mut [0; FRAME_SAMPLES]);
            }
            leg.write(now, Heard::Nothing, &mut Nowhere);
            now = now + TICK;
        }
    }
}

/// Takes what a leg sends and says.
struct Nowhere;

impl Outbox for Nowhere {
    fn send(&mut self, _: Outgoing<'_>) {}
    fn notify(&mut self, _: PortId, _: PortEvent) {}
}
