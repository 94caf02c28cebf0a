//! Why a description is not accepted, and what SIP says to that.

/// Why a description was not accepted. The message is for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The description breaks the grammar of RFC 8866.
    #[error("malformed SDP in line {line}: {reason}")]
    Malformed {
        /// Line, counted from 1; 0 when the description as a whole is meant.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The description is larger than any real one.
    #[error("SDP with more than {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Other media are offered, but no audio.
    #[error("no audio stream is offered")]
    NoAudio,
    /// The audio stream is offered over a transport other than RTP/AVP and RTP/SAVP.
    #[error("audio over {proto} is not supported, only RTP/AVP and RTP/SAVP are")]
    Transport {
        /// The transport as offered.
        proto: String,
    },
    /// The audio stream is offered over RTP/SAVP where nothing is protected.
    #[error("SRTP is not supported here, offer RTP/AVP")]
    Secured,
    /// The audio stream is offered without keys where it must be protected.
    #[error("SRTP is required here: offer RTP/SAVP with a=crypto (RFC 4568)")]
    Unsecured,
    /// None of the offered keys can be used here.
    #[error("no common way to protect media: offered are the suites {offered}")]
    NoCommonCrypto {
        /// The suites as offered, without their keys.
        offered: String,
    },
    /// None of the formats of the audio stream is spoken here.
    #[error("no common codec: offered are the formats {offered}")]
    NoCommonCodec {
        /// The format list as offered.
        offered: String,
    },
    /// An address that cannot be sent to: a domain name, another network or address family.
    #[error("cannot send to the address '{address}': {reason}")]
    Address {
        /// The address as given.
        address: String,
        /// Why not.
        reason: &'static str,
    },
    /// A multicast address.
    #[error("cannot send to the multicast address '{address}'")]
    Multicast {
        /// The address as given.
        address: String,
    },
    /// The peer's answer has port 0 for the audio stream that was offered to it.
    #[error("the answer rejects the audio stream")]
    Rejected,
    /// The MSCP channel cannot be set up as offered.
    #[error("cannot set up the MSCP channel: {reason}")]
    Channel {
        /// Why not.
        reason: String,
    },
}

impl Refusal {
    /// The SIP status that answers such an offer: 400 for what cannot be read, 488 for what
    /// cannot be done (RFC 3261, 21.4.26).
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Malformed { .. } | Refusal::TooLarge { .. } => 400,
            Refusal::NoAudio
            | Refusal::Transport { .. }
            | Refusal::Secured
            | Refusal::Unsecured
            | Refusal::NoCommonCrypto { .. }
            | Refusal::NoCommonCodec { .. }
            | Refusal::Address { .. }
            | Refusal::Multicast { .. }
            | Refusal::Rejected
            | Refusal::Channel { .. } => 488,
        }
    }

    /// The code of the Warning header that goes with a 488 (RFC 3261, 20.43).
    #[must_use]
    pub fn warning(&self) -> Option<u16> {
        match self {
            Refusal::Malformed { .. } | Refusal::TooLarge { .. } => None,
            Refusal::Address { .. } => Some(301),
            Refusal::Transport { .. } | Refusal::Secured | Refusal::Unsecured => Some(302),
            Refusal::NoCommonCrypto { .. } => Some(306),
            Refusal::NoAudio | Refusal::Rejected => Some(304),
            Refusal::NoCommonCodec { .. } => Some(305),
            Refusal::Multicast { .. } => Some(330),
            Refusal::Channel { .. } => Some(399),
        }
    }
}
