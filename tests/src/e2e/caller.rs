//! A caller in a few lines over plain sockets: SIP as text, a tone as its voice, and each RTP
//! packet it hears kept with the time it came. It shares no code with the server's SIP or RTP.

use std::f64::consts::TAU;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::voices::VOICE_DBFS;
use super::wait_until;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Samples in a packet: 20 ms at 8 kHz.
pub const PACKET_SAMPLES: usize = 160;

/// Time between packets.
const PACKET_TIME: Duration = Duration::from_millis(20);

/// The fixed header of RTP (RFC 3550 section 5.1).
const HEADER_BYTES: usize = 12;

/// What is said, packet by packet: [`PACKET_SAMPLES`] for each, asked for as the packet leaves.
pub trait Voice: FnMut(u32) -> Vec<i16> + Send + 'static {}

impl<F: FnMut(u32) -> Vec<i16> + Send + 'static> Voice for F {}

/// A packet that came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// When, by the receiver's clock.
    pub at: Instant,
    /// Its sequence number.
    pub sequence: u16,
    /// Its timestamp.
    pub timestamp: u32,
    /// Its stream.
    pub ssrc: u32,
    /// Its audio.
    pub samples: Vec<i16>,
}

/// What packets say, in the order of their timestamps.
#[must_use]
pub fn samples(mut packets: Vec<Heard>) -> Vec<i16> {
    packets.sort_by_key(|packet| packet.timestamp);
    packets.into_iter().flat_map(|packet| packet.samples).collect()
}

/// A call in progress that speaks and listens until it is dropped.
#[derive(Debug)]
pub struct Caller {
    signalling: UdpSocket,
    /// `Call-ID;from-tag;to-tag`, as MSCP names the call.
    pub connection: String,
    media: SocketAddr,
    lines: Lines,
    heard: Arc<Mutex<Vec<Heard>>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// What stays the same in each request of a call.
#[derive(Clone, Debug)]
struct Lines {
    server: SocketAddr,
    local: SocketAddr,
    call_id: String,
    from_tag: String,
    to_tag: String,
}

impl Caller {
    /// Calls the server and speaks with a tone of `hz` in PCMU.
    ///
    /// # Panics
    /// When the call is not answered with 200.
    #[must_use]
    pub fn call(server: SocketAddr, hz: f64) -> Caller {
        Caller::saying(server, tone(hz))
    }

    /// Calls the server and says what `voice` gives for each packet.
    ///
    /// # Panics
    /// When the call is not answered with 200.
    #[must_use]
    pub fn saying(server: SocketAddr, voice: impl Voice) -> Caller {
        let (media, _rtcp) = media_sockets();
        let signalling = UdpSocket::bind("127.0.0.1:0").unwrap();
        signalling.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut lines = Lines::new(server, signalling.local_addr().unwrap());
        let offer = offer(media.local_addr().unwrap().port());
        send(&signalling, server, &lines.request("INVITE", 1, &offer));
        let answer = final_response(&signalling);
        assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
        lines.to_tag = tag_of(&answer);
        send(&signalling, server, &lines.request("ACK", 1, ""));
        let remote = media_address(&answer);
        let heard = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let threads = vec![
            speak(media.try_clone().unwrap(), remote, voice, Arc::clone(&stop)),
            listen(media, Arc::clone(&heard), Arc::clone(&stop)),
        ];
        let connection = format!("{};{};{}", lines.call_id, lines.from_tag, lines.to_tag);
        Caller { signalling, connection, media: remote, lines, heard, stop, threads }
    }

    /// The answer to an INVITE that may well be refused: status line and headers.
    #[must_use]
    pub fn try_call(server: SocketAddr) -> String {
        let signalling = UdpSocket::bind("127.0.0.1:0").unwrap();
        signalling.set_read_timeout(Some(PATIENCE)).unwrap();
        let lines = Lines::new(server, signalling.local_addr().unwrap());
        send(&signalling, server, &lines.request("INVITE", 1, &offer(9)));
        final_response(&signalling)
    }

