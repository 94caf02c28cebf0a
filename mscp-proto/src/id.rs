//! The identifiers of connections, dialogs and conferences (2.3.1), each a type of its own.
//!
//! An identifier is an opaque string that is compared byte for byte. It is never empty when it was
//! read from a message. Only a connection id has an inner shape, and only when the connection is a
//! SIP dialog: [`ConnectionId::sip_dialog`].

use std::fmt;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Wraps the identifier as it stands on the wire.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The identifier as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self::new(id)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self::new(id)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

identifier! {
    /// A connection: `Call-ID;from-tag;to-tag` of its SIP dialog as the media server sees it.
    ConnectionId
}
identifier! {
    /// A conference, named by the media server in `<conferencecreated>`.
    ConferenceId
}
identifier! {
    /// A dialog, named by the media server in `<dialogprepared>` or `<dialogstarted>`.
    DialogId
}
identifier! {
    /// `id1` or `id2` of `<join>` and `<unjoin>`: a connection, a dialog or a conference (5.3).
    ///
    /// The message does not say which; the server finds out by looking it up.
    ParticipantId
}

impl From<ConnectionId> for ParticipantId {
    fn from(id: ConnectionId) -> Self {
        Self(id.0)
    }
}

impl From<ConferenceId> for ParticipantId {
    fn from(id: ConferenceId) -> Self {
        Self(id.0)
    }
}

impl From<DialogId> for ParticipantId {
    fn from(id: DialogId) -> Self {
        Self(id.0)
    }
}

/// The three parts of a connection id (2.3.1), borrowed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipDialog<'a> {
    /// The Call-ID; it may hold a `;`.
    pub call_id: &'a str,
    /// The caller's tag, from the From header as the server, a UAS, sees it.
    pub from_tag: &'a str,
    /// Our tag, from the To header.
    pub to_tag: &'a str,
}

impl ConnectionId {
    /// The id of the connection that the SIP dialog `call_id`, `from_tag`, `to_tag` carries (2.3.1).
    ///
    /// ```
    /// # use mscp_proto::id::ConnectionId;
    /// let id = ConnectionId::from_sip_dialog("a84b4c71@10.0.0.2", "1923", "1134");
    /// assert_eq!(id.as_str(), "a84b4c71@10.0.0.2;1923;1134");
    /// ```
    pub fn from_sip_dialog(call_id: &str, from_tag: &str, to_tag: &str) -> Self {
        Self(format!("{call_id};{from_tag};{to_tag}"))
    }

    /// Splits the id into its parts; `None` if it does not name a SIP dialog.
    ///
    /// A tag is an RFC 3261 token and holds no `;`, a Call-ID may: the split runs from the right.
    pub fn sip_dialog(&self) -> Option<SipDialog<'_>> {
        let (rest, to_tag) = self.0.rsplit_once(';')?;
        let (call_id, from_tag) = rest.rsplit_once(';')?;
        if call_id.is_empty() || from_tag.is_empty() || to_tag.is_empty() {
            return None;
        }
        Some(SipDialog { call_id, from_tag, to_tag })
    }
}

/// What a dialog stands on: exactly one connection or one conference (4.1, 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EndPoint {
    /// The attribute `connectionid`.
    Connection(ConnectionId),
    /// The attribute `conferenceid`.
    Conference(ConferenceId),
}

impl fmt::Display for EndPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(id) => id.fmt(f),
            Self::Conference(id) => id.fmt(f),
        }
    }
}
