//! SDP offer and answer (RFC 8866, RFC 3264) for one audio stream, and for the MSCP channel.
//!
//! Bytes in, bytes out; nothing here knows of SIP. The three ways a call gets its media:
//!
//! - the peer offers: [`answer`], and [`answer_again`] for each re-INVITE;
//! - an INVITE comes without an offer (third party call control): [`offer`], then
//!   [`accept_answer`] with what the ACK brings; [`offer_again`] for such a re-INVITE;
//! - an application server offers its transport channel (draft, 7.2.1): [`channel`].
//!
//! What is agreed comes back as a [`Negotiated`], in the very types a [`leg`](crate::leg) is
//! configured with, next to our own description as it is to be sent. What is not agreed is a
//! [`Refusal`] that knows its SIP status and Warning code.
//!
//! Decisions where the RFCs leave a choice: the answer lists every common codec in the order of
//! the offer (RFC 3264, 6.1), the codec in use first in a re-answer; of several audio lines the
//! first usable one is taken and all others get port 0; `a=rtcp-mux` is not accepted, so its
//! absence in the answer keeps RTCP on its own port (RFC 5761, 5.1.1); RTP/AVP and, where media is
//! protected ([`Security`]), RTP/SAVP are spoken, and neither of the two with feedback.
//! Audio levels (RFC 6464) are wanted where a codec is costly to decode, and never sent.

mod accept;
mod answer;
pub mod channel;
mod crypto;
mod extension;
mod fmtp;
mod local;
mod offer;
mod parse;
mod print;
mod refusal;
mod stream;

pub use accept::accept_answer;
pub use answer::{answer, answer_again};
pub use crypto::Security;
pub use local::{LocalMedia, Negotiated, PACKET_MS_DEFAULT, TELEPHONE_EVENT_DEFAULT};
pub use offer::{Offer, offer, offer_again};
pub use parse::{ATTRIBUTES_MAX, FORMATS_MAX, LINES_MAX, MEDIA_MAX, SDP_BYTES_MAX};
pub use refusal::Refusal;
