//! The crypto suites of `a=crypto`.

/// Bytes of an HMAC-SHA1 tag that is kept at 80 bits.
const TAG_80: usize = 10;

/// Bytes of an HMAC-SHA1 tag that is kept at 32 bits.
const TAG_32: usize = 4;

/// Bytes of the tag of GCM (RFC 7714, 13.2).
pub(super) const TAG_GCM: usize = 16;

/// RTP packets that one master key may protect, in every suite (RFC 3711, 9.2).
pub(super) const RTP_LIFETIME: u64 = 1 << 48;

/// RTCP packets that one master key may protect.
pub(super) const RTCP_LIFETIME: u64 = 1 << 31;

/// A crypto suite (RFC 4568, 6.2; RFC 6188, 4; RFC 7714, 14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// `AEAD_AES_256_GCM`.
    AeadAes256Gcm,
    /// `AEAD_AES_128_GCM`.
    AeadAes128Gcm,
    /// `AES_256_CM_HMAC_SHA1_80`.
    Aes256CmHmacSha1_80,
    /// `AES_256_CM_HMAC_SHA1_32`.
    Aes256CmHmacSha1_32,
    /// `AES_CM_128_HMAC_SHA1_80`, which every peer knows.
    AesCm128HmacSha1_80,
    /// `AES_CM_128_HMAC_SHA1_32`.
    AesCm128HmacSha1_32,
}

/// Every suite, in the order in which we offer them: those that authenticate a whole packet well
/// first, and of these the one that every peer knows before those that cost more. A tag of 32
/// bits can be guessed once in four thousand million packets, so both come last.
pub const SUITES: [Suite; 6] = [
    Suite::AeadAes128Gcm,
    Suite::AesCm128HmacSha1_80,
    Suite::AeadAes256Gcm,
    Suite::Aes256CmHmacSha1_80,
    Suite::AesCm128HmacSha1_32,
    Suite::Aes256CmHmacSha1_32,
];

impl Suite {
    /// The name in SDP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Suite::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Suite::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Suite::Aes256CmHmacSha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Suite::Aes256CmHmacSha1_32 => "AES_256_CM_HMAC_SHA1_32",
            Suite::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Suite::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// The suite of this name in SDP, if it is known.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Suite> {
        SUITES.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// Bytes of the master key.
    #[must_use]
    pub fn key_len(self) -> usize {
        match self {
            Suite::AeadAes256Gcm | Suite::Aes256CmHmacSha1_80 | Suite::Aes256CmHmacSha1_32 => 32,
            Suite::AeadAes128Gcm | Suite::AesCm128HmacSha1_80 | Suite::AesCm128HmacSha1_32 => 16,
        }
    }

    /// Bytes of the master salt.
    #[must_use]
    pub fn salt_len(self) -> usize {
        if self.is_aead() { 12 } else { 14 }
    }

    /// Bytes of both together, as `inline:` carries them.
    #[must_use]
    pub fn secret_len(self) -> usize {
        self.key_len() + self.salt_len()
    }

    /// Whether it is GCM.
    pub(super) fn is_aead(self) -> bool {
        matches!(self, Suite::AeadAes256Gcm | Suite::AeadAes128Gcm)
    }

    /// Bytes of the tag of an RTP packet.
    pub(super) fn rtp_tag_len(self) -> usize {
        match self {
            Suite::AeadAes256Gcm | Suite::AeadAes128Gcm => TAG_GCM,
            Suite::Aes256CmHmacSha1_80 | Suite::AesCm128HmacSha1_80 => TAG_80,
            Suite::Aes256CmHmacSha1_32 | Suite::AesCm128HmacSha1_32 => TAG_32,
        }
    }

    /// Bytes of the tag of an RTCP packet, which is never the short one (RFC 4568, 6.2.2).
    pub(super) fn rtcp_tag_len(self) -> usize {
        if self.is_aead() { TAG_GCM } else { TAG_80 }
    }
}
