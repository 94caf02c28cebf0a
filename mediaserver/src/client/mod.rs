//! An application server's channel to a media server, over plain TCP (draft, section 7.2).
//!
//! [`Client::connect`] gives a [`Client`], which asks, and [`Notifications`], which tells. The
//! protocol itself is `mscp_proto::channel::ClientChannel`; here is its socket, a task that owns
//! both, and time-outs. An observer may look at every message as it passes: see [`Passing`].
//!
//! ```no_run
//! # async fn run() -> Result<(), mediaserver::client::ClientError> {
//! use mediaserver::client::Client;
//! use mscp_proto::conference::CreateConference;
//! use mscp_proto::{Request, Response};
//!
//! let (client, _notifications) = Client::connect(([127, 0, 0, 1], 32416).into()).await?;
//! let request = Request::CreateConference(CreateConference::default());
//! if let Response::ConferenceCreated(created) = client.request(request).await? {
//!     println!("{}", created.conferenceid);
//! }
//! # Ok(()) }
//! ```

mod channel;
mod error;
mod line;
mod passing;

use std::net::SocketAddr;
use std::time::Duration;

use mscp_proto::multipart::Resources;
use mscp_proto::{Limits, Notification, Request, Response};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

pub use error::ClientError;
pub use line::one_line;
pub use passing::{Observer, Passing, Way};

use channel::{Channel, Order};

/// How long a connection may take to come up.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request may stay unanswered. A dialog may fetch its prompt for ten seconds by
/// default before the server gives up and says so.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Orders waiting for the channel's task before those who give them wait too.
const ORDERS_MAX: usize = 64;

/// Notifications waiting to be read; beyond, new ones are dropped, and the log says so.
const NOTIFICATIONS_MAX: usize = 1_024;

/// The asking half of a channel. Clones share the connection, which closes with the last of them.
#[derive(Clone, Debug)]
pub struct Client {
    orders: mpsc::Sender<Order>,
}

/// The telling half of a channel.
#[derive(Debug)]
pub struct Notifications {
    incoming: mpsc::Receiver<Notification>,
}

impl Client {
    /// Connects to the plain listener of a media server.
    ///
    /// # Errors
    /// Nobody listens there, or nobody answers within [`CONNECT_TIMEOUT`].
    pub async fn connect(server: SocketAddr) -> Result<(Client, Notifications), ClientError> {
        Client::connect_observed(server, None).await
    }

    /// The same with an observer of every message that passes.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn connect_observed(
        server: SocketAddr,
        observer: Option<Observer>,
    ) -> Result<(Client, Notifications), ClientError> {
        let refused = |source| ClientError::Connect { server, source };
        let stream = match timeout(CONNECT_TIMEOUT, TcpStream::connect(server)).await {
            Ok(stream) => stream.map_err(refused)?,
            Err(late) => return Err(refused(late.into())),
        };
        // Requests are small and waited for.
        stream.set_nodelay(true).map_err(refused)?;
        let (orders, inbox) = mpsc::channel(ORDERS_MAX);
        let (outgoing, incoming) = mpsc::channel(NOTIFICATIONS_MAX);
        let channel = Channel::new(Limits::default(), outgoing, observer);
        tokio::spawn(channel.run(stream, inbox));
        Ok((Client { orders }, Notifications { incoming }))
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the server's reason when the answer is an error element;
    /// otherwise the channel is lost or the server silent.
    pub async fn request(&self, request: Request) -> Result<Response, ClientError> {
        self.request_with(request, Resources::default()).await
    }

    /// The same with resources that the request refers to by `cid:`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn request_with(
        &self,
        request: Request,
        resources: Resources,
    ) -> Result<Response, ClientError> {
        let (reply, answer) = oneshot::channel();
        let request = Box::new(request);
        self.order(Order::Request { request, resources, reply }).await?;
        let response = match timeout(REQUEST_TIMEOUT, answer).await {
            Ok(Ok(response)) => response?,
            Ok(Err(_)) => return Err(ClientError::Closed),
            Err(_) => return Err(ClientError::Silent(REQUEST_TIMEOUT)),
        };
        match response.error_reason() {
            Some(reason) => Err(ClientError::Refused(reason.to_owned())),
            None => Ok(response),
        }
    }

    /// Sends a notification; nobody answers one.
    ///
    /// # Errors
    /// The channel is lost.
    pub async fn notify(&self, notification: Notification) -> Result<(), ClientError> {
        let (written, done) = oneshot::channel();
        let notification = Box::new(notification);
        self.order(Order::Notify { notification, written }).await?;
        done.await.map_err(|_| ClientError::Closed)
    }

    async fn order(&self, order: Order) -> Result<(), ClientError> {
        self.orders.send(order).await.map_err(|_| ClientError::Closed)
    }
}

impl Notifications {
    /// The next notification; `None` when the connection is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<Notification> {
        self.incoming.recv().await
    }
}
