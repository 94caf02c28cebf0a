//! The media server: control core, shell, and the mediaserver binary.

pub mod check;
pub mod cli;
pub mod config;
pub mod control;
pub mod engine;
pub mod exit;
pub mod fetch;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod server;
