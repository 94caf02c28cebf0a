//! RTCP (RFC 3550, 6) of one leg: what is sent, when, and what the peer's reports say.
//!
//! A leg is a session of two, so every timer rule of section 6.3 that is about many members comes
//! to its minimum; the rules are kept all the same where they cost nothing.

mod build;
mod interval;
mod ntp;
mod parse;
mod reception;
mod session;

pub use build::{CNAME_MAX, COMPOUND_MAX, Cname, Compound};
pub use interval::{Interval, Members};
pub use ntp::{Ntp, ntp_of_unix};
pub use parse::{Item, items, reporter};
pub use reception::{Accepted, Reception};
pub use session::{Heard, Session};

/// What one party reports about the packets of another (RFC 3550, 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// Whose packets.
    pub ssrc: u32,
    /// Loss since the report before, in 1/256.
    pub fraction_lost: u8,
    /// Loss since the beginning, within 24 bits with sign.
    pub cumulative_lost: i32,
    /// Highest sequence number, with the number of times it wrapped above.
    pub highest_sequence: u32,
    /// Interarrival jitter, in timestamp units.
    pub jitter: u32,
    /// Middle 32 bits of the NTP timestamp of the last sender report; 0 if none came.
    pub last_sr: u32,
    /// Time since it came, in 1/65536 s.
    pub delay_since_last_sr: u32,
}

/// What a sender says about itself (RFC 3550, 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// Wall clock when the report was made, 32.32 s since 1900.
    pub ntp: u64,
    /// The same moment on the clock of the RTP timestamps.
    pub rtp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes in them.
    pub bytes: u32,
}
