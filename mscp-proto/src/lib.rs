//! MSCP, the Media Server Control Protocol of draft-mcglashan-mscp-03, as types.
//!
//! An application server (AS) tells a media server (MS) over MSCP what to do: prepare and start
//! dialogs, create conferences, join and unjoin. This crate is the protocol and nothing else. It
//! turns bytes into values that hold every rule the draft makes, and values into bytes; it opens no
//! socket, reads no clock, starts no thread and takes no lock. Either end can be built on it, a
//! server as well as a client, over TCP or over SIP INFO.
//!
//! The way of a request through the crate, and where to read on:
//!
//! ```text
//!  bytes ─► framing ─► multipart ─► xml ─► message ─► request ─► dialog, conference, extension
//!           Decoder    Body                Message    Request    DialogStart, Join, …
//!           └──────────────────── channel: ServerChannel, ClientChannel ────────────────────┘
//! ```
//!
//! * [`framing`]: the PDUs of the TCP channel, out of a stream cut anywhere (7.2).
//! * [`multipart`]: bodies that bring resources along.
//! * [`message`]: `<mscp>` with its one [`Request`], [`Response`] or [`Notification`] (3.2).
//! * [`dialog`] (section 4) and [`conference`] (section 5): a file per element, each with the
//!   XML it reads and writes on top. [`shared`] and [`datatype`] hold what several have in common,
//!   [`id`] their identifiers.
//! * [`extension`]: what this project adds, in a namespace of its own.
//! * [`channel`]: both ends as values that tie all of it together.
//! * [`error`]: what is wrong with a message, with line, column and the answer it deserves.
//! * [`limits`]: every bound, with its default.
//!
//! What is read is checked once and completely: past [`Message::parse`] there is no attribute left
//! to look at, and no rule of the draft left to check but those that need the server's state (does
//! the conference exist, which end point was a dialog prepared for). The crate is strict in what it
//! writes, liberal in what it reads where the draft contradicts itself, and silent about nothing.
//!
//! ```
//! use mscp_proto::{Limits, Message, Request};
//!
//! let xml = br#"<mscp version="1.0" xmlns="urn:ietf:mscp">
//!   <request><join id1="conf1" id2="connection1"/></request>
//! </mscp>"#;
//! let message = Message::parse(xml, &Limits::default().xml)?;
//! let Message::Request { body: Request::Join(join), .. } = message else { unreachable!() };
//! assert_eq!(join.id1.as_str(), "conf1");
//! assert!(join.streams.audio_transmits() && join.streams.audio_receives());
//! # Ok::<(), mscp_proto::ParseError>(())
//! ```

pub mod channel;
pub mod conference;
pub mod datatype;
pub mod dialog;
pub mod error;
pub mod extension;
pub mod framing;
#[doc(hidden)]
pub mod fuzz;
pub mod id;
pub mod limits;
pub mod message;
pub mod multipart;
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
