//! Both directions of a call, through every change of keys.

use mixer::port::Channel;

use super::Fault;
use super::key::MasterKey;
use super::open::Opener;
use super::seal::Sealer;

/// Packets that must come under a new key before those under the old one are no longer taken: what
/// was under way when keys changed has arrived by then (2 s of packets of 20 ms).
const OVERLAP_PACKETS: u32 = 100;

/// The keys of both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// With which we send.
    pub ours: MasterKey,
    /// With which the peer sends.
    pub theirs: MasterKey,
}

/// Protects and opens the packets of one call.
#[derive(Debug)]
pub struct Protection {
    sealer: Sealer,
    opener: Opener,
    /// What they replaced. A re-INVITE that is cancelled brings it back, and it must go on from where
    /// it was.
    sealer_before: Option<Sealer>,
    opener_before: Option<Opener>,
    /// For how many packets more the opener before is asked as well.
    overlap: u32,
}

impl Protection {
    /// Begins with fresh keys.
    #[must_use]
    pub fn new(keys: &Keys) -> Protection {
        Protection {
            sealer: Sealer::new(&keys.ours),
            opener: Opener::new(&keys.theirs),
            sealer_before: None,
            opener_before: None,
            overlap: 0,
        }
    }

    /// These keys are agreed on now. A key that is in use stays as it is; the one used before it is
    /// taken up where it was left.
    pub fn change(&mut self, keys: &Keys) {
        if *self.sealer.key() != keys.ours {
            let before = self.sealer_before.take().filter(|before| *before.key() == keys.ours);
            let next = before.unwrap_or_else(|| Sealer::new(&keys.ours));
            self.sealer_before = Some(std::mem::replace(&mut self.sealer, next));
        }
        if *self.opener.key() != keys.theirs {
            let before = self.opener_before.take().filter(|before| *before.key() == keys.theirs);
            let next = before.unwrap_or_else(|| Opener::after(&self.opener, &keys.theirs));
            self.opener_before = Some(std::mem::replace(&mut self.opener, next));
            self.overlap = OVERLAP_PACKETS;
        }
    }

    /// Writes `plain` protected into `sealed`; returns its length.
    ///
    /// # Errors
    /// See [`Sealer::rtp`]. Nothing must be sent then.
    pub fn seal(
        &mut self,
        channel: Channel,
        plain: &[u8],
        sealed: &mut [u8],
    ) -> Result<usize, Fault> {
        match channel {
            Channel::Rtp => self.sealer.rtp(plain, sealed),
            Channel::Rtcp => self.sealer.rtcp(plain, sealed),
        }
    }

    /// Writes `sealed` opened into `plain`; returns its length.
    ///
    /// # Errors
    /// See [`Opener::rtp`]. What is in `plain` is void then.
    pub fn open(
        &mut self,
        channel: Channel,
        sealed: &[u8],
        plain: &mut [u8],
    ) -> Result<usize, Fault> {
        let opened = open(&mut self.opener, channel, sealed, plain);
        if opened.is_ok() {
            self.overlap = self.overlap.saturating_sub(1);
            return opened;
        }
        match self.opener_before.as_mut().filter(|_| self.overlap > 0) {
            Some(before) => open(before, channel, sealed, plain).or(opened),
            None => opened,
        }
    }
}

fn open(
    opener: &mut Opener,
    channel: Channel,
    sealed: &[u8],
    plain: &mut [u8],
) -> Result<usize, Fault> {
    match channel {
        Channel::Rtp => opener.rtp(sealed, plain),
        Channel::Rtcp => opener.rtcp(sealed, plain),
    }
}
