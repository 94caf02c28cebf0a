//! Secure RTP: packets of another implementation, and what must hold between two ends.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;
mod reference;
mod rekeying;
mod replay;
mod rollover;
mod strangers;
