//! Settings that protect media.

use media_io::sdp::Security;

use crate::config::key::Key;
use crate::config::shape::Choice;

/// `sip.srtp`.
pub const SIP_SRTP: Key<Security> = Key {
    name: "sip.srtp",
    flag: None,
    variable: "MEDIASERVER_SIP_SRTP",
    shape: &Choice(&[
        ("plain", Security::Plain),
        ("optional", Security::Optional),
        ("required", Security::Required),
    ]),
    default: r#""optional""#,
    about: "Whether media of calls is protected by SRTP with keys from SDP (RFC 4568): `plain` never, \
            `optional` when the caller offers it, `required` always. A caller that offers what is not \
            wanted is answered 488. The keys are as secret as the SIP messages that carry them.",
};
