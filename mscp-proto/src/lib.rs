//! MSCP (draft-mcglashan-mscp-03) as types: XML, TCP framing, transactions, client role.
#![warn(missing_docs)]

pub mod conference;
pub mod datatype;
pub mod dialog;
pub mod error;
pub mod extension;
pub mod id;
pub mod limits;
pub mod message;
pub mod notification;
pub mod request;
pub mod response;
pub mod shared;
mod xml;

pub use error::ParseError;
pub use limits::Limits;
pub use message::Message;
pub use notification::Notification;
pub use request::Request;
pub use response::Response;
pub use xml::{MSCP as MSCP_NAMESPACE, PROJECT as PROJECT_NAMESPACE};
