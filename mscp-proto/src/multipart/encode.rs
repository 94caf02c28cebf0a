//! A message and its resources into one multipart/related body.

use super::resource::{Resource, Resources};
use crate::message::CONTENT_TYPE;

/// The Content-Type and the body that carry `xml`; plain if there is nothing else to carry.
pub fn encode(xml: &str, resources: &Resources) -> (String, Vec<u8>) {
    if resources.0.is_empty() {
        return (CONTENT_TYPE.to_owned(), xml.as_bytes().to_vec());
    }
    let boundary = boundary(xml, resources);
    let mut body = Vec::new();
    open_part(&mut body, &boundary, CONTENT_TYPE, None);
    body.extend_from_slice(xml.as_bytes());
    for resource in &resources.0 {
        body.extend_from_slice(b"\r\n");
        let content_id = resource.content_id.as_deref();
        open_part(&mut body, &boundary, &resource.content_type, content_id);
        body.extend_from_slice(&resource.bytes);
    }
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let content_type =
        format!("multipart/related; type=\"{CONTENT_TYPE}\"; boundary=\"{boundary}\"");
    (content_type, body)
}

fn open_part(body: &mut Vec<u8>, boundary: &str, content_type: &str, content_id: Option<&str>) {
    let content_id = match content_id {
        Some(id) => format!("Content-ID: <{}>\r\n", one_line(id)),
        None => String::new(),
    };
    let header = format!(
        "--{boundary}\r\nContent-Type: {}\r\n{content_id}Content-Transfer-Encoding: binary\r\n\r\n",
        one_line(content_type)
    );
    body.extend_from_slice(header.as_bytes());
}

/// A header value cannot hold a line end: it would begin a header of its own.
fn one_line(value: &str) -> String {
    value.replace(['\r', '\n'], " ")
}

/// A boundary that occurs in no part: numbered until one fits, so that no randomness is needed.
fn boundary(xml: &str, resources: &Resources) -> String {
    let occurs = |boundary: &str| {
        let is_in = |bytes: &[u8]| {
            bytes.windows(boundary.len()).any(|window| window == boundary.as_bytes())
        };
        is_in(xml.as_bytes()) || resources.0.iter().any(|Resource { bytes, .. }| is_in(bytes))
    };
    (0_u64..)
        .map(|number| format!("mscp-part-{number}"))
        .find(|text| !occurs(text))
        .unwrap_or_default()
}
