//! The two ends of a channel as values: bytes in, events out, bytes to send as return values.
//!
//! Neither end does I/O, knows a clock, or holds a lock. Feed [`ServerChannel::push`] with what the
//! socket gave and call [`ServerChannel::poll`] until it returns `None`; the same for
//! [`ClientChannel`]. For SIP INFO (7.1), where SIP does the framing, [`read_message`] and
//! [`encode_message`] are enough.

mod body;
mod client;
mod correlation;
mod server;

pub use body::{encode_message, read_message};
pub use client::{ClientChannel, ClientEvent, TooManyPending};
pub use correlation::{Correlation, Refusal};
pub use server::{Incoming, ServerChannel, encode_notification};
