//! Why the server ends a call, in the words of each protocol.

/// Why a call is ended from our side.
#[derive(Clone, Copy, Debug)]
pub(super) enum HangUp {
    /// The answer to our offer does not fit it.
    BadAnswer,
    /// Nothing was received for too long.
    MediaTimeout,
    /// The application server wants it.
    Asked,
    /// The server stops.
    Shutdown,
    /// What was agreed on could not be put in force.
    Unguarded,
}

impl HangUp {
    /// For the `reason` attribute of `connectionended`.
    pub(super) fn word(self) -> &'static str {
        match self {
            HangUp::BadAnswer => "bad-answer",
            HangUp::MediaTimeout => "media-timeout",
            HangUp::Asked => "hangup",
            HangUp::Shutdown => "shutdown",
            HangUp::Unguarded => "overload",
        }
    }

    /// For the Reason header field (RFC 3326), with the cause values of ITU-T Q.850.
    pub(super) fn header(self) -> &'static str {
        match self {
            HangUp::BadAnswer => "Q.850;cause=88;text=\"the answer does not fit the offer\"",
            HangUp::MediaTimeout => "Q.850;cause=102;text=\"no media received\"",
            HangUp::Asked => "Q.850;cause=16;text=\"ended by the application\"",
            HangUp::Shutdown => "Q.850;cause=41;text=\"the server is stopping\"",
            HangUp::Unguarded => "Q.850;cause=42;text=\"the server is overloaded\"",
        }
    }
}
