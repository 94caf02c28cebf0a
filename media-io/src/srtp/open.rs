//! Judging and opening what comes.

use super::Fault;
use super::cipher::{Cipher, rtcp_index};
use super::index::{first, nearest};
use super::key::MasterKey;
use super::packet::{RtpHeader, rtcp_ssrc};
use super::seal::copy;
use super::window::Window;

/// Sources that are followed under one key, of RTP and of RTCP each. Only the holder of the key can
/// make them; one that passes over to ever new ones is at fault.
pub const SOURCES_MAX: usize = 64;

/// Opens packets under one master key of the peer.
#[derive(Debug)]
pub struct Opener {
    key: MasterKey,
    cipher: Cipher,
    rtp: Sources,
    rtcp: Sources,
    /// RTP packets opened.
    opened: u64,
    /// The highest indices under the key before. RFC 3711 (3.3.1) has them go on under a new key,
    /// RFC 4568 (7.1.4) begin anew with a new address, and peers do the one or the other.
    inherited: Vec<(u32, u64)>,
}

impl Opener {
    /// Begins with a key of which nothing has come.
    #[must_use]
    pub fn new(key: &MasterKey) -> Opener {
        Opener {
            key: key.clone(),
            cipher: Cipher::new(key),
            rtp: Sources::default(),
            rtcp: Sources::default(),
            opened: 0,
            inherited: Vec::new(),
        }
    }

    /// Begins with the key that replaces that of `before`.
    #[must_use]
    pub fn after(before: &Opener, key: &MasterKey) -> Opener {
        Opener { inherited: before.rtp.highest(), ..Opener::new(key) }
    }

    /// The key it opens with.
    #[must_use]
    pub fn key(&self) -> &MasterKey {
        &self.key
    }

    /// Writes the RTP packet in `sealed` to `plain`, opened; returns its length. Without success
    /// what is in `plain` is void.
    ///
    /// # Errors
    /// When the packet is not one of the peer that has not come before.
    pub fn rtp(&mut self, sealed: &[u8], plain: &mut [u8]) -> Result<usize, Fault> {
        let header = RtpHeader::parse(sealed).ok_or(Fault::Malformed)?;
        let tag_len = self.key.suite().rtp_tag_len();
        if sealed.len() < header.len + tag_len + self.key.mki().len() {
            return Err(Fault::Malformed);
        }
        if self.opened >= self.key.lifetime() {
            return Err(Fault::KeyUsedUp);
        }
        for index in self.candidates(header)?.into_iter().flatten() {
            let len = self.without_mki(sealed, tag_len, plain)?;
            let packet = plain.get_mut(..len).ok_or(Fault::Malformed)?;
            if let Some(len) = self.cipher.open_rtp(packet, header, index) {
                self.rtp.accept(header.ssrc, index)?;
                self.opened += 1;
                return Ok(len);
            }
        }
        Err(Fault::Unauthenticated)
    }

    /// Writes the RTCP packet in `sealed` to `plain`, likewise.
    ///
    /// # Errors
    /// As [`rtp`](Self::rtp).
    pub fn rtcp(&mut self, sealed: &[u8], plain: &mut [u8]) -> Result<usize, Fault> {
        let ssrc = rtcp_ssrc(sealed).ok_or(Fault::Malformed)?;
        let suite = self.key.suite();
        let len = self.without_mki(sealed, suite.rtcp_tag_len(), plain)?;
        let packet = plain.get_mut(..len).ok_or(Fault::Malformed)?;
        let index = rtcp_index(suite, packet).ok_or(Fault::Malformed)?;
        if !self.rtcp.is_new(ssrc, u64::from(index)) {
            return Err(Fault::Replayed);
        }
        let opened = self.cipher.open_rtcp(packet, ssrc, index).ok_or(Fault::Unauthenticated)?;
        self.rtcp.accept(ssrc, u64::from(index))?;
        Ok(opened)
    }

    /// What the index of a packet can be, of those that have not come.
    fn candidates(&self, header: RtpHeader) -> Result<[Option<u64>; 3], Fault> {
        let sequence = header.sequence;
        if let Some(window) = self.rtp.find(header.ssrc) {
            let index = nearest(window.highest(), sequence);
            let new = window.is_new(index);
            return if new { Ok([Some(index), None, None]) } else { Err(Fault::Replayed) };
        }
        let [now, rolled_over] = first(sequence);
        let inherited = self.inherited.iter().find(|(ssrc, _)| *ssrc == header.ssrc);
        let inherited = inherited.map(|(_, last)| nearest(*last, sequence));
        Ok([now, rolled_over, inherited.filter(|&index| Some(index) != now)])
    }

    /// Copies a packet without the name of its key, which stands before the tag in counter mode and
    /// at the end with GCM (RFC 3711, 3.1 and 3.4; RFC 7714, 8.2 and 9.4).
    fn without_mki(&self, sealed: &[u8], tag_len: usize, plain: &mut [u8]) -> Result<usize, Fault> {
        let name = self.key.mki();
        if name.is_empty() {
            copy(sealed, plain)?;
            return Ok(sealed.len());
        }
        let after = if self.key.suite().is_aead() { 0 } else { tag_len };
        let tail = sealed.len().checked_sub(after).ok_or(Fault::Malformed)?;
        let end = tail.checked_sub(name.len()).ok_or(Fault::Malformed)?;
        if &sealed[end..tail] != name {
            return Err(Fault::UnknownKey);
        }
        copy(&sealed[..end], plain)?;
        copy(&sealed[tail..], plain.get_mut(end..).ok_or(Fault::Malformed)?)?;
        Ok(end + after)
    }
}

/// What has come of each source.
#[derive(Debug, Default)]
struct Sources(Vec<(u32, Window)>);

impl Sources {
    fn find(&self, ssrc: u32) -> Option<&Window> {
        self.0.iter().find(|(of, _)| *of == ssrc).map(|(_, window)| window)
    }

    fn is_new(&self, ssrc: u32, index: u64) -> bool {
        self.find(ssrc).is_none_or(|window| window.is_new(index))
    }

    /// An authentic packet has come.
    fn accept(&mut self, ssrc: u32, index: u64) -> Result<(), Fault> {
        if let Some((_, window)) = self.0.iter_mut().find(|(of, _)| *of == ssrc) {
            window.accept(index);
            return Ok(());
        }
        // Nothing is forgotten to make room: what was forgotten could be played again.
        if self.0.len() >= SOURCES_MAX {
            return Err(Fault::TooManySources);
        }
        self.0.push((ssrc, Window::new(index)));
        Ok(())
    }

    fn highest(&self) -> Vec<(u32, u64)> {
        self.0.iter().map(|(ssrc, window)| (*ssrc, window.highest())).collect()
    }
}
