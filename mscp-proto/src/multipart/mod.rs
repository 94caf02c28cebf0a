//! `multipart/mixed` and `multipart/related` bodies (7.2.2 "exploiting multipart MIME").
//!
//! The first `application/mscp+xml` part is the message; the other parts are resources that it
//! refers to by `cid:` (mscp.md section 2): a VoiceXML document, a prompt.

mod base64;
mod decode;
mod encode;
mod media_type;
mod resource;

pub use decode::{Body, BodyError, read_body};
pub use encode::encode;
pub use media_type::ContentType;
pub use resource::{Resource, Resources};
