//! The application's handle on a running agent.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // It starts the task and awaits it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::command::{Command, NewCall};
use crate::figures::Figures;
use crate::shell::{Shell, Sockets};
use crate::user_agent::token;
use crate::{Availability, CallKey, Config, Event, Outgoing, Refused, Rejection, Sdp};

/// An application that says more than its calls give it to say is not heard any further.
const TOO_MANY: &str = "more commands than the calls can need: one is dropped";

/// A running SIP user agent. Clones share it; every method returns at once and leaves the work
/// to the agent's task, in the order of the calls. A request about a call that is over, or that
/// does not fit its state, is ignored: the call's final event is on its way.
#[derive(Clone)]
pub struct Agent {
    commands: mpsc::Sender<Command>,
    local: SocketAddr,
    figures: Arc<Figures>,
    task: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

impl Agent {
    /// Binds the sockets and starts the agent's task on the current tokio runtime.
    ///
    /// `events` should be bounded: when it is full the agent holds the events back, refuses new
    /// work with 503 and goes on as soon as there is room. When its receiver is dropped the
    /// agent shuts down.
    ///
    /// # Errors
    /// [`BindError`] names the transport and address that could not be had.
    pub async fn bind(config: Config, events: mpsc::Sender<Event>) -> Result<Self, BindError> {
        let sockets = Sockets::bind(&config).await?;
        let local = sockets.local();
        let (commands, inbox) = mpsc::channel(config.limits.commands());
        let figures = Arc::new(Figures::default());
        let shell = Shell::new(config, sockets, events, figures.clone());
        let task = tokio::spawn(shell.run(inbox));
        Ok(Self { commands, local, figures, task: Arc::new(tokio::sync::Mutex::new(Some(task))) })
    }

    /// The bound address; UDP and TCP share the port.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Calls alive now, ringing ones and those that await their last ACK included.
    pub fn calls(&self) -> usize {
        self.figures.calls()
    }

    /// New calls that were refused without a word to the application.
    pub fn refused(&self) -> Refused {
        self.figures.refused()
    }

    /// Says 180 Ringing to a new call.
    pub fn ring(&self, call: &CallKey) {
        self.send(Command::Ring(call.clone()));
    }

    /// Answers the new call, re-INVITE or UPDATE with 200 and this session description: the
    /// answer to its offer, or our offer if it had none.
    pub fn accept(&self, call: &CallKey, sdp: impl Into<Sdp>) {
        self.send(Command::Accept(call.clone(), sdp.into()));
    }

    /// Declines the new call, re-INVITE or UPDATE. A new call is over with it and gets no
    /// further event.
    pub fn reject(&self, call: &CallKey, rejection: Rejection) {
        self.send(Command::Reject(call.clone(), rejection));
    }

    /// Ends the call: BYE when it is answered (after the ACK, RFC 3261 section 15), 480 when it
    /// came in and is not, CANCEL when it goes out and is not. `reason` becomes the Reason
    /// header of a BYE, such as `Q.850;cause=16` (RFC 3326).
    pub fn bye(&self, call: &CallKey, reason: Option<&str>) {
        self.send(Command::Bye(call.clone(), reason.map(str::to_owned)));
    }

    /// Calls out over UDP; the outcome comes as [`Event::Answered`] or [`Event::Failed`].
    ///
    /// # Errors
    /// [`CallError`] when a given name or URI cannot stand in a SIP message.
    pub fn call(&self, outgoing: Outgoing) -> Result<CallKey, CallError> {
        let new = NewCall::new(outgoing)?;
        let key = CallKey::outgoing(&new.call_id, &new.from_tag);
        self.send(Command::Call(key.clone(), Box::new(new)));
        Ok(key)
    }

    /// Sends the ACK with our answer to the offer of [`Event::Answered`], when `call` made none.
    pub fn acknowledge(&self, call: &CallKey, answer: impl Into<Sdp>) {
        self.send(Command::Acknowledge(call.clone(), answer.into()));
    }

    /// Offers a change of an established call, such as hold, with a re-INVITE; the outcome comes
    /// as [`Event::Changed`] or [`Event::Unchanged`].
    pub fn change(&self, call: &CallKey, offer: impl Into<Sdp>) {
        self.send(Command::Change(call.clone(), offer.into()));
    }

    /// Says whether new calls are let in; in the beginning they are.
    pub fn set_availability(&self, availability: Availability) {
        self.send(Command::Available(availability));
    }

    /// Ends every call (`Ended` with [`EndReason::Shutdown`](crate::EndReason::Shutdown)), waits
    /// a little for the answers, closes all sockets and returns. Other clones become idle.
    pub async fn shutdown(self) {
        // An error means that another clone was faster.
        self.commands.send(Command::Shutdown).await.ok();
        let task = self.task.lock().await.take();
        if let Some(task) = task {
            // An error means the task panicked or was aborted: it is over either way.
            task.await.ok();
        }
    }

    fn send(&self, command: Command) {
        let outcome = self.commands.try_send(command);
        // The task is gone after a shutdown, and with it every call: that is no fault.
        let full = matches!(outcome, Err(mpsc::error::TrySendError::Full(_)));
        debug_assert!(!full, "{TOO_MANY}");
        if full {
            tracing::error!(limit = self.commands.max_capacity(), "{TOO_MANY}");
        }
    }
}

impl NewCall {
    fn new(outgoing: Outgoing) -> Result<Self, CallError> {
        let call_id = outgoing.call_id.clone().unwrap_or_else(random_token);
        let from_tag = outgoing.from_tag.clone().unwrap_or_else(random_token);
        if !token::is_call_id(&call_id) {
            return Err(CallError::CallId(call_id));
        }
        if !token::is_token(&from_tag) {
            return Err(CallError::FromTag(from_tag));
        }
        for uri in [&outgoing.from, &outgoing.to] {
            if !token::is_uri(uri) {
                return Err(CallError::Uri(uri.clone()));
            }
        }
        Ok(Self { call_id, from_tag, outgoing })
    }
}

/// A token from the thread's source of randomness.
fn random_token() -> String {
    token::from_rng(&mut rand::rng())
}

/// Why an agent could not start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// A socket could not be bound.
    #[error("cannot listen for SIP on {transport} {address}: {source}")]
    Socket {
        /// `UDP` or `TCP`.
        transport: &'static str,
        /// The wanted address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// Neither UDP nor TCP is wanted.
    #[error("cannot listen for SIP: both UDP and TCP are switched off")]
    NoTransport,
}

/// Why an outgoing call was not even tried.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallError {
    /// Not a Call-ID of RFC 3261.
    #[error("not a SIP Call-ID: {0:?}")]
    CallId(String),
    /// Not a token of RFC 3261.
    #[error("not a SIP tag: {0:?}")]
    FromTag(String),
    /// Not a SIP URI.
    #[error("not a SIP URI: {0:?}")]
    Uri(String),
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The agent's task does not run meanwhile: nothing here waits.
    #[tokio::test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "more commands than the calls can need")]
    async fn commands_do_not_wait_without_bound() {
        let mut config = Config::new(([127, 0, 0, 1], 0).into());
        config.limits.calls = 1;
        let most = config.limits.commands();
        let (events, _heard) = mpsc::channel(1);
        let agent = Agent::bind(config, events).await.unwrap();
        let call = CallKey::outgoing("a", "b");
        (0..=most).for_each(|_| agent.ring(&call));
    }
}
