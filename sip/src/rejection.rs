//! How the application declines a call or a change of it.

use std::time::Duration;

/// A final response other than 2xx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// 300 to 699; anything else is sent as 500.
    pub status: u16,
    /// The reason phrase; `None` takes the one of RFC 3261.
    pub reason: Option<String>,
    /// The value of Retry-After.
    pub retry_after: Option<Duration>,
    /// The code (300 to 399) and text of Warning, RFC 3261 section 20.43.
    pub warning: Option<(u16, String)>,
}

impl Rejection {
    /// A bare status.
    pub fn new(status: u16) -> Self {
        Self { status, reason: None, retry_after: None, warning: None }
    }

    /// 488 with a Warning that says what was wrong with the session description: 304 media
    /// type, 305 media format, 399 anything else.
    pub fn not_acceptable_here(code: u16, text: impl Into<String>) -> Self {
        Self { warning: Some((code, text.into())), ..Self::new(488) }
    }

    /// 486: every place is taken.
    pub fn busy() -> Self {
        Self::new(486)
    }

    /// 503: not now, ask again after `retry_after`.
    pub fn unavailable(retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(503) }
    }

    /// The same with its own reason phrase.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
