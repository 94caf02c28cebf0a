//! PDUs out of a stream cut anywhere, and streams that lose their framing (7.2.2 to 7.2.5).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use mscp_proto::framing::{
    Decoder, FrameError, FrameFault, Pdu, RequestIds, StartLine, Status, Version, XmlIds,
};
use mscp_proto::limits::FrameLimits;
use proptest::prelude::*;

const V: Version = Version::V1_0;

/// The exchange of 7.2.6, its bodies shortened.
const EXCHANGE: &str = "REQ MSCP/1.0 21091\r\nContent-Type: application/mscp+xml\r\n\
    Content-Length: 4\r\n\r\n<a/>MSCP/1.0 200 OK 21091\r\nContent-Type: application/mscp+xml\r\n\
    Content-Length: 0\r\n\r\nNOTIF MSCP/1.0\r\nContent-Type: application/mscp+xml\r\n\
    Content-Length: 10\r\n\r\nREQ \r\n\r\n<>";

fn exchange() -> Vec<Pdu> {
    let pdu = |start, body: &str| Pdu {
        start,
        content_type: Some("application/mscp+xml".into()),
        body: body.into(),
    };
    vec![
        pdu(StartLine::Request { version: V, id: 21091 }, "<a/>"),
        pdu(StartLine::Response { version: V, status: Status::Ok, id: 21091 }, ""),
        pdu(StartLine::Notification { version: V }, "REQ \r\n\r\n<>"),
    ]
}

#[test]
fn the_exchange_of_the_draft_is_read_and_written() {
    assert_eq!(decode(EXCHANGE.as_bytes()), (exchange(), None));
    let written: Vec<u8> = exchange().iter().flat_map(Pdu::encode).collect();
    assert_eq!(String::from_utf8(written).unwrap(), EXCHANGE);
}

#[test]
fn every_split_point_gives_the_same() {
    let stream = EXCHANGE.as_bytes();
    for first in 0..stream.len() {
        for second in (first..stream.len()).step_by(7) {
            let mut decoder = Decoder::new(FrameLimits::default());
            let mut pdus = Vec::new();
            for piece in [&stream[..first], &stream[first..second], &stream[second..]] {
                decoder.push(piece);
                pdus.extend(std::iter::from_fn(|| decoder.poll().unwrap()));
            }
            assert_eq!(pdus, exchange(), "split at {first} and {second}");
            assert!(decoder.is_idle());
        }
    }
}

#[test]
fn byte_by_byte_gives_the_same_error_as_at_once() {
    for (stream, _, _) in faults() {
        let whole = decode(stream.as_bytes());
        let mut decoder = Decoder::new(small());
        let mut error = None;
        for byte in stream.as_bytes() {
            decoder.push(&[*byte]);
            error = error.or(decoder.poll().err());
        }
        assert_eq!(error, whole.1, "{stream}");
    }
}

#[test]
fn headers_are_read_liberally() {
    let table = [
        "REQ MSCP/1.0 7\r\nContent-Length: 1\r\nContent-Type: t/t\r\n\r\n",
        "req mscp/1.0   007\r\ncontent-length:1\r\nCONTENT-TYPE:t/t  \r\n\r\n",
        "\r\n\r\nREQ MSCP/1.0 7\r\nContent-Length: \t001\r\nX-Other: a:b\r\nContent-Type: t/t\r\n\r\n",
        "REQ MSCP/1.0 7\nContent-Length: 1\nContent-Type: t/t\n\n",
    ];
    for header in table {
        let expected = Pdu {
            start: StartLine::Request { version: V, id: 7 },
            content_type: Some("t/t".into()),
            body: b"x".to_vec(),
        };
        assert_eq!(decode(format!("{header}x").as_bytes()), (vec![expected], None), "{header}");
    }
}

#[test]
fn any_reason_phrase_will_do() {
    for (line, status) in [
        ("MSCP/1.0 200 OK 9", Status::Ok),
        ("MSCP/1.0 400 Bad Request 9", Status::BadRequest),
        ("MSCP/1.0 500 Internal Error 9", Status::InternalError),
        ("MSCP/1.0 500 9", Status::InternalError),
        ("MSCP/1.0  200  fine  by  me  9", Status::Ok),
    ] {
        let (pdus, error) = decode(format!("{line}\r\nContent-Length: 0\r\n\r\n").as_bytes());
        assert_eq!(error, None, "{line}");
        assert_eq!(pdus[0].start, StartLine::Response { version: V, status, id: 9 }, "{line}");
    }
}

