//! What the fuzz targets run: one function per parser, each with the properties that must hold for
//! any input. A target in `fuzz/` is one call; `tests/fuzz_corpus.rs` replays the corpus with
//! plain `cargo test`.

use crate::channel::{ClientChannel, ServerChannel};
use crate::framing::{Decoder, FrameError, Pdu};
use crate::id::ConnectionId;
use crate::limits::{FrameLimits, Limits, MultipartLimits, XmlLimits};
use crate::message::Message;
use crate::multipart;

/// Any bytes, whole and cut in two, are the same PDUs and the same error; both ends survive them.
pub fn framing(data: &[u8]) {
    let whole = decode(&[data]);
    let middle = data.len() / 2;
    let (first, second) = data.split_at(middle);
    assert_eq!(whole, decode(&[first, second]), "the split changed the result");
    for pdu in &whole.0 {
        let again = decode(&[&pdu.encode()]);
        assert_eq!(again.0.as_slice(), std::slice::from_ref(pdu), "encoding changed a PDU");
    }
    let mut server = ServerChannel::new(Limits::default());
    server.push(data);
    while server.poll().is_some() {}
    let mut client = ClientChannel::new(Limits::default(), 1);
    client.push(data);
    while client.poll().is_some() {}
}

/// What can be read is written and read again as the same.
pub fn message(data: &[u8]) {
    let limits = XmlLimits::default();
    match Message::parse(data, &limits) {
        Ok(message) => {
            let again = Message::parse(message.to_xml().as_bytes(), &XmlLimits::unbounded());
            assert_eq!(again.as_ref(), Ok(&message), "writing changed the message");
        }
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1, "a fault without a place");
            let body = error.to_response(|| "fresh".to_owned());
            let answer = Message::Response { id: error.id.clone(), body };
            let again = Message::parse(answer.to_xml().as_bytes(), &XmlLimits::unbounded());
            assert!(again.is_ok(), "the answer to a bad request cannot be read: {again:?}");
        }
    }
}

/// The first line is the Content-Type, the rest the body; what comes out was in the body.
pub fn multipart(data: &[u8]) {
    let line_end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (content_type, body) = data.split_at(line_end);
    let content_type = String::from_utf8_lossy(content_type);
    let limits = MultipartLimits::default();
    let Ok(parsed) = multipart::read_body(Some(&content_type), body, &limits) else { return };
    let resources: usize = parsed.resources.0.iter().map(|resource| resource.bytes.len()).sum();
    assert!(parsed.message.len() + resources <= body.len(), "parts are larger than their body");
    assert!(parsed.resources.0.len() < limits.parts + 1, "more parts than allowed");
}

/// A connection id that splits is put together to the same again.
pub fn connection_id(data: &[u8]) {
    let id = ConnectionId::new(String::from_utf8_lossy(data));
    let Some(dialog) = id.sip_dialog() else { return };
    assert!(!dialog.from_tag.contains(';') && !dialog.to_tag.contains(';'));
    let again = ConnectionId::from_sip_dialog(dialog.call_id, dialog.from_tag, dialog.to_tag);
    assert_eq!(again, id);
}

fn decode(pieces: &[&[u8]]) -> (Vec<Pdu>, Option<FrameError>) {
    let mut decoder = Decoder::new(FrameLimits::default());
    let mut pdus = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        loop {
            match decoder.poll() {
                Ok(Some(pdu)) => pdus.push(pdu),
                Ok(None) => break,
                Err(error) => return (pdus, Some(error)),
            }
        }
    }
    (pdus, None)
}
