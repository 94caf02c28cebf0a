//! The synthetic callers: telephones made of a SIP call, a pair of UDP ports and a voice.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket as StdUdpSocket};
use std::time::{Duration, Instant};

use media_io::codec::PCMU;
use media_io::rtp::{Header, Packet, Sequence, Timestamp};
use media_io::sdp::{self, LocalMedia};
use sip::{Agent, CallKey, Event, Outgoing};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::track::{Heard, Track, frame_time};
use super::voice::{CAST, Character};
use super::{DemoError, FRAME};

/// How long a call may take to be answered, or its end to be confirmed.
const PATIENCE: Duration = Duration::from_secs(5);

/// SIP events waiting to be looked at.
const EVENTS_MAX: usize = 256;

/// Turns a caller has yet to begin.
const ORDERS_MAX: usize = 16;

/// How often an even port with a free one above it is looked for.
const PORT_TRIALS: usize = 64;

/// Where the Call-IDs of the callers end, so that their connections can be told by name.
const CALL_ID_TAIL: &str = "@antiphon-demo";

/// What is known of a turn while it is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nobody else speaks.
    Solo,
    /// Nobody else speaks, and nobody is to hear it.
    Muted,
    /// Others speak too: heard, but not measured.
    Together,
}

/// A turn that was begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) kind: Kind,
    /// Its first sample, on the track of what was said.
    pub(super) start: usize,
    pub(super) length: usize,
}

/// What is left when a caller has hung up.
#[derive(Debug, Default)]
pub(super) struct Take {
    pub(super) said: Track,
    pub(super) heard: Heard,
    pub(super) turns: Vec<Turn>,
    pub(super) packets_sent: u64,
}

struct Words {
    samples: Vec<i16>,
    kind: Kind,
}

/// A caller on the line.
pub(super) struct Caller {
    call: CallKey,
    words: mpsc::Sender<Words>,
    media: JoinHandle<Take>,
}

impl Caller {
    /// Begins a turn, after what is being said already.
    pub(super) async fn say(&self, samples: Vec<i16>, kind: Kind) {
        // The line is dead only when the demonstration is over.
        let _ = self.words.send(Words { samples, kind }).await;
    }
}

/// The telephones of all callers, on one SIP port.
pub(super) struct Phones {
    agent: Agent,
    events: mpsc::Receiver<Event>,
    ip: IpAddr,
    server: SocketAddr,
}

impl Phones {
    /// Telephones with this address that call the server at that.
    pub(super) async fn new(ip: IpAddr, server: SocketAddr) -> Result<Phones, DemoError> {
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let mut config = sip::Config::new(SocketAddr::new(ip, 0));
        config.tcp = false;
        config.user_agent = "Antiphon-Demo-Caller".to_owned();
        let agent = Agent::bind(config, sender).await.map_err(|e| DemoError::new(e.to_string()))?;
        Ok(Phones { agent, events, ip, server })
    }

    /// Calls, and talks once it is answered.
    pub(super) async fn dial(&mut self, who: Character) -> Result<Caller, DemoError> {
        let name = who.name.to_lowercase();
        let (rtp, rtcp) = ports(self.ip)
            .map_err(|e| DemoError::new(format!("no ports for {}: {e}", who.name)))?;
        let fault = |what: String| DemoError::new(format!("{}'s call failed: {what}", who.name));
        let port = rtp.local_addr().map_err(|e| fault(e.to_string()))?.port();
        let mut local = LocalMedia::new(self.ip, port, u64::from(port));
        local.codecs = vec![&PCMU];
        local.telephone_event = None;
        let offer = sdp::offer(&local).map_err(|e| fault(e.to_string()))?;
        let call = self.agent.call(Outgoing {
            target: self.server,
            to: format!("sip:room@{}", self.server),
            from: format!("sip:{name}@{}", self.ip),
            offer: Some(offer.sdp.clone()),
            call_id: Some(format!("{name}{CALL_ID_TAIL}")),
            from_tag: Some(name),
        });
        let call = call.map_err(|e| fault(e.to_string()))?;
        let answer = self.answer_to(&call).await.map_err(fault)?;
        let agreed =
            sdp::accept_answer(offer, &answer, &local).map_err(|e| fault(e.to_string()))?;
        let remote = agreed.remote.ok_or_else(|| fault("it got no media".to_owned()))?.rtp;
        rtp.connect(remote).await.map_err(|e| fault(e.to_string()))?;
        let (words, inbox) = mpsc::channel(ORDERS_MAX);
        let media = tokio::spawn(talk(rtp, rtcp, inbox));
        Ok(Caller { call, words, media })
    }

    /// Hangs up for all of them, and gives what each said and heard.
    pub(super) async fn hang_up(mut self, callers: Vec<Caller>) -> Vec<Take> {
        let mut takes = Vec::new();
        for caller in callers {
            // Media ends with the words' sender, before the call does: nothing is sent to nobody.
            drop(caller.words);
            takes.push(caller.media.await.unwrap_or_default());
            self.agent.bye(&caller.call, None);
        }
        let mut open = takes.len();
        let ended = async {
            while open > 0 {
                match self.events.recv().await {
                    Some(event) if event.is_final() => open -= 1,
                    Some(_) => {}
                    None => return,
                }
            }
        };
        // An unconfirmed BYE changes nothing any more.
        let _ = timeout(PATIENCE, ended).await;
        takes
    }

