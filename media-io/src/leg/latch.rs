//! Whom a leg listens and sends to: symmetric RTP (RFC 4961), latched once and then locked.
//!
//! The address of the SDP is the peer. Its first packet latches it, whatever was latched before,
//! and until somebody is latched media goes there.
//!
//! A peer behind a NAT is not where its SDP says, so another source may be latched instead, but
//! only after a probation: [`PROBATION_PACKETS`] packets of one source and one SSRC in sequence,
//! and none of the signalled address. Nobody passes it while the peer has said that it will not
//! send, for then whatever comes from elsewhere is not the peer's. Who is latched stays so until
//! the signalled address speaks or the SDP names another: who can guess a port can neither be
//! heard beside the peer nor draw the media away from it.
//!
//! RTCP follows RTP: it comes from the signalled address, or after a probation of its own from
//! another port of the host that RTP comes from.

use std::net::SocketAddr;

use super::config::{Remote, next_port};
use crate::rtp::Sequence;

/// Packets in sequence after which a source that was not signalled is taken for the peer. RFC
/// 3550 (A.1) asks two of a source that was signalled.
pub(super) const PROBATION_PACKETS: u8 = 3;

/// Reports in a row after which an RTCP port that was not signalled is taken for the peer's. They
/// come every five seconds, and there is no audio to be drawn away.
pub(super) const PROBATION_REPORTS: u8 = 2;

/// The addresses of the peer.
#[derive(Clone, Debug)]
pub(super) struct Latch {
    signalled: Option<Remote>,
    held: bool,
    rtp: Option<SocketAddr>,
    rtcp: Option<SocketAddr>,
    rtp_candidate: Option<Candidate>,
    rtcp_candidate: Option<Candidate>,
}

/// Who may be the peer, on probation.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    from: SocketAddr,
    ssrc: u32,
    /// The sequence number that continues its stream; RTCP has none.
    next: Option<Sequence>,
    packets: u8,
}

/// What a datagram's source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The peer.
    Peer,
    /// The peer from now on, and unknown until now.
    NewPeer,
    /// Somebody else, or not known to be the peer yet.
    Stranger,
}

impl Latch {
    pub(super) fn new(remote: Option<Remote>) -> Latch {
        let mut latch = Latch {
            signalled: None,
            held: false,
            rtp: None,
            rtcp: None,
            rtp_candidate: None,
            rtcp_candidate: None,
        };
        if let Some(remote) = remote {
            latch.set_remote(remote);
        }
        latch
    }

    /// The peer's SDP came. Hold keeps the lock; another address ends it.
    pub(super) fn set_remote(&mut self, remote: Remote) {
        self.held = remote.is_hold();
        if self.held {
            return;
        }
        let before = self.signalled.replace(remote);
        if before.is_none_or(|before| before.rtp != remote.rtp) {
            self.lock(None);
        }
    }

    /// Judges the source of a valid RTP packet, and latches it if it is to be. `expected` is
    /// false while the peer was told not to send.
    pub(super) fn judge_rtp(
        &mut self,
        from: SocketAddr,
        ssrc: u32,
        sequence: Sequence,
        expected: bool,
    ) -> Verdict {
        if self.rtp == Some(from) {
            return Verdict::Peer;
        }
        if self.signalled.is_none_or(|remote| remote.rtp != from) {
            if self.rtp.is_some() || !expected || self.held {
                return Verdict::Stranger;
            }
            let candidate = Candidate::heard(self.rtp_candidate, from, ssrc, Some(sequence));
            if candidate.packets < PROBATION_PACKETS {
                self.rtp_candidate = Some(candidate);
                return Verdict::Stranger;
            }
        }
        self.lock(Some(from));
        Verdict::NewPeer
    }

    /// Judges the source of a valid RTCP packet likewise: the signalled one, or another port of
    /// the host that RTP comes from. Reports come whether the peer may send media or not.
    pub(super) fn judge_rtcp(&mut self, from: SocketAddr, ssrc: u32) -> Verdict {
        if self.rtcp == Some(from) {
            return Verdict::Peer;
        }
        let signalled =
            self.is_where_signalled() && self.signalled.is_some_and(|remote| remote.rtcp == from);
        if !signalled {
            let host = self.rtp.or(self.signalled.map(|remote| remote.rtp));
            let vacant = self.rtcp.is_none() && host.is_some_and(|host| host.ip() == from.ip());
            if !vacant {
                return Verdict::Stranger;
            }
            let candidate = Candidate::heard(self.rtcp_candidate, from, ssrc, None);
            if candidate.packets < PROBATION_REPORTS {
                self.rtcp_candidate = Some(candidate);
                return Verdict::Stranger;
            }
        }
        self.rtcp = Some(from);
        self.rtcp_candidate = None;
        Verdict::NewPeer
    }

    /// Where RTP goes; `None` before any SDP of the peer, and on hold.
    pub(super) fn rtp_target(&self) -> Option<SocketAddr> {
        let remote = self.signalled.filter(|_| !self.held)?;
        Some(self.rtp.unwrap_or(remote.rtp))
    }

    /// Where RTCP goes.
    pub(super) fn rtcp_target(&self) -> Option<SocketAddr> {
        let remote = self.signalled.filter(|_| !self.held)?;
        let guess = match self.rtp {
            Some(rtp) if !self.is_where_signalled() => next_port(rtp),
            _ => remote.rtcp,
        };
        Some(self.rtcp.unwrap_or(guess))
    }

    /// The latched RTP address.
    pub(super) fn latched(&self) -> Option<SocketAddr> {
        self.rtp
    }

    /// Whether the peer is on hold in the way of RFC 2543.
    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// RTP comes from there from now on; what is known of RTCP belonged to another source.
    fn lock(&mut self, rtp: Option<SocketAddr>) {
        self.rtp = rtp;
        self.rtcp = None;
        self.rtp_candidate = None;
        self.rtcp_candidate = None;
    }

    /// Whether RTP comes from where the SDP says, as far as is known.
    fn is_where_signalled(&self) -> bool {
        self.rtp.is_none_or(|rtp| self.signalled.is_some_and(|remote| remote.rtp == rtp))
    }
}

impl Candidate {
    /// The candidate after one more packet: the one there was, or another from its beginning.
    fn heard(
        before: Option<Candidate>,
        from: SocketAddr,
        ssrc: u32,
        sequence: Option<Sequence>,
    ) -> Candidate {
        let continued = before
            .filter(|before| before.from == from && before.ssrc == ssrc && before.next == sequence);
        let packets = continued.map_or(1, |before| before.packets.saturating_add(1));
        Candidate { from, ssrc, next: sequence.map(|sequence| sequence.plus(1)), packets }
    }
}
