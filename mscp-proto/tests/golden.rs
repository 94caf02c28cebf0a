//! Every example of the draft, byte for byte as printed, against its canonical form.
//!
//! `golden/draft` holds the examples in the order of the draft, `golden/corrected` those that the
//! draft gets wrong beyond what is read anyway, as mscp.md settles them, and `golden/canonical`
//! what this crate writes for each.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the documents are files")]

use std::collections::BTreeMap;

use mscp_proto::limits::XmlLimits;
use mscp_proto::{Message, ParseError};

/// Examples that are refused as printed, with the place and what the reason must say.
const REFUSED: [(&str, u32, u32, &str); 8] = [
    // Skeletons: "..." stands for an element.
    ("01-3.2-skeleton.xml", 2, 3, "<mscp> holds no text"),
    ("02-3.2-skeleton.xml", 3, 5, "<request> holds no text"),
    ("03-3.2-skeleton.xml", 3, 5, "<response> holds no text"),
    ("05-3.3-skeleton.xml", 4, 5, "<request> holds no text"),
    // urn:ietf:mcp is a typo.
    ("31-4.8.2-dialogterminatetransfer.xml", 1, 1, "\"urn:ietf:mcp\""),
    ("32-4.8.2-join.xml", 1, 1, "\"urn:ietf:mcp\""),
    ("33-4.8.2-conferencejoined.xml", 1, 1, "\"urn:ietf:mcp\""),
    // The alias event is read, but 4.6 makes dialogid mandatory.
    ("77-6.3-dialoguser.xml", 3, 5, "needs the attribute dialogid"),
];

#[test]
fn examples_that_are_wrong_are_refused_with_a_place() {
    let examples = folder("draft");
    for (name, line, column, reason) in REFUSED {
        let error = parse(&examples[name]).expect_err(name);
        assert_eq!((error.line, error.column), (line, column), "{name}: {error}");
        assert!(error.reason.contains(reason), "{name}: {error}");
    }
}

#[test]
fn all_other_examples_are_read_and_written_canonically() {
    let canonical = folder("canonical");
    let mut examples = folder("draft");
    assert_eq!(examples.len(), 92, "the draft has 92 examples");
    for (name, ..) in REFUSED {
        examples.remove(name);
    }
    examples.extend(folder("corrected"));
    assert_eq!(examples.keys().collect::<Vec<_>>(), canonical.keys().collect::<Vec<_>>());
    for (name, xml) in examples {
        let message = parse(&xml).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(message.to_xml(), canonical[&name], "{name}");
        assert_eq!(parse(&canonical[&name]).as_ref(), Ok(&message), "{name}");
    }
}

fn parse(xml: &str) -> Result<Message, ParseError> {
    Message::parse(xml.as_bytes(), &XmlLimits::default())
}

fn folder(name: &str) -> BTreeMap<String, String> {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}
