//! What XML is accepted, what is refused, and where the bounds are (3.2, 3.3).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{inner, message, parse, request};
use mscp_proto::limits::XmlLimits;
use mscp_proto::request::Foreign;
use mscp_proto::{Message, Request};

const HEAD: &str = r#"<mscp version="1.0" xmlns="urn:ietf:mscp">"#;
const JOIN: &str = r#"<request><join id1="a" id2="b"/></request></mscp>"#;

#[test]
fn a_message_may_have_the_trimmings_of_xml() {
    let expected = parse(&format!("{HEAD}{JOIN}"));
    assert!(expected.is_ok());
    for (before, after) in [
        ("\u{feff}", ""),
        ("<?xml version=\"1.0\"?>", "\n"),
        ("<?xml version='1.0' encoding='utf-8'?>\n<!-- c -->", "<!-- c --><?pi?>"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>", ""),
        ("<?style sheet?>\r\n", " \t\r\n"),
    ] {
        assert_eq!(parse(&format!("{before}{HEAD}{JOIN}{after}")), expected, "{before}{after}");
    }
    let inside = format!(
        "{HEAD}<!-- c --><?pi?>\n<request>\n<?pi?><join id1='a' id2 = \"&#98;\"/><!----></request></mscp>"
    );
    assert_eq!(parse(&inside), expected);
}

#[test]
fn what_is_not_a_message_is_refused() {
    let join = format!("{HEAD}{JOIN}");
    let table: Vec<(String, &str)> = vec![
        (String::new(), "the message is empty"),
        ("   ".into(), "the message is empty"),
        ("hello".into(), "text outside the <mscp> element"),
        (format!("{join}x"), "text outside"),
        (format!("{join}{join}"), "nothing may follow"),
        (HEAD.to_owned(), "<mscp> is not closed"),
        (
            format!("{HEAD}<request><join id1='a'id2='b'/></request></mscp>"),
            "put a space before the attribute id2",
        ),
        (
            format!("{HEAD}<request><join id1='a' id2='b' xmlns:v=''/></request></mscp>"),
            "xmlns:v must not be empty",
        ),
        (format!("{HEAD}<? ?>{JOIN}"), "is not an XML name"),
        (
            format!("{HEAD}<request><join id1='a' id2='b'></join x='y'></request></mscp>"),
            "not well-formed",
        ),
        (format!("{HEAD}<request><join id1='a & b' id2='b'/></request></mscp>"), "cannot be read"),
        (format!("{HEAD}<request>"), "<request> is not closed"),
        (format!("{HEAD}<request></mscp>"), "not well-formed"),
        (format!("{HEAD}<request><join id1='a"), "not well-formed"),
        (format!("{HEAD}<request><join id1=a id2='b'/></request></mscp>"), "not well-formed"),
        (
            format!("{HEAD}<request><join id1='a' id1='b' id2='c'/></request></mscp>"),
            "not well-formed",
        ),
        (format!("{HEAD}<request><join id1='<' id2='c'/></request></mscp>"), "as &lt;"),
        (format!("{HEAD}<request><v:join/></request></mscp>"), "the prefix v is not declared"),
        (
            format!("{HEAD}<request><join v:a='b' id1='a' id2='c'/></request></mscp>"),
            "the prefix v is not declared",
        ),
        (format!("{HEAD}<request><1/></request></mscp>"), "is not an XML name"),
        (format!("{HEAD}<request><a:b:c/></request></mscp>"), "is not an XML name"),
        (format!("{HEAD}<request><join id1='a' id2='b\u{1}'/></request></mscp>"), "U+0001"),
        (format!("{HEAD}<request><join id1='a' id2='&#1;'/></request></mscp>"), "does not allow"),
        (
            format!("{HEAD}<request><join id1='a' id2='&#xD800;'/></request></mscp>"),
            "cannot be read",
        ),
        (format!("{HEAD}<!-- a -- b -->{JOIN}"), "not well-formed"),
        (format!("{HEAD}<v xmlns='urn:v'>]]></v>{JOIN}"), "]]&gt;"),
        (format!(" <?xml version='1.0'?>{join}"), "must be the first thing"),
        (format!("{HEAD}<?XML version='1.0'?>{JOIN}"), "must be the first thing"),
        (format!("<?xml version='1.1'?>{join}"), "only XML 1.0"),
        (format!("<?xml version='1.0' encoding='ISO-8859-1'?>{join}"), "must be UTF-8"),
        (join.replace("version=\"1.0\" ", ""), "needs the attribute version"),
        (join.replace("\"1.0\"", "\"1.1\""), "version \"1.1\" is not spoken here"),
        (join.replace("version", "Version"), "needs the attribute version"),
        (join.replace("mscp version", "mscp a='b' version"), "no attribute a"),
        (join.replace("<request>", "<request x='y'>"), "<request> has no attribute x"),
        (join.replace("request", "notification"), "no notification <join>"),
        (format!("{HEAD}<request/></mscp>"), "<request> is empty"),
        (format!("{HEAD}<request>text</request></mscp>"), "<request> holds no text"),
        (format!("{HEAD}<request><![CDATA[x]]></request></mscp>"), "<request> holds no text"),
        (format!("{HEAD}<request>&#120;</request></mscp>"), "<request> holds no text"),
        (
            format!(
                "{HEAD}<request><join id1='a' id2='b'/><join id1='a' id2='b'/></request></mscp>"
            ),
            "exactly one element",
        ),
        (
            format!("{HEAD}<notification id='n1'><dialogexit dialogid='d'/></notification></mscp>"),
            "<notification> has no attribute id",
        ),
    ];
    for (xml, reason) in table {
        let error = parse(&xml).expect_err(&xml);
        assert!(error.reason.contains(reason), "{xml}: {error}");
    }
}

#[test]
fn nothing_is_declared_and_nothing_expands() {
    let bomb = "<!DOCTYPE mscp [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>";
    let error = parse(&format!("{bomb}{HEAD}{JOIN}")).expect_err("DTD");
    assert!(error.reason.contains("<!DOCTYPE>"), "{error}");
    for xml in [
        format!("{HEAD}<request><join id1=\"&b;\" id2=\"b\"/></request></mscp>"),
        format!("{HEAD}<v xmlns=\"urn:v\">&b;</v>{JOIN}"),
        format!("{HEAD}<v xmlns=\"urn:v\" a=\"&b;\"/>{JOIN}"),
    ] {
        let error = parse(&xml).expect_err(&xml);
        assert!(error.reason.contains("only the five predefined"), "{xml}: {error}");
    }
    let error = Message::parse(&[b'<', 0xff, b'>'], &XmlLimits::default()).expect_err("bytes");
    assert!(error.reason.contains("not UTF-8"), "{error}");
    assert_eq!((error.line, error.column), (1, 2));
}

#[test]
fn predefined_entities_are_read_and_written() {
    let xml = r#"<join id1="&lt;&amp;&gt;&quot;&apos;&#x41;&#10;&#9;é" id2="b  c"/>"#;
    let Ok(Request::Join(join)) = request(xml) else { panic!("not read") };
    assert_eq!(join.id1.as_str(), "<&>\"'A\n\té");
    let message = Message::Request { id: None, body: Request::Join(join) };
    assert_eq!(inner(&message), "<join id1=\"&lt;&amp;&gt;&quot;'A&#10;&#9;é\" id2=\"b  c\"/>");
    assert_eq!(parse(&message.to_xml()), Ok(message));
}

#[test]
fn an_xml_id_is_a_name_and_is_kept() {
    let with_id = |id: &str| {
        parse(&format!(r#"{HEAD}<request id="{id}"><join id1="a" id2="b"/></request></mscp>"#))
    };
    for (id, kept) in [("req1", "req1"), (" _a-b.c ", "_a-b.c"), ("é1", "é1")] {
        let Ok(Message::Request { id: read, .. }) = with_id(id) else { panic!("{id}") };
        assert_eq!(read.as_deref(), Some(kept));
    }
    for id in ["", "1", "a b", "a:b", "-a"] {
        assert!(with_id(id).expect_err(id).reason.contains("not an XML ID"), "{id}");
    }
    let faulty = parse(&format!(r#"{HEAD}<request id="req9"><join id1="a"/></request></mscp>"#));
    assert_eq!(faulty.expect_err("no id2").id.as_deref(), Some("req9"));
}

#[test]
fn a_request_for_somebody_else_is_named() {
    let unknown = Foreign { namespace: "urn:vendor".into(), name: "myrequest".into() };
    assert_eq!(
        request("<v:myrequest a='b'>text<join/></v:myrequest>"),
        Ok(Request::Unknown(unknown))
    );
    let newer = Foreign { namespace: "urn:antiphon:mscp:1".into(), name: "newer".into() };
    assert_eq!(request("<a:newer/>"), Ok(Request::Unknown(newer)));
    assert!(request("<a:newer/><join id1='a' id2='b'/>").is_ok());
    assert!(request("<a:audit/><join id1='a' id2='b'/>").is_err(), "two requests in one message");
}

#[test]
fn every_bound_is_kept() {
    let deep = |depth: usize| {
        let (open, close) = ("<v:e>".repeat(depth), "</v:e>".repeat(depth));
        message("request", &format!("<join id1='a' id2='b'>{open}{close}</join>"))
    };
    let many = |count: usize| {
        message("request", &format!("<join id1='a' id2='b'>{}</join>", "<v:e/>".repeat(count)))
    };
    let attributes = |count: usize| {
        let list: String = (0..count).map(|n| format!(" v:a{n}='x'")).collect();
        message("request", &format!("<join id1='a' id2='b'{list}/>"))
    };
    let value =
        |bytes: usize| message("request", &format!("<join id1='a' id2='{}'/>", "x".repeat(bytes)));
    let name = |bytes: usize| {
        message("request", &format!("<join id1='a' id2='b'><v:{}/></join>", "x".repeat(bytes)))
    };
    let namespaces = |count: usize| {
        let list: String = (0..count).map(|n| format!(" xmlns:n{n}='u'")).collect();
        message("request", &format!("<join id1='a' id2='b'{list}/>"))
    };
    let limits = XmlLimits {
        depth: 10,
        elements: 20,
        attributes: 12,
        name: 30,
        value: 100,
        namespaces: 8,
        bytes: 5000,
    };
    // Three elements are round the <join>, three namespaces are declared on the root, two
    // attributes are the join's own and a prefix takes two bytes.
    let table = [
        ("depth", deep(7), deep(8), "nested 10 deep"),
        ("elements", many(17), many(18), "20 elements"),
        ("attributes", attributes(10), attributes(11), "12 attributes"),
        ("value", value(100), value(101), "100 bytes long"),
        ("name", name(28), name(29), "30 bytes long"),
        ("namespaces", namespaces(5), namespaces(6), "not well-formed"),
    ];
    for (bound, good, bad, reason) in table {
        assert!(Message::parse(good.as_bytes(), &limits).is_ok(), "{bound}");
        let error = Message::parse(bad.as_bytes(), &limits).expect_err(bound);
        assert!(error.reason.contains(reason), "{bound}: {error}");
    }
    let long = format!("{}{}", many(1), " ".repeat(5000));
    let error = Message::parse(long.as_bytes(), &limits).expect_err("bytes");
    assert!(error.reason.contains("the limit is 5000"), "{error}");
}
