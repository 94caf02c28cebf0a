//! The media server: control core, shell, and the mediaserver binary.

pub mod config;
pub mod fetch;
pub mod metrics;
