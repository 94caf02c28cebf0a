//! skeleton
pub(crate) mod token;
use crate::command::Command;
use crate::hop::Hop;
use crate::{Config, Event};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

pub(crate) enum Output {
    Send { hop: Hop, bytes: Vec<u8>, open: bool },
    Event(Event),
}
pub(crate) struct UserAgent {
    outputs: VecDeque<Output>,
}
impl UserAgent {
    pub(crate) fn new(_config: Config, _host: SocketAddr, _seed: [u8; 32]) -> Self {
        Self { outputs: VecDeque::new() }
    }
    pub(crate) fn handle_message(&mut self, _now: Instant, _hop: Hop, _bytes: &[u8]) {}
    pub(crate) fn handle_unframed(&mut self, _hop: Hop, _head: &[u8], _status: u16) {}
    pub(crate) fn handle_closed(&mut self, _now: Instant, _peer: SocketAddr) {}
    pub(crate) fn handle_command(&mut self, _now: Instant, _command: Command) {}
    pub(crate) fn handle_congestion(&mut self, _congested: bool) {}
    pub(crate) fn handle_timeout(&mut self, _now: Instant) {}
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        None
    }
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
    pub(crate) fn calls(&self) -> usize {
        0
    }
    pub(crate) fn is_quiet(&self) -> bool {
        true
    }
}
