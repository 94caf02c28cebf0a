//! The jitter buffer.

mod config;

pub use config::Config;
