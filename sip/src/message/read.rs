//! Bytes to messages, and what is wrong with those that are none.
//!
//! rsipstack's parser is forgiving: it reads `invite`, a negative Content-Length and a CSeq that
//! names another method. The checks of RFC 3261 that a user agent server owes its peers are made
//! here, each with its status. A fault that cannot even be answered (no Via, no Call-ID, …) is
//! dropped, which is all that random bytes deserve.

use std::str::FromStr;

use rsipstack::sip::{Headers, SipMessage, parse_uri};

use super::{Method, NameAddr, Request, Response, Via, reason_phrase, values};
use crate::config::MESSAGE_BYTES_MAX;
use crate::hop::Hop;

/// Header fields that may stand only once; two of them are two meanings of one message.
const SINGLE: [&str; 6] = ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length"];
/// The greatest CSeq number (RFC 3261, 8.1.1.5).
const CSEQ_MAX: u32 = (1 << 31) - 1;
/// The greatest number of header fields in one message.
const HEADERS_MAX: usize = 256;
/// The most bytes of a Call-ID, and of a tag.
const NAME_BYTES_MAX: usize = 256;
/// URI schemes that are understood in a Request-URI.
const SCHEMES: [&str; 3] = ["sip", "sips", "tel"];

/// What a datagram or frame turned out to be.
pub(crate) enum Message {
    Request(Box<Request>),
    Response(Box<Response>),
}

/// Why it is no message.
pub(crate) enum Fault {
    /// Not answerable.
    Garbage,
    /// A request that gets this status; the request holds what the response copies.
    Answer { request: Box<Request>, status: u16, reason: String },
}

/// Why a request is refused: its status and the words behind it.
struct Refusal(u16, String);

impl Refusal {
    fn bad(what: &str) -> Self {
        Self(400, format!("Bad Request - {what}"))
    }
}

/// Reads one datagram, or one frame of a stream.
pub(crate) fn read(bytes: &[u8], hop: Hop) -> Result<Message, Fault> {
    let bytes = after_empty_lines(bytes);
    if bytes.starts_with(b"SIP/") {
        return read_response(bytes).map(Message::Response).ok_or(Fault::Garbage);
    }
    let line_end = bytes.iter().position(|&b| b == b'\n').ok_or(Fault::Garbage)?;
    let line = bytes.get(..line_end).unwrap_or_default();
    let rest = bytes.get(line_end + 1..).unwrap_or_default();
    let line = std::str::from_utf8(line).map_err(|_| Fault::Garbage)?.trim_end_matches('\r');
    // The header fields are parsed under a start line that is known to be good, so that a bad
    // one can still be answered.
    let (head, complete) = head_of(rest);
    let headers = parse_headers(&head).ok_or(Fault::Garbage)?;
    let mut request = skeleton(headers, hop).ok_or(Fault::Garbage)?;
    let checked = start_line(line, &mut request)
        .and_then(|()| check_encoding(&head))
        .and_then(|()| if complete { Ok(()) } else { Err(Refusal::bad("Message Cut Short")) })
        .and_then(|()| check_headers(&request))
        .and_then(|()| body_of(rest, head.len(), &request));
    match checked {
        Ok(body) => {
            request.body = body;
            Ok(Message::Request(Box::new(request)))
        }
        Err(_) if request.method == Method::Ack => Err(Fault::Garbage),
        Err(Refusal(status, reason)) => {
            Err(Fault::Answer { request: Box::new(request), status, reason })
        }
    }
}

/// Empty lines before the start line are ignored (7.5).
fn after_empty_lines(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|b| !b"\r\n".contains(b)).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

/// A number without sign or spaces.
fn number<T: FromStr>(digits: &str) -> Option<T> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// The header section with its empty line, and whether that line was there.
fn head_of(rest: &[u8]) -> (Vec<u8>, bool) {
    if let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") {
        return (rest.get(..end + 4).unwrap_or_default().to_vec(), true);
    }
    // Keep the whole lines of what was cut short.
    let end = rest.windows(2).rposition(|two| two == b"\r\n").unwrap_or(0);
    let mut head = rest.get(..end).unwrap_or_default().to_vec();
    head.extend_from_slice(b"\r\n\r\n");
    (head, false)
}

fn parse_headers(head: &[u8]) -> Option<Headers> {
    let mut text = b"OPTIONS sip:placeholder.invalid SIP/2.0\r\n".to_vec();
    // What is no UTF-8 is read all the same, so that its sender can be told.
    text.extend_from_slice(String::from_utf8_lossy(head).as_bytes());
    match SipMessage::try_from(text.as_slice()).ok()? {
        SipMessage::Request(request) => Some(request.headers),
        SipMessage::Response(_) => None,
    }
}

/// What a response needs of its request: without it there is nothing to say.
fn skeleton(headers: Headers, hop: Hop) -> Option<Request> {
    if headers.len() > HEADERS_MAX {
        return None;
    }
    let mut vias = values(&headers, "Via");
    let (first, others) = Via::first_and_rest(vias.next()?)?;
    let via = Via::parse(first)?;
    let mut all = vec![via.for_response(hop.address())];
    all.extend(others.into_iter().chain(vias).map(str::to_owned));
    let from = values(&headers, "From").next()?.to_owned();
    let to = values(&headers, "To").next()?.to_owned();
    let call_id = values(&headers, "Call-ID").next()?.to_owned();
    let cseq_value = values(&headers, "CSeq").next()?.to_owned();
    let (digits, method) = cseq_value.split_once([' ', '\t'])?;
    // The method of a request with a bad start line is the one it names in CSeq.
    let method = method.trim().parse().unwrap_or(Method::Options);
    Some(Request {
        method,
        uri: String::new(),
        body: Vec::new(),
        via,
        vias: all,
        from_tag: NameAddr::parse(&from).and_then(|a| a.tag()).unwrap_or_default().to_owned(),
        to_tag: NameAddr::parse(&to).and_then(|a| a.tag()).map(str::to_owned),
        from,
        to,
        call_id,
        // An impossible number stands for one that is no number at all.
        cseq: number(digits).unwrap_or(u32::MAX),
        cseq_value,
        hop,
        headers,
    })
}

