//! Bad input on every port while a conference goes on: not one late tick caused by it, what callers
//! hear comes as evenly as ever, the next good request is answered, and memory, descriptors and
//! ports return to where they were.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use antiphon_tests::e2e::caller::{Caller, Heard, samples};
use antiphon_tests::e2e::evenness::assert_even;
use antiphon_tests::e2e::facts::Facts;
use antiphon_tests::e2e::mscp::{AppServer, pdu, request_pdu};
use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::tools::figure;
use antiphon_tests::e2e::voices::{VOICES_HZ, assert_hears};
use antiphon_tests::e2e::{crowd, flood, wait_until};

/// How long each port is flooded; all ports are flooded at once.
const FLOOD: Duration = Duration::from_secs(60);

/// How long the machine is watched while nothing happens: late ticks then are its own.
const QUIET: Duration = Duration::from_secs(10);

/// How often it is watched for want of a time without a late tick, until it is said to be too noisy
/// to judge by.
const QUIET_TRIES: u32 = 6;

/// The share of packets that may leave later than 5 ms after they were due: the two cores that the
/// server runs on make the flood as well.
const LATE_PACKETS_SHARE_MAX: f64 = 0.05;

/// Conferences that each answer to an audit lists: some 20 KiB.
const AUDITED_CONFERENCES: usize = 300;

/// How much more memory than before may be held afterwards, in KiB: what the allocator keeps of its
/// peak between the blocks that are still used. Half a million messages that left 20 bytes each
/// would not fit in.
const MEMORY_TOLERANCE_KIB: u64 = 8 * 1_024;

/// How much more memory than before may be held meanwhile, in KiB.
const MEMORY_MAX_KIB: u64 = 32 * 1_024;

/// What a SIP transaction may remember of a message: 64 * T1 (RFC 3261), and a moment.
const FORGOTTEN: Duration = Duration::from_secs(100);

/// Connections opened and dropped, on each port.
const CONNECTIONS: usize = 10_000;

/// A conference of three callers that goes on while bad things happen.
struct Conference {
    server: Server,
    application: AppServer,
    callers: Vec<Caller>,
    before: Facts,
}

impl Conference {
    fn new() -> Conference {
        Conference::beside(0)
    }

    /// A conference beside so many empty ones.
    fn beside(empty: usize) -> Conference {
        let server = Server::start();
        let mut application = AppServer::connect(server.mscp);
        let room = application.create_conference();
        application.watch();
        let callers: Vec<Caller> =
            VOICES_HZ[..3].iter().map(|hz| Caller::call(server.sip, *hz)).collect();
        for _ in &callers {
            let connection = application.next_connection();
            application.join(&room, &connection, "");
        }
        (0..empty).for_each(|_| drop(application.create_conference()));
        wait_for_quiet(&server);
        let before = server.facts();
        Conference { server, application, callers, before }
    }

    /// Lets `happen` happen, and asserts that the conference did not suffer from it.
    fn survives(mut self, what: &str, happen: impl FnOnce(&Conference)) {
        let (before, start) = (self.server.metrics(), Instant::now());
        happen(&self);
        let (lasted, after) = (start.elapsed(), self.server.metrics());
        let grown = |series: &str| after[series] - before[series];
        let (late, sent, sent_late) = (grown(LATE_TICKS), grown(SENT), grown(SENT_LATE));
        figure(&format!(
            "{what}: {late} late ticks and {sent_late} of {sent} packets late in {lasted:.1?}"
        ));
        let overruns = self.server.log().iter().filter(|line| line.contains("took longer")).count();
        assert_eq!(overruns, 0, "a tick took longer than a tick may take");
        assert_eq!(late, 0.0, "{what} caused late ticks: {:?}", self.late_ticks());
        assert!(sent_late <= sent * LATE_PACKETS_SHARE_MAX, "{what} delays packets");

        let room = self.application.create_conference();
        self.application.destroy(&room);
        assert_three_way(&format!("after {what}"), self.listen(Duration::from_secs(1)));
        self.assert_back_to(what);
        Caller::call(self.server.sip, VOICES_HZ[3]).hang_up();
    }

