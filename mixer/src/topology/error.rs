//! Why a join or unjoin cannot be done.

use thiserror::Error;

use super::EndPoint;

/// An end point that the topology does not know, or no longer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0:?} does not exist")]
pub struct Unknown(pub EndPoint);

/// Why two end points were not joined. Nothing has changed then.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JoinError {
    /// One of the two does not exist.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// Both are the same.
    #[error("{0:?} cannot be joined to itself")]
    Itself(EndPoint),
    /// The engine's table of streams is full.
    #[error("all {limit} streams into conferences are in use")]
    StreamsFull {
        /// `Capacities::streams`.
        limit: usize,
    },
    /// Too many conferences would hear one another.
    #[error("more than {limit} conferences would be linked to one")]
    TooManyLinked {
        /// [`LINKED_ROOMS_MAX`](crate::capacities::LINKED_ROOMS_MAX).
        limit: usize,
    },
}

/// Why two end points were not unjoined. Nothing has changed then.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum UnjoinError {
    /// One of the two does not exist.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// The two are not joined.
    #[error("{0:?} and {1:?} are not joined")]
    NotJoined(EndPoint, EndPoint),
}