fn start_line(line: &str, request: &mut Request) -> Result<(), Refusal> {
    let parts: Vec<&str> = line.split(' ').collect();
    let [method, uri, version] = parts.as_slice() else {
        return Err(Refusal::bad("Malformed Request-Line"));
    };
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return Err(wrong_version(version));
    }
    // Methods are case-sensitive: `invite` is an unknown one.
    let known = method.parse::<Method>().ok().filter(|known| known.to_string() == *method);
    let Some(known) = known else {
        return Err(Refusal(501, reason_phrase(501)));
    };
    let named = values(&request.headers, "CSeq").next().unwrap_or_default();
    if named.split_whitespace().nth(1) != Some(*method) {
        return Err(Refusal::bad("CSeq Names Another Method"));
    }
    request.method = known;
    request.uri = (*uri).to_owned();
    request_uri(uri)
}

fn wrong_version(version: &str) -> Refusal {
    let parts = version.strip_prefix("SIP/").and_then(|parts| parts.split_once('.'));
    match parts {
        Some((major, minor)) if number::<u8>(major).is_some() && number::<u8>(minor).is_some() => {
            Refusal(505, reason_phrase(505))
        }
        _ => Refusal::bad("Malformed Request-Line"),
    }
}

fn request_uri(uri: &str) -> Result<(), Refusal> {
    let scheme = uri.split(':').next().unwrap_or_default();
    if scheme.len() == uri.len() || uri.contains(['<', '>', '"']) {
        return Err(Refusal::bad("Malformed Request-URI"));
    }
    if !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Err(Refusal(416, reason_phrase(416)));
    }
    parse_uri(uri).map(|_| ()).map_err(|_| Refusal::bad("Malformed Request-URI"))
}

fn check_encoding(head: &[u8]) -> Result<(), Refusal> {
    std::str::from_utf8(head).map(|_| ()).map_err(|_| Refusal::bad("Header Fields Not in UTF-8"))
}

fn check_headers(request: &Request) -> Result<(), Refusal> {
    for name in SINGLE {
        if values(&request.headers, name).count() > 1 {
            return Err(Refusal::bad(&format!("Two {name} Header Fields")));
        }
    }
    if request.cseq > CSEQ_MAX {
        return Err(Refusal::bad("Malformed CSeq"));
    }
    if request.from_tag.is_empty() {
        return Err(Refusal::bad("From Without Tag"));
    }
    if NameAddr::parse(&request.to).is_none_or(|to| to.uri.is_empty()) {
        return Err(Refusal::bad("Malformed To"));
    }
    check_names(request)?;
    match request.header("Max-Forwards").map(number::<u8>) {
        Some(None) => Err(Refusal::bad("Malformed Max-Forwards")),
        _ => Ok(()),
    }
}

/// Call-ID and tags, which together name the call here and in MSCP. A Call-ID may hold more than
/// RFC 3261 gives it, a semicolon too; a tag may not, so that the name can be taken apart.
fn check_names(request: &Request) -> Result<(), Refusal> {
    let call_id = request.call_id.as_str();
    if !is_name(call_id) || call_id.contains([' ', '\t']) {
        return Err(Refusal::bad("Malformed Call-ID"));
    }
    let tags = [Some(request.from_tag.as_str()), request.to_tag.as_deref()];
    if !tags.into_iter().flatten().all(|tag| is_name(tag) && !tag.contains([' ', '\t', ';'])) {
        return Err(Refusal::bad("Malformed Tag"));
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.contains(char::is_control)
}

/// The body: as long as Content-Length says or, in a datagram without it, all that is left.
fn body_of(rest: &[u8], head: usize, request: &Request) -> Result<Vec<u8>, Refusal> {
    let body = rest.get(head..).unwrap_or_default();
    let Some(length) = request.header("Content-Length") else {
        return Ok(body.to_vec());
    };
    if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::bad("Malformed Content-Length"));
    }
    // A number beyond `usize` is one that is too large.
    let length = length.parse().unwrap_or(usize::MAX);
    if length > MESSAGE_BYTES_MAX.saturating_sub(head) {
        return Err(Refusal(413, reason_phrase(413)));
    }
    let body =
        body.get(..length).ok_or_else(|| Refusal::bad("Body Shorter Than Content-Length"))?;
    Ok(body.to_vec())
}

fn read_response(bytes: &[u8]) -> Option<Box<Response>> {
    let SipMessage::Response(parsed) = SipMessage::try_from(bytes).ok()? else { return None };
    let headers = parsed.headers;
    let (top, _) = Via::first_and_rest(values(&headers, "Via").next()?)?;
    let branch = Via::parse(top)?.branch;
    let to = values(&headers, "To").next()?.to_owned();
    let method = values(&headers, "CSeq").next()?.split_whitespace().nth(1)?.parse().ok()?;
    Some(Box::new(Response {
        status: parsed.status_code.code(),
        body: parsed.body,
        branch,
        method,
        to_tag: NameAddr::parse(&to).and_then(|a| a.tag()).map(str::to_owned),
        to,
        headers,
    }))
}