    fn late_ticks(&self) -> Vec<String> {
        self.server.log().into_iter().filter(|line| line.contains("late tick")).collect()
    }

    /// What each caller hears from now on for as long as `time`.
    fn listen(&self, time: Duration) -> Vec<Vec<Heard>> {
        thread::scope(|scope| {
            let listeners: Vec<_> = self
                .callers
                .iter()
                .map(|caller| scope.spawn(move || caller.listen_for(time)))
                .collect();
            listeners.into_iter().map(|listener| listener.join().unwrap()).collect()
        })
    }

    fn assert_back_to(&self, what: &str) {
        wait_for_legs(&self.server, self.callers.len());
        let before = self.before;
        let is_back = |now: Facts| {
            now.descriptors <= before.descriptors
                && now.media_ports == before.media_ports
                && now.resident_kib <= before.resident_kib + MEMORY_TOLERANCE_KIB
        };
        let start = Instant::now();
        while !is_back(self.server.facts()) && start.elapsed() < FORGOTTEN {
            thread::sleep(Duration::from_secs(1));
        }
        let (after, took) = (self.server.facts(), start.elapsed());
        figure(&format!("{what}: before {before:?}, {took:.1?} after {after:?}"));
        assert!(is_back(after), "{what}: before {before:?}, after {after:?}");
    }
}

const LATE_TICKS: &str = "mediaserver_late_ticks_total{engine=\"0\"}";
const SENT: &str = "mediaserver_rtp_sent_packets_total";
const SENT_LATE: &str = "mediaserver_network_late_packets_total";

/// Waits for a time without a late tick, so that late ticks from then on have a cause.
fn wait_for_quiet(server: &Server) {
    for _ in 0..QUIET_TRIES {
        let before = server.metric(LATE_TICKS);
        thread::sleep(QUIET);
        let late = server.metric(LATE_TICKS) - before;
        if late == 0.0 {
            return;
        }
        figure(&format!("NOISY MACHINE: {late} late ticks in {QUIET:?} in which nothing happens"));
    }
    panic!("this machine is too noisy to judge by: {QUIET_TRIES} times {QUIET:?} with late ticks");
}

/// A spoilt INVITE can be a good one; the call that comes of it ends for want of an ACK.
fn wait_for_legs(server: &Server, legs: usize) {
    wait_until("no leg but the callers'", FORGOTTEN, || {
        server.metric("mediaserver_legs") == legs as f64
    });
}

fn assert_three_way(situation: &str, heard: Vec<Vec<Heard>>) {
    let present = &VOICES_HZ[..heard.len()];
    for (own, packets) in present.iter().zip(heard) {
        let others: Vec<f64> = present.iter().copied().filter(|hz| hz != own).collect();
        let listener = format!("{situation}: the caller at {own} Hz");
        assert_hears(&listener, &samples(packets), &others, present);
    }
}

/// All floods at once, for `time`.
fn flood(server: &Server, callers: &[Caller], seed: u64, time: Duration) {
    let media = media_targets(server, callers);
    let floods = [
        ("MSCP", flood::over_tcp(server.mscp, mscp_messages(), seed, time)),
        (
            "SIP over UDP",
            flood::over_udp(vec![server.sip], sip_messages(), seed.wrapping_add(1), time),
        ),
        ("SIP over TCP", flood::over_tcp(server.sip, sip_messages(), seed.wrapping_add(2), time)),
        ("RTP and RTCP", flood::over_udp(media, media_packets(), seed.wrapping_add(3), time)),
    ];
    for (name, flood) in floods {
        let sent = flood.join().unwrap();
        figure(&format!("{name}: {sent} messages in {time:?}, seed {seed}"));
    }
    let metrics = server.metrics();
    let packets = metrics.iter().filter(|(series, _)| series.starts_with("mediaserver_rtp_"));
    let packets: Vec<String> = packets.map(|(series, count)| format!("{series} {count}")).collect();
    figure(&format!("so far {}", packets.join(", ")));
}

