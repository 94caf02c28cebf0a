//! RTCP (RFC 3550, 6).

mod ntp;

pub use ntp::{Ntp, ntp_of_unix};
