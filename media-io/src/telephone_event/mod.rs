//! Keys as named telephone-events (RFC 4733): the payload, the receiver and the sender.

mod digits;
mod payload;
mod receiver;
mod sender;

pub use digits::{DIGITS_MAX, Digits, DigitsError};
pub use payload::Payload;
pub use receiver::Receiver;
pub use sender::{Fragment, QUEUE_MAX, Sender};
