//! Bodies that bring resources along (7.2.2).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use mscp_proto::limits::MultipartLimits;
use mscp_proto::multipart::{Body, BodyError, ContentType, Resource, Resources, encode, read_body};
use proptest::prelude::*;

const TYPE: &str = "multipart/related; boundary=\"b 1\"";

fn read(content_type: &str, body: &[u8]) -> Result<Body<'static>, BodyError> {
    let limits = MultipartLimits { parts: 3, header_bytes: 120 };
    read_body(Some(content_type), body, &limits)
        .map(|body| Body { message: body.message.into_owned().into(), resources: body.resources })
}

fn resource(id: Option<&str>, content_type: &str, bytes: &[u8]) -> Resource {
    let content_id = id.map(str::to_owned);
    Resource { content_id, content_type: content_type.to_owned(), bytes: bytes.to_vec() }
}

#[test]
fn a_plain_body_is_the_message() {
    for content_type in [
        "application/mscp+xml",
        "Application/MSCP+XML",
        "application/mscp+xml; charset=utf-8",
        "application/mscp+xml;charset=\"UTF-8\" ; x=y",
    ] {
        let body = read(content_type, b"<mscp/>").expect(content_type);
        assert_eq!((body.message.as_ref(), body.resources.0.len()), (b"<mscp/>".as_slice(), 0));
    }
}

#[test]
fn the_first_mscp_part_is_the_message_and_the_rest_are_resources() {
    let body = "preamble\r\n--b 1\r\ncontent-type: audio/wav\r\nContent-ID: <a@b>\r\n\
        Content-Transfer-Encoding:  Base64\r\n\r\nUklG\r\nRg==\r\n--b 1  \r\n\
        Content-Type: application/mscp+xml;\r\n\tcharset=utf-8\r\n\r\n<mscp/>\r\n--b 1\r\n\r\n\
        --b 10\r\n--b\r\n--b 1--\r\nepilogue --b 1\r\n";
    let expected = Body {
        message: b"<mscp/>".into(),
        resources: Resources(vec![
            resource(Some("a@b"), "audio/wav", b"RIFF"),
            resource(None, "text/plain", b"--b 10\r\n--b"),
        ]),
    };
    assert_eq!(read(TYPE, body.as_bytes()), Ok(expected.clone()));
    assert_eq!(read("multipart/mixed; boundary=\"b 1\"", body.as_bytes()), Ok(expected.clone()));
    let bare = body.replace("\r\n", "\n").replace("--b 10\n", "--b 10\r\n");
    assert_eq!(read(TYPE, bare.as_bytes()), Ok(expected), "bare line feeds");
}

#[test]
fn a_second_mscp_part_is_a_resource() {
    let part =
        |text: &str| format!("--b 1\r\nContent-Type: application/mscp+xml\r\n\r\n{text}\r\n");
    let body = read(TYPE, format!("{}{}--b 1--", part("one"), part("two")).as_bytes()).unwrap();
    assert_eq!(body.message.as_ref(), b"one");
    assert_eq!(body.resources.0, [resource(None, "application/mscp+xml", b"two")]);
}

#[test]
fn a_cid_names_a_resource() {
    let resources = Resources(vec![resource(Some("foo%1@bar"), "t/t", b"x")]);
    for (uri, found) in [
        ("cid:foo%251@bar", true),
        ("CID:foo%251%40bar", true),
        ("cid:foo%1@bar", false),
        ("cid:foo", false),
        ("cid:foo%2", false),
        ("http:foo%251@bar", false),
        ("foo", false),
    ] {
        assert_eq!(resources.by_cid(uri).is_some(), found, "{uri}");
    }
}

