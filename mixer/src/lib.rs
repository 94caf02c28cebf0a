//! The real-time engine as a value: it mixes what its ports say into what its ports hear, one
//! [`TICK`] at a time, and runs just as well without a clock.

pub mod port;
pub mod time;
