//! Transactions: RFC 3261 section 17 as corrected by RFC 6026.

mod client;
mod server;
mod unacked;

pub(crate) use client::{Clients, Finding, Purpose};
pub(crate) use server::{Absorbed, Servers};
pub(crate) use unacked::Place;
