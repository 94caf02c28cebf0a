//! Whom a leg listens and sends to: symmetric RTP, latched once and then locked.
//!
//! A peer behind a NAT is not where its SDP says, so the first valid source is taken for it, and
//! nobody else from then on: who can guess a port can neither be heard nor draw the media away.
//! The address of the SDP is the one thing that weighs more than having come first.

use std::net::SocketAddr;

use super::config::{Remote, next_port};

/// The addresses of the peer.
#[derive(Clone, Debug)]
pub(super) struct Latch {
    signalled: Option<Remote>,
    held: bool,
    rtp: Option<SocketAddr>,
    rtcp: Option<SocketAddr>,
}

/// What a datagram's source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The peer.
    Peer,
    /// The peer from now on, and unknown until now.
    NewPeer,
    /// Somebody else.
    Stranger,
}

impl Latch {
    pub(super) fn new(remote: Option<Remote>) -> Latch {
        let mut latch = Latch { signalled: None, held: false, rtp: None, rtcp: None };
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
            self.rtp = None;
            self.rtcp = None;
        }
    }

    /// Judges the source of a valid RTP packet, and latches it if there is none yet. The
    /// signalled address takes the place of a stranger that came first; then it is latched
    /// itself, so that this happens once at most.
    pub(super) fn judge_rtp(&mut self, from: SocketAddr) -> Verdict {
        if self.rtp == Some(from) {
            return Verdict::Peer;
        }
        let signalled = self.signalled.is_some_and(|remote| remote.rtp == from);
        if self.rtp.is_some() && !signalled {
            return Verdict::Stranger;
        }
        self.rtp = Some(from);
        self.rtcp = None;
        Verdict::NewPeer
    }

    /// Judges the source of a valid RTCP packet: the signalled one, or the host that RTP comes
    /// from. Latches it likewise.
    pub(super) fn judge_rtcp(&mut self, from: SocketAddr) -> Verdict {
        if self.rtcp == Some(from) {
            return Verdict::Peer;
        }
        let host = self.rtp.or(self.signalled.map(|remote| remote.rtp));
        let signalled =
            self.is_where_signalled() && self.signalled.is_some_and(|remote| remote.rtcp == from);
        let vacant = self.rtcp.is_none() && host.is_some_and(|host| host.ip() == from.ip());
        if !signalled && !vacant {
            return Verdict::Stranger;
        }
        self.rtcp = Some(from);
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

    /// Whether RTP comes from where the SDP says, as far as is known.
    fn is_where_signalled(&self) -> bool {
        self.rtp.is_none_or(|rtp| self.signalled.is_some_and(|remote| remote.rtp == rtp))
    }
}