    /// Where the server listens for this call's media.
    #[must_use]
    pub fn server_media(&self) -> SocketAddr {
        self.media
    }

    /// Everything heard from now on for as long as `time`.
    #[must_use]
    pub fn listen_for(&self, time: Duration) -> Vec<Heard> {
        self.heard.lock().unwrap().clear();
        thread::sleep(time);
        self.heard.lock().unwrap().clone()
    }

    /// The samples of [`Caller::listen_for`] in the order of their timestamps.
    #[must_use]
    pub fn record(&self, time: Duration) -> Vec<i16> {
        samples(self.listen_for(time))
    }

    /// Ends the call.
    ///
    /// # Panics
    /// When the BYE is not answered with 200.
    pub fn hang_up(self) {
        send(&self.signalling, self.lines.server, &self.lines.request("BYE", 2, ""));
        let answer = final_response(&self.signalling);
        assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
    }

    /// Waits for the server to end the call, and agrees.
    ///
    /// # Panics
    /// When no BYE comes within `patience`.
    pub fn await_bye(self, patience: Duration) {
        let mut bye = String::new();
        self.signalling.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        wait_until("a BYE from the server", patience, || {
            bye = receive(&self.signalling).unwrap_or_default();
            bye.starts_with("BYE ")
        });
        let copied = bye.lines().filter(|line| {
            ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name))
        });
        let head: String = copied.map(|line| format!("{line}\r\n")).collect();
        let answer = format!("SIP/2.0 200 OK\r\n{head}Content-Length: 0\r\n\r\n");
        send(&self.signalling, self.lines.server, &answer);
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Lines {
    fn new(server: SocketAddr, local: SocketAddr) -> Lines {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Lines {
            server,
            local,
            call_id: format!("{count}-{}@127.0.0.1", std::process::id()),
            from_tag: format!("caller{count}"),
            to_tag: String::new(),
        }
    }

    fn request(&self, method: &str, sequence: u32, sdp: &str) -> String {
        let Lines { server, local, call_id, from_tag, .. } = self;
        let to_tag = match self.to_tag.as_str() {
            "" => String::new(),
            tag => format!(";tag={tag}"),
        };
        let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let length = sdp.len();
        format!(
            "{method} sip:ms@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {local};branch=z9hG4bK{method}{from_tag}{local}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:caller@{local}>;tag={from_tag}\r\n\
             To: <sip:ms@{server}>{to_tag}\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: {sequence} {method}\r\n\
             Contact: <sip:caller@{local}>\r\n\
             {kind}Content-Length: {length}\r\n\r\n{sdp}"
        )
    }
}

fn offer(port: u16) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0\r\na=ptime:20\r\n"
    )
}

fn send(socket: &UdpSocket, to: SocketAddr, text: &str) {
    socket.send_to(text.as_bytes(), to).unwrap();
}

