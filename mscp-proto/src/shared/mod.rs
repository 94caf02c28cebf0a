//! What several elements share: the end point, item lists, streams, scripts and subscriptions.

mod endpoint;
mod fetch;
mod namelist;
mod src;
mod stream;
mod subscribe;

pub use fetch::{DEFAULT_ENCTYPE, FetchHints, Method};
pub use namelist::{Item, Namelist};
pub use src::{DEFAULT_MIME, Script};
pub use stream::{Direction, Streams};
pub use subscribe::{ConferenceSubscribe, DialogSubscribe, DtmfReport};

pub(crate) use endpoint::{optional_endpoint, required_endpoint};
pub(crate) use fetch::FETCH_ATTRIBUTES;
pub(crate) use stream::DIRECTIONS;