#[test]
fn what_cannot_be_taken_apart_is_refused() {
    let part = |header: &str| format!("--b 1\r\n{header}\r\n\r\nx\r\n--b 1--");
    let mscp = "--b 1\r\nContent-Type: application/mscp+xml\r\n\r\nx\r\n";
    let named = "--b 1\r\nContent-ID: <i>\r\n\r\nx\r\n";
    let table: Vec<(&str, String, BodyError)> = vec![
        ("nonsense", String::new(), BodyError::ContentType("nonsense".into())),
        ("a/b; c", String::new(), BodyError::ContentType("a/b; c".into())),
        ("a/b; c=\"d", String::new(), BodyError::ContentType("a/b; c=\"d".into())),
        ("Text/XML", String::new(), BodyError::Unsupported("text/xml".into())),
        (
            "multipart/form-data; boundary=x",
            String::new(),
            BodyError::Unsupported("multipart/form-data".into()),
        ),
        (
            "application/mscp+xml; charset=latin1",
            String::new(),
            BodyError::Charset("latin1".into()),
        ),
        ("multipart/mixed", String::new(), BodyError::Boundary),
        ("multipart/mixed; boundary=\"\"", String::new(), BodyError::Boundary),
        (TYPE, String::new(), BodyError::Unclosed),
        (TYPE, mscp.into(), BodyError::Unclosed),
        (TYPE, "--b 1--".into(), BodyError::NoMessage),
        (TYPE, part("Content-Type: text/plain"), BodyError::NoMessage),
        (TYPE, part("Content-Type"), BodyError::Header { part: 1, line: "Content-Type".into() }),
        (TYPE, part("Content-Type: x"), BodyError::ContentType("x".into())),
        (
            TYPE,
            "--b 1\r\nContent-Type: a/b\r\n--b 1--".into(),
            BodyError::HeaderTooLong { part: 1, max: 120 },
        ),
        (
            TYPE,
            part(&format!("X: {}", "x".repeat(120))),
            BodyError::HeaderTooLong { part: 1, max: 120 },
        ),
        (
            TYPE,
            part("Content-Transfer-Encoding: quoted-printable"),
            BodyError::Encoding { part: 1, encoding: "quoted-printable".into() },
        ),
        (TYPE, part("Content-Transfer-Encoding: base64"), BodyError::Base64(1)),
        (TYPE, format!("{}--b 1--", mscp.repeat(4)), BodyError::TooManyParts(3)),
        (TYPE, format!("{mscp}{named}{named}--b 1--"), BodyError::DuplicateId("i".into())),
    ];
    for (content_type, body, error) in table {
        assert_eq!(read(content_type, body.as_bytes()), Err(error), "{content_type}: {body}");
    }
    let none = read_body(None, b"", &MultipartLimits::default());
    assert_eq!(none, Err(BodyError::NoContentType));
}

#[test]
fn content_types_are_taken_apart() {
    let parsed = ContentType::parse(" A/B ;C=d ; e=\"f;\\\"g\\\\\" ;").unwrap();
    assert_eq!(parsed.essence, "a/b");
    assert_eq!(parsed.parameter("c"), Some("d"));
    assert_eq!(parsed.parameter("e"), Some("f;\"g\\"));
    assert_eq!(parsed.parameter("x"), None);
}

#[test]
fn a_message_alone_needs_no_multipart() {
    let (content_type, body) = encode("<mscp/>", &Resources::default());
    assert_eq!(
        (content_type.as_str(), body.as_slice()),
        ("application/mscp+xml", b"<mscp/>".as_slice())
    );
}

proptest! {
    #[test]
    fn resources_survive_the_way(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..5),
        hostile in any::<bool>(),
    ) {
        let resources: Vec<Resource> = contents
            .into_iter()
            .enumerate()
            .map(|(n, mut bytes)| {
                if hostile {
                    bytes.extend_from_slice(format!("\r\n--mscp-part-{n}--\r\n").as_bytes());
                }
                resource(Some(&format!("part{n}@x")), "application/octet-stream", &bytes)
            })
            .collect();
        let resources = Resources(resources);
        let (content_type, body) = encode("<mscp/>\n", &resources);
        let parsed = read_body(Some(&content_type), &body, &MultipartLimits::default()).unwrap();
        prop_assert_eq!(parsed.message.as_ref(), b"<mscp/>\n".as_slice());
        prop_assert_eq!(parsed.resources, resources);
    }

    #[test]
    fn any_body_is_survived(data in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut input = b"multipart/mixed; boundary=b\r\n--b\r\n".to_vec();
        input.extend(data);
        mscp_proto::fuzz::multipart(&input);
    }
}