    async fn answer_to(&mut self, wanted: &CallKey) -> Result<Vec<u8>, String> {
        let answer = async {
            while let Some(event) = self.events.recv().await {
                match event {
                    Event::Answered { call, sdp, .. } if call == *wanted => {
                        return sdp.ok_or_else(|| "the answer has no session".to_owned());
                    }
                    Event::Failed { call, status } if call == *wanted => {
                        return Err(format!("the server answered {status}"));
                    }
                    _ => {}
                }
            }
            Err("the telephone is broken".to_owned())
        };
        timeout(PATIENCE, answer).await.map_err(|_| "nobody answered".to_owned())?
    }
}

/// Whose connection this is, if it is a synthetic caller's.
pub(super) fn name_of(connection_id: &str) -> Option<&'static str> {
    let (call_id, _) = connection_id.split_once(';')?;
    let name = call_id.strip_suffix(CALL_ID_TAIL)?;
    CAST.iter().map(|who| who.name).find(|known| known.eq_ignore_ascii_case(name))
}

/// An even port for RTP and the odd one above it for RTCP (RFC 3550, section 11), where reports may
/// arrive that nobody reads.
fn ports(ip: IpAddr) -> io::Result<(UdpSocket, StdUdpSocket)> {
    for _ in 0..PORT_TRIALS {
        let rtp = StdUdpSocket::bind((ip, 0))?;
        let port = rtp.local_addr()?.port();
        let Some(next) = port.checked_add(1).filter(|_| port % 2 == 0) else { continue };
        let Ok(rtcp) = StdUdpSocket::bind((ip, next)) else { continue };
        rtp.set_nonblocking(true)?;
        return Ok((UdpSocket::from_std(rtp)?, rtcp));
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

/// A packet every 20 ms, of words or of silence, and everything that arrives is kept.
async fn talk(rtp: UdpSocket, _rtcp: StdUdpSocket, mut inbox: mpsc::Receiver<Words>) -> Take {
    let mut take = Take::default();
    let mut mouth = Mouth::new();
    let mut beat = tokio::time::interval(frame_time());
    let mut buffer = [0; 2_048];
    loop {
        tokio::select! {
            biased;
            // A refused datagram is reported here; the next one may arrive again.
            received = rtp.recv(&mut buffer) => {
                let datagram = buffer.get(..received.unwrap_or(0)).unwrap_or_default();
                hear(&mut take.heard, datagram);
            }
            _ = beat.tick() => {
                let (frame, packet) = mouth.next();
                take.said.push(&frame, Instant::now());
                take.packets_sent += u64::from(rtp.send(&packet).await.is_ok());
            }
            words = inbox.recv() => {
                let Some(words) = words else { return take };
                let start = take.said.samples.len() + mouth.words.len();
                take.turns.push(Turn { kind: words.kind, start, length: words.samples.len() });
                mouth.words.extend(words.samples);
            }
        }
    }
}

fn hear(heard: &mut Heard, datagram: &[u8]) {
    let now = Instant::now();
    let Some(packet) = Packet::parse(datagram) else { return };
    if Some(packet.header.payload_type) != PCMU.static_payload_type {
        return;
    }
    let mut samples = [0; 2_048];
    let count = (PCMU.decoder)().decode(packet.payload, &mut samples);
    heard.take(&packet, samples.get(..count).unwrap_or_default(), now);
}

/// Words into packets.
struct Mouth {
    words: VecDeque<i16>,
    next: Header,
}

impl Mouth {
    fn new() -> Mouth {
        let next = Header {
            marker: true,
            payload_type: PCMU.static_payload_type.unwrap_or(0),
            sequence: Sequence(rand::random()),
            timestamp: Timestamp(rand::random()),
            ssrc: rand::random(),
        };
        Mouth { words: VecDeque::new(), next }
    }

    /// The next frame as it will be heard after coding, and its packet.
    fn next(&mut self) -> ([i16; FRAME], Vec<u8>) {
        let mut frame = [0; FRAME];
        let count = self.words.len().min(FRAME);
        for (sample, word) in frame.iter_mut().zip(self.words.drain(..count)) {
            *sample = word;
        }
        let mut payload = [0; FRAME];
        (PCMU.encoding(None).encoder)().encode(&frame, &mut payload);
        (PCMU.decoder)().decode(&payload, &mut frame);
        let mut packet = self.next.to_bytes().to_vec();
        packet.extend_from_slice(&payload);
        self.next.marker = false;
        self.next.sequence = self.next.sequence.plus(1);
        self.next.timestamp = Timestamp(self.next.timestamp.0.wrapping_add(FRAME as u32));
        (frame, packet)
    }
}
