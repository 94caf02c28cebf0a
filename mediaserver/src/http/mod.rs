//! The HTTP side: is it alive, is it ready, what does it count, who is in which room.
//!
//! | path | answers |
//! |---|---|
//! | `/healthz` | 200 while the engine ticks, 503 and the reason when it has not for a second |
//! | `/readyz` | 200 when calls are taken, 503 while starting and draining |
//! | `/metrics` | what `docs/metrics.md` lists, as text |
//! | `/api/state` | conferences, connections, dialogs and joins, as JSON ([`View`]) |
//! | `/` | a page that shows `/api/state` live |
//!
//! Only GET and HEAD, nothing here changes anything. Connections, their number, their life and the
//! waiting time for headers and answers are bounded.

mod health;
mod page;
mod routes;
mod serve;
mod snapshot;
mod state;

pub use health::{Health, Phase};
pub use routes::{Services, router};
pub(crate) use serve::MAX_CONNECTIONS;
pub use serve::serve;
pub use state::{EngineView, StateFuture, StateSource, View};
