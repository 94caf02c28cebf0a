//! `mediaserver check`: what is recognised, and where faults are placed.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::PathBuf;

use mediaserver::check::{Examined, Kind, examine};

/// Writes a file, examines it, and gives the faults with the folder's name taken away.
fn check(name: &str, text: impl AsRef<[u8]>) -> Result<Examined, Vec<String>> {
    let folder = std::env::temp_dir().join(format!("antiphon-check-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let strip = format!("{}/", folder.display());
    let stripped = |lines: Vec<String>| lines.iter().map(|line| line.replace(&strip, "")).collect();
    match examine(&path) {
        Ok(Examined { kind, warnings }) => Ok(Examined { kind, warnings: stripped(warnings) }),
        Err(faults) => Err(stripped(faults)),
    }
}

fn faults(name: &str, text: impl AsRef<[u8]>) -> Vec<String> {
    check(name, text).expect_err("this must be refused")
}

#[test]
fn a_configuration_is_recognised_and_judged() {
    assert_eq!(check("fine.toml", "[sip]\nmax-calls = 5\n"), Ok(Kind::Configuration.into()));
    assert_eq!(check("empty.conf", ""), Ok(Kind::Configuration.into()));
    assert_eq!(
        faults("bad.toml", "[sip]\nmax-calls = 0\nlisen = 1\n"),
        [
            "bad.toml:2:13: sip.max-calls: 0 is not a whole number of calls, 1 to 100000",
            "bad.toml:3:1: sip.lisen: no such key; [sip] has listen, udp, tcp, max-calls, srtp",
        ],
    );
    assert_eq!(
        faults("latin1.toml", b"drain-seconds = 1\n# gr\xfc\xdfe\n"),
        ["latin1.toml:2:1: this line is not UTF-8 text"],
    );
}

#[test]
fn a_configuration_that_is_unwise_is_right_all_the_same() {
    let unwise = check("unwise.toml", "[media]\nrtp-ports = '20000-20019'\n").unwrap();
    assert_eq!(unwise.kind, Kind::Configuration);
    assert_eq!(
        unwise.warnings,
        ["unwise.toml:2:13: media.rtp-ports: has room for 10 calls, fewer than sip.max-calls \
          (1000); one more is answered 503"],
    );
}

#[test]
fn a_message_is_recognised_by_its_root_and_judged_by_the_protocol() {
    let message = |request: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<!-- a join -->\n<mscp version=\"1.0\" \
             xmlns=\"urn:ietf:mscp\">\n <request>\n  {request}\n </request>\n</mscp>\n"
        )
    };
    assert_eq!(check("join.xml", message("<join id1=\"a\" id2=\"b\"/>")), Ok(Kind::Message.into()));
    assert_eq!(check("join", message("<join id1=\"a\" id2=\"b\"/>")), Ok(Kind::Message.into()));
    for (request, place) in [
        ("<join id1=\"a\"/>", "bad.xml:5:3: "),
        ("<join id1=\"a\" id2=\"b\">", "bad.xml:6:"),
        ("<jion id1=\"a\" id2=\"b\"/>", "bad.xml:5:3: "),
    ] {
        let faults = faults("bad.xml", message(request));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with(place), "{faults:?}");
    }
}

#[test]
fn what_is_not_checked_yet_is_said() {
    let vxml = "<vxml version=\"2.1\" xmlns=\"http://www.w3.org/2001/vxml\"/>";
    assert_eq!(
        faults("a.vxml", vxml),
        ["a.vxml: checking VoiceXML documents is not supported yet"],
    );
    for (name, text) in [("a.grxml", "<grammar/>"), ("a.gram", "#ABNF 1.0;\n")] {
        assert_eq!(faults(name, text), [format!("{name}: checking grammars is not supported yet")]);
    }
    assert_eq!(
        faults("a.html", "<!doctype html>\n<html></html>"),
        ["a.html: the root element <html> is neither <mscp> nor anything else that is checked"],
    );
    assert_eq!(
        faults("framed", "MSCP/1.0 1 REQUEST\r\n\r\n<mscp/>"),
        ["framed:1:1: begins with a start line; give the XML after the headers alone"],
    );
}

#[test]
fn a_file_that_cannot_be_read_is_one_line() {
    let missing = PathBuf::from("/nonexistent/file");
    assert_eq!(
        examine(&missing),
        Err(vec!["/nonexistent/file: No such file or directory (os error 2)".to_owned()]),
    );
    assert_eq!(examine(&std::env::temp_dir()).unwrap_err().len(), 1, "a folder is no file");
    let large = faults("large.toml", vec![b'#'; 8 * 1024 * 1024 + 1]);
    assert_eq!(large, ["large.toml: larger than 8388608 bytes"]);
}
