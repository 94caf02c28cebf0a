//! A SIP user agent over rsipstack, behind a narrow interface.

mod agent;
mod call;
mod command;
mod config;
mod dialog;
mod event;
mod hop;
mod io;
mod message;
mod rejection;
mod shell;
mod transaction;
mod user_agent;

pub use agent::{Agent, BindError, CallError};
pub use call::CallKey;
pub use command::{Availability, Outgoing};
pub use config::{Config, Limits, Timers};
pub use event::{EndReason, Event, Invitation, Sdp, Transport};
pub use rejection::Rejection;
