//! A SIP user agent server over rsipstack, behind a narrow interface.