fn receive(socket: &UdpSocket) -> Option<String> {
    let mut buffer = [0; 65_536];
    let (length, _) = socket.recv_from(&mut buffer).ok()?;
    Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

fn final_response(socket: &UdpSocket) -> String {
    loop {
        let message = receive(socket).expect("an answer in time");
        if message.starts_with("SIP/2.0 ") && !message.starts_with("SIP/2.0 1") {
            return message;
        }
    }
}

fn tag_of(answer: &str) -> String {
    let to = answer.lines().find(|line| line.starts_with("To:")).unwrap();
    to.split_once(";tag=").unwrap().1.trim().to_owned()
}

fn media_address(answer: &str) -> SocketAddr {
    let line = |prefix| answer.lines().find_map(|line: &str| line.strip_prefix(prefix)).unwrap();
    let port = line("m=audio ").split(' ').next().unwrap();
    format!("{}:{port}", line("c=IN IP4 ").trim()).parse().unwrap()
}

/// An even port for RTP and the odd one above it for RTCP.
pub(super) fn media_sockets() -> (UdpSocket, UdpSocket) {
    loop {
        let rtp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = rtp.local_addr().unwrap().port();
        if !port.is_multiple_of(2) {
            continue;
        }
        if let Ok(rtcp) = UdpSocket::bind(("127.0.0.1", port + 1)) {
            return (rtp, rtcp);
        }
    }
}

/// The voice that callers have: a tone at [`VOICE_DBFS`].
fn tone(hz: f64) -> impl Voice {
    let amplitude = 32_767.0 * 10f64.powf(VOICE_DBFS / 20.0);
    move |count| {
        let first = count as usize * PACKET_SAMPLES;
        let sample = |index| (amplitude * (TAU * hz * index as f64 / 8_000.0).sin()).round() as i16;
        (first..first + PACKET_SAMPLES).map(sample).collect()
    }
}

/// Says it on a socket at its pace, until `stop`.
pub(super) fn speak(
    socket: UdpSocket,
    remote: SocketAddr,
    mut voice: impl Voice,
    stop: Arc<AtomicBool>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let start = Instant::now();
        for count in 0u32.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let mut packet = header(count);
            packet.extend(voice(count).into_iter().map(encode_ulaw));
            // Refused when the server has closed the port already.
            let _ = socket.send_to(&packet, remote);
            let due = start + PACKET_TIME * (count + 1);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    })
}

fn header(count: u32) -> Vec<u8> {
    let marker = if count == 0 { 0x80 } else { 0 };
    let mut header = vec![0x80, marker];
    header.extend_from_slice(&(count as u16).to_be_bytes());
    header.extend_from_slice(&count.wrapping_mul(PACKET_SAMPLES as u32).to_be_bytes());
    header.extend_from_slice(&std::process::id().to_be_bytes());
    header
}

/// Keeps what comes to a socket, until `stop`.
pub(super) fn listen(
    socket: UdpSocket,
    heard: Arc<Mutex<Vec<Heard>>>,
    stop: Arc<AtomicBool>,
) -> JoinHandle<()> {
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 2_048];
        while !stop.load(Ordering::Relaxed) {
            let Ok((length, _)) = socket.recv_from(&mut buffer) else { continue };
            let at = Instant::now();
            let Some((head, audio)) = buffer[..length].split_at_checked(HEADER_BYTES) else {
                continue;
            };
            let word = |from: usize| u32::from_be_bytes(head[from..from + 4].try_into().unwrap());
            heard.lock().unwrap().push(Heard {
                at,
                sequence: u16::from_be_bytes([head[2], head[3]]),
                timestamp: word(4),
                ssrc: word(8),
                samples: audio.iter().map(|byte| decode_ulaw(*byte)).collect(),
            });
        }
    })
}

/// ITU-T G.711, µ-law, by its definition: sign, three bits of segment, four of step, inverted.
fn encode_ulaw(sample: i16) -> u8 {
    let magnitude = i32::from(sample).abs().min(32_635) + 132;
    let segment = 31 - 7 - magnitude.leading_zeros() as i32;
    let step = (magnitude >> (segment + 3)) & 0x0f;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !((sign | (segment << 4) | step) as u8)
}

fn decode_ulaw(byte: u8) -> i16 {
    let byte = !byte;
    let segment = i16::from((byte >> 4) & 7);
    let magnitude = (((i16::from(byte & 0x0f) << 3) + 132) << segment) - 132;
    if byte & 0x80 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companding_there_and_back_is_near() {
        for sample in (-32_000..32_000).step_by(37) {
            let back = i32::from(decode_ulaw(encode_ulaw(sample)));
            let allowed = (i32::from(sample).abs() / 16).max(8);
            assert!((back - i32::from(sample)).abs() <= allowed, "{sample} became {back}");
        }
    }
}