/// The callers' ports, RTP and RTCP, and some that nobody has.
fn media_targets(server: &Server, callers: &[Caller]) -> Vec<SocketAddr> {
    let ports = callers.iter().flat_map(|caller| {
        let rtp = caller.server_media();
        [rtp, SocketAddr::new(rtp.ip(), rtp.port() + 1)]
    });
    let unused = SocketAddr::new(server.sip.ip(), server.media_ports().1);
    ports.chain([unused]).collect()
}

/// Requests about what does not exist: a spoilt one that is still good leaves nothing behind.
fn mscp_messages() -> Vec<Vec<u8>> {
    let requests = [
        r#"<join id1="conf0" id2="a1e8ad50029@15.124.40.73;2134;1423"><stream type="audio" direction="receive"/></join>"#,
        r#"<dialogstart connectionid="23142" src="http://www.example.com/scripts/promptAndCollect.vxml"/>"#,
        r#"<unjoin id1="conf0" id2="conf1"/>"#,
        r#"<a:audit xmlns:a="urn:antiphon:mscp:1"/>"#,
    ];
    requests.iter().zip(1..).map(|(request, id)| request_pdu(id, request)).collect()
}

/// What a SIP server meets: each message is of a call of its own, and no INVITE gets an ACK. The
/// first one is answered with media, the second has no codec in common with the server.
fn sip_messages() -> Vec<Vec<u8>> {
    let serial = flood::SERIAL;
    ["INVITE 0", "INVITE 18", "ACK 0", "BYE 0", "CANCEL 0", "OPTIONS 0", "INFO 0", "UPDATE 0"]
        .map(|message| {
            let (method, format) = message.split_once(' ').unwrap();
            let sdp = format!(
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                 m=audio 9 RTP/AVP {format}\r\n"
            );
            let length = sdp.len();
            format!(
                "{method} sip:ms@127.0.0.1 SIP/2.0\r\n\
                 Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{serial}\r\nMax-Forwards: 70\r\n\
                 From: <sip:bad@127.0.0.1>;tag=bad\r\nTo: <sip:ms@127.0.0.1>\r\n\
                 Call-ID: {serial}@127.0.0.1\r\nCSeq: 1 {method}\r\nContact: <sip:bad@127.0.0.1:9>\r\n\
                 Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{sdp}"
            )
            .into_bytes()
        })
        .into()
}

/// A packet of PCMU, a key (RFC 4733), and a sender report.
fn media_packets() -> Vec<Vec<u8>> {
    let header = |kind: u8| vec![0x80, kind, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4];
    let mut audio = header(0);
    audio.extend([0x55; 160]);
    let mut key = header(101);
    key.extend([5, 0x8a, 3, 32]);
    let mut report = vec![0x80, 200, 0, 6, 1, 2, 3, 4];
    report.extend([0; 20]);
    vec![audio, key, report]
}

#[test]
#[ignore = "end to end: run ./test"]
fn truncated_and_random_bytes_on_every_port() {
    let seed = rand::random();
    let conference = Conference::new();
    conference.survives("a flood of bad messages", |conference| {
        thread::scope(|scope| {
            let talk = scope.spawn(|| {
                thread::sleep(FLOOD / 3);
                conference.listen(FLOOD / 3)
            });
            flood(&conference.server, &conference.callers, seed, FLOOD);
            let heard = talk.join().unwrap();
            assert_even("in the flood: the first caller", &heard[0], FLOOD / 3);
            assert_three_way("in the flood", heard);
        });
    });
}

/// It asks and asks and never reads an answer: it is stopped, or cut off, and costs a bounded
/// amount of memory, long as the answers are.
#[test]
#[ignore = "end to end: run ./test"]
fn a_client_that_never_reads() {
    let conference = Conference::beside(AUDITED_CONFERENCES);
    conference.survives("a client that never reads", |conference| {
        let peak = thread::scope(|scope| {
            let reading = scope.spawn(|| never_read(&conference.server));
            let mut peak = 0;
            while !reading.is_finished() {
                peak = peak.max(conference.server.facts().resident_kib);
                thread::sleep(Duration::from_millis(20));
            }
            peak
        });
        let grown = peak.saturating_sub(conference.before.resident_kib);
        figure(&format!("a client that never reads takes {grown} KiB at most"));
        assert!(grown < MEMORY_MAX_KIB);
    });
}