#[test]
fn other_versions_are_framed_and_left_to_the_channel() {
    let (pdus, error) = decode(b"REQ MSCP/2.10 9\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(error, None);
    assert_eq!(pdus[0].start.version(), Version { major: 2, minor: 10 });
    assert_eq!(pdus[0].content_type, None);
}

#[test]
fn lost_framing_names_the_fault_and_the_request() {
    for (stream, request_id, fault) in faults() {
        let (pdus, error) = decode(stream.as_bytes());
        assert_eq!(pdus, Vec::new(), "{stream}");
        assert_eq!(error, Some(FrameError { fault, request_id }), "{stream}");
    }
}

#[test]
fn an_error_stays() {
    let mut decoder = Decoder::new(FrameLimits::default());
    decoder.push(b"HELLO\r\n\r\n");
    let error = decoder.poll().expect_err("not MSCP");
    decoder.push(EXCHANGE.as_bytes());
    assert_eq!(decoder.poll(), Err(error));
}

/// A stream, the request-id that is known, and what is wrong.
fn faults() -> Vec<(String, Option<u64>, FrameFault)> {
    let request = |fields: &str| format!("REQ MSCP/1.0 7\r\n{fields}\r\n\r\n");
    let line = |text: &str| format!("{text}\r\nContent-Length: 0\r\n\r\n");
    let length = |text: &str| FrameFault::Length(text.to_owned());
    let too_long = |text: &str| FrameFault::BodyTooLong { length: text.to_owned(), max: 100 };
    let start = |text: &str| FrameFault::StartLine(text.to_owned());
    let id = |text: &str| FrameFault::RequestId(text.to_owned());
    vec![
        (line("HELLO"), None, start("HELLO")),
        (line("REQ MSCP/1.0"), None, start("REQ MSCP/1.0")),
        (line("REQ MSCP/1.0 7 8"), None, start("REQ MSCP/1.0 7 8")),
        (line("NOTIF MSCP/1.0 7"), None, start("NOTIF MSCP/1.0 7")),
        (line("GET / HTTP/1.1"), None, start("GET / HTTP/1.1")),
        (line("REQ MSCP/1 7"), None, FrameFault::Version("MSCP/1".into())),
        (line("REQ MSCP/1.+0 7"), None, FrameFault::Version("MSCP/1.+0".into())),
        (line("NOTIF HTTP/1.1"), None, FrameFault::Version("HTTP/1.1".into())),
        (line("MSCP/1.0 404 Not Found 7"), None, FrameFault::Status("404".into())),
        (line("REQ MSCP/1.0 -7"), None, id("-7")),
        (line("REQ MSCP/1.0 7x"), None, id("7x")),
        (line("REQ MSCP/1.0 18446744073709551616"), None, id("18446744073709551616")),
        (line("MSCP/1.0 200 OK"), None, id("OK")),
        (request("Content-Type: t/t"), Some(7), FrameFault::NoLength),
        (
            request("Content-Length: 1\r\nContent-Length: 1"),
            Some(7),
            FrameFault::Twice("Content-Length"),
        ),
        (
            request("Content-Type: a/a\r\nContent-Length: 1\r\ncontent-type: b/b"),
            Some(7),
            FrameFault::Twice("Content-Type"),
        ),
        (request("Content-Length: "), Some(7), length("")),
        (request("Content-Length: +1"), Some(7), length("+1")),
        (request("Content-Length: 1, 1"), Some(7), length("1, 1")),
        (request("Content-Length: 0x1"), Some(7), length("0x1")),
        (request("Content-Length: 101"), Some(7), too_long("101")),
        (request("Content-Length: 100000000000000"), Some(7), too_long("100000000000000")),
        (
            request("Content-Length: 99999999999999999999999"),
            Some(7),
            too_long("99999999999999999999999"),
        ),
        (request("Content-Length"), Some(7), FrameFault::Header("Content-Length".into())),
        (request(": 1"), Some(7), FrameFault::Header(": 1".into())),
        (request("Content-Length : 1"), Some(7), FrameFault::Header("Content-Length : 1".into())),
        (request(" folded: 1"), Some(7), FrameFault::Header(" folded: 1".into())),
        (request("X: \u{e9}"), Some(7), FrameFault::Byte(0xc3)),
        (request("X: a\rb"), Some(7), FrameFault::Byte(b'\r')),
        (request("X: a\0b"), Some(7), FrameFault::Byte(0)),
        ("REQ MSCP/1.0 7\0\r\n\r\n".into(), None, FrameFault::Byte(0)),
        ("x".repeat(65), None, FrameFault::StartLineTooLong(64)),
        (format!("{}\r\n", "x".repeat(64)), None, FrameFault::StartLineTooLong(64)),
        (request(&format!("X: {}", "x".repeat(200))), Some(7), FrameFault::HeaderTooLong(200)),
        (request("X: 1\r\nX: 2\r\nX: 3\r\nX: 4\r\nX: 5"), Some(7), FrameFault::TooManyHeaders(4)),
    ]
}

#[test]
fn bounds_are_inclusive() {
    let request = |fields: &str| format!("REQ MSCP/1.0 7\r\n{fields}\r\n\r\n");
    let body = "b".repeat(100);
    for stream in [
        format!("REQ MSCP/1.0 {}7\r\nContent-Length: 0\r\n\r\n", "0".repeat(49)),
        request("X: 1\r\nX: 2\r\nX: 3\r\nContent-Length: 0"),
        format!("{}{body}", request("Content-Length: 100")),
    ] {
        let (pdus, error) = decode(stream.as_bytes());
        assert_eq!((pdus.len(), error), (1, None), "{stream}");
    }
}

#[test]
fn request_ids_increase_strictly() {
    let mut ids = RequestIds::default();
    for (id, accepted) in
        [(21091, true), (21091, false), (7, false), (21092, true), (u64::MAX, true), (0, false)]
    {
        assert_eq!(ids.accept(id).is_ok(), accepted, "{id}");
    }
}

#[test]
fn xml_ids_increase_where_they_have_an_order() {
    let table = [
        (["req1", "req2"], true),
        (["req9", "req10"], true),
        (["req10", "req9"], false),
        (["req1", "req1"], false),
        (["req01", "req1"], false),
        (["abc", "abc"], false),
        (["zzz", "aaa"], true),
        (["req5", "other1"], true),
        (["req", "req1"], true),
        (["r99999999999999999999998", "r99999999999999999999999"], true),
    ];
    for ([first, second], accepted) in table {
        let mut ids = XmlIds::default();
        assert_eq!(ids.accept(first), Ok(()));
        assert_eq!(ids.accept(second).is_ok(), accepted, "{first} then {second}");
    }
}

proptest! {
    #[test]
    fn any_pdus_survive_any_cuts(
        pdus in prop::collection::vec(pdu(), 1..5),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let stream: Vec<u8> = pdus.iter().flat_map(Pdu::encode).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let mut decoder = Decoder::new(FrameLimits::default());
        let mut read = Vec::new();
        for cut in cuts.windows(2) {
            decoder.push(&stream[cut[0]..cut[1]]);
            read.extend(std::iter::from_fn(|| decoder.poll().unwrap()));
        }
        prop_assert_eq!(read, pdus);
    }

    #[test]
    fn any_bytes_are_survived(data in prop::collection::vec(any::<u8>(), 0..600)) {
        mscp_proto::fuzz::framing(&data);
    }

    #[test]
    fn damaged_streams_are_survived(at in 0..EXCHANGE.len(), byte: u8) {
        let mut stream = EXCHANGE.as_bytes().to_vec();
        stream[at] = byte;
        mscp_proto::fuzz::framing(&stream);
    }
}

fn pdu() -> impl Strategy<Value = Pdu> {
    let version = (any::<u32>(), any::<u32>()).prop_map(|(major, minor)| Version { major, minor });
    let status =
        prop_oneof![Just(Status::Ok), Just(Status::BadRequest), Just(Status::InternalError)];
    let start = (version, status, any::<u64>()).prop_flat_map(|(version, status, id)| {
        prop_oneof![
            Just(StartLine::Request { version, id }),
            Just(StartLine::Response { version, status, id }),
            Just(StartLine::Notification { version }),
        ]
    });
    let content_type = prop::option::of("[a-z]{1,9}/[a-z]{1,9}(; [a-z]=\"[ -!#-~]{0,9}\")?");
    (start, content_type, prop::collection::vec(any::<u8>(), 0..200))
        .prop_map(|(start, content_type, body)| Pdu { start, content_type, body })
}

fn small() -> FrameLimits {
    FrameLimits { start_line: 64, header_bytes: 200, headers: 4, body: 100 }
}

fn decode(stream: &[u8]) -> (Vec<Pdu>, Option<FrameError>) {
    let mut decoder = Decoder::new(small());
    decoder.push(stream);
    let mut pdus = Vec::new();
    loop {
        match decoder.poll() {
            Ok(Some(pdu)) => pdus.push(pdu),
            Ok(None) => return (pdus, None),
            Err(error) => return (pdus, Some(error)),
        }
    }
}
