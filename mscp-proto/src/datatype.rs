//! Simple types of the schema (section 8, "DATATYPES") that several elements use.

mod duration;
mod event_name;
mod media_type;

pub use event_name::EventName;
pub use media_type::MediaType;

pub(crate) use duration::{format_duration, parse_duration};
