//! The name of a call.

use std::fmt;
use std::sync::Arc;

/// Names one call; cheap to clone, to compare and to hash.
///
/// For an incoming call it is the MSCP connection id, `Call-ID;from-tag;to-tag` as the server
/// sees them: the From tag is the caller's, the To tag ours. For an outgoing call the peer's
/// tag is not known in the beginning, so the name ends after our From tag and the whole
/// identifier comes with [`Event::Answered`](crate::Event::Answered).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey(Arc<str>);

impl CallKey {
    /// `Call-ID;from-tag;to-tag` of an incoming call, `Call-ID;from-tag` of an outgoing one.
    pub fn connection_id(&self) -> &str {
        &self.0
    }

    /// The tag of this side, which every name ends with.
    pub(crate) fn local_tag(&self) -> &str {
        self.0.rsplit(';').next().unwrap_or_default()
    }

    /// The name of a call that came in. The agent names the calls it reports; who drives an
    /// application without an agent, in a simulation, names them likewise.
    pub fn incoming(call_id: &str, from_tag: &str, to_tag: &str) -> Self {
        Self(format!("{call_id};{from_tag};{to_tag}").into())
    }

    /// The name of a call that this side makes.
    pub(crate) fn outgoing(call_id: &str, from_tag: &str) -> Self {
        Self(format!("{call_id};{from_tag}").into())
    }
}

impl fmt::Display for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallKey({})", self.0)
    }
}
