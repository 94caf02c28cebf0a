//! The script inside `<src>` comes out as a document that stands on its own.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::parse;
use mscp_proto::dialog::DialogPrepare;
use mscp_proto::shared::Script;
use mscp_proto::{Message, Request};

#[test]
fn a_script_is_kept_byte_for_byte() {
    let script = "<vxml version=\"2.0\" xmlns=\"http://www.w3.org/2001/vxml\">\r\n  \
        <!-- note --><form id='main'><block>a &lt; b &#233; <![CDATA[<x>]]>\t</block></form>\n</vxml>";
    assert_eq!(inline("", script), script);
}

/// Declarations on the way down, the script, and what comes out.
#[test]
fn declarations_in_scope_are_carried_along() {
    let table = [
        (
            "xmlns:x='urn:x'",
            "<x:vxml x:a='b'><x:form/></x:vxml>",
            "<x:vxml xmlns=\"urn:ietf:mscp\" xmlns:x=\"urn:x\" x:a='b'><x:form/></x:vxml>",
        ),
        (
            "xmlns:x='urn:x' xmlns:y='urn:&quot;y'",
            "<vxml xmlns='urn:v' xmlns:x='urn:z'/>",
            "<vxml xmlns:y=\"urn:&quot;y\" xmlns='urn:v' xmlns:x='urn:z'/>",
        ),
        ("xmlns:x='urn:x'", "<vxml xmlns=''/>", "<vxml xmlns:x=\"urn:x\" xmlns=''/>"),
    ];
    for (declarations, script, expected) in table {
        assert_eq!(inline(declarations, script), expected);
    }
}

#[test]
fn a_script_without_a_namespace_of_its_own_is_refused() {
    let error = parse(&wrap("", "<vxml version='2.0'/>")).expect_err("no namespace");
    assert!(error.reason.contains("<vxml> is not allowed inside <src>"), "{error}");
}

#[test]
fn a_script_survives_being_written() {
    let script = "<s:vxml xmlns:s='urn:s'>\n   text\n</s:vxml>";
    let message = parse(&wrap("xmlns:o='urn:other'", script)).unwrap();
    assert_eq!(parse(&message.to_xml()), Ok(message));
}

#[test]
fn a_script_may_hold_mscp_elements() {
    let script = "<s xmlns='urn:s'><m:src xmlns:m='urn:ietf:mscp'><t/></m:src>&amp;</s>";
    assert_eq!(inline("", script), script);
}

fn wrap(declarations: &str, script: &str) -> String {
    format!(
        "<mscp version='1.0' xmlns='urn:ietf:mscp' {declarations}><request><dialogprepare><src>\n \
         {script}\n</src></dialogprepare></request></mscp>"
    )
}

fn inline(declarations: &str, script: &str) -> String {
    match parse(&wrap(declarations, script)) {
        Ok(Message::Request {
            body: Request::DialogPrepare(DialogPrepare { script: Script::Inline { xml, mime }, .. }),
            ..
        }) => {
            assert_eq!(mime, "application/voicexml+xml");
            xml
        }
        other => panic!("{other:?}"),
    }
}