fn never_read(server: &Server) {
    let mut socket = TcpStream::connect(server.mscp).unwrap();
    socket.set_write_timeout(Some(Duration::from_secs(3))).unwrap();
    let request = r#"<a:audit xmlns:a="urn:antiphon:mscp:1"/>"#;
    let sent = (1..u32::MAX).find(|id| socket.write_all(&request_pdu(*id, request)).is_err());
    figure(&format!("after {} requests nothing more was taken", sent.unwrap()));
    thread::sleep(Duration::from_secs(2));
}

#[test]
#[ignore = "end to end: run ./test"]
fn ten_thousand_connections_opened_and_dropped() {
    let conference = Conference::new();
    conference.survives("10,000 connections opened and dropped", |conference| {
        let server = &conference.server;
        let whole = request_pdu(1, "<createroom/>");
        crowd::come_and_go(server.mscp, CONNECTIONS, b"REQ MSCP/1.0 1\r\nContent-Le", &whole);
        // One Call-ID for all of them: OPTIONS is answered and forgotten.
        let options = String::from_utf8(sip_messages().swap_remove(5)).unwrap();
        let options = options.replace(flood::SERIAL, "crowd").replace("SIP/2.0/UDP", "SIP/2.0/TCP");
        let beginning = &options.as_bytes()[..40];
        crowd::come_and_go(server.sip, CONNECTIONS, beginning, options.as_bytes());
    });
}

#[test]
#[ignore = "end to end: run ./test"]
fn a_content_length_of_ten_to_the_fourteenth() {
    let promise = |server: &Server| {
        let answer = promise_a_body(server.mscp, "REQ MSCP/1.0 7\r\n");
        assert!(answer.starts_with("MSCP/1.0 400 "), "{answer}");
        assert!(answer.lines().next().unwrap().ends_with(" 7"), "{answer}");
        let invite = String::from_utf8(sip_messages().swap_remove(0)).unwrap();
        let (head, _) = invite.split_once("Content-Type").unwrap();
        let answer = promise_a_body(server.sip, head);
        assert!(answer.starts_with("SIP/2.0 413 "), "over TCP: {answer}");
        // A datagram ends where it ends.
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let me = socket.local_addr().unwrap().to_string();
        let head = head.replace("127.0.0.1:9;branch", &format!("{me};branch"));
        let whole = format!("{head}Content-Length: 100000000000000\r\n\r\nv=0");
        socket.send_to(whole.as_bytes(), server.sip).unwrap();
        let mut answer = [0; 4_096];
        let length = socket.recv(&mut answer).expect("an answer over UDP");
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("SIP/2.0 413 "), "over UDP: {answer}");
    };
    let conference = Conference::new();
    conference.survives("a Content-Length of 10^14", |conference| {
        (0..20).for_each(|_| promise(&conference.server));
        // The same number in a message that is otherwise whole.
        let whole = pdu("REQ MSCP/1.0 1", "<mscp/>");
        let text = String::from_utf8(whole).unwrap();
        let _ =
            promise_a_body(conference.server.mscp, text.split_once("Content-Length").unwrap().0);
    });
}

/// Announces 10^14 bytes, sends some, and gives what the server says before it closes.
fn promise_a_body(server: SocketAddr, head: &str) -> String {
    let mut socket = TcpStream::connect(server).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = format!("{head}Content-Length: 100000000000000\r\n\r\n<mscp");
    socket.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A reset is an answer, too.
    let read = socket.read_to_end(&mut answer);
    assert!(
        read.is_ok()
            || read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset),
        "the server keeps waiting for the body"
    );
    String::from_utf8(answer).unwrap()
}
