//! The manner of a join: everything about it but whom it joins.

use super::Directions;
use crate::treatment::LOOKAHEAD_FRAMES;

/// How two end points are joined. From [`Directions`] alone it is a plain join: nobody is
/// preferred, nothing is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Which streams there are.
    pub directions: Directions,
    /// `mediapreferred`: always in the mix. Means something when a port speaks into a room.
    pub preferred: bool,
    /// What happens to what a port says on its way into a room.
    pub treatment: Treatment,
    /// `autooutputgain`: a port hears the room brought to one loudness.
    pub is_levelled: bool,
}

impl From<Directions> for Manner {
    fn from(directions: Directions) -> Self {
        Self { directions, preferred: false, treatment: Treatment::default(), is_levelled: false }
    }
}

impl Manner {
    /// The same, always in the mix or not.
    #[must_use]
    pub fn preferred(self, preferred: bool) -> Self {
        Self { preferred, ..self }
    }
}

/// What is done to what a port says before a room mixes it. By default, nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Treatment {
    /// `autoinputgain`: it is brought to one loudness.
    pub gain: bool,
    /// `dtmfclamp`: keys are not heard. Costs 40 ms of delay, because a key is recognised by its
    /// sound.
    pub dtmf_clamp: bool,
    /// `toneclamp`: loud steady single tones are not heard.
    pub tone_clamp: bool,
}

impl Treatment {
    /// What either asks for.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            gain: self.gain || other.gain,
            dtmf_clamp: self.dtmf_clamp || other.dtmf_clamp,
            tone_clamp: self.tone_clamp || other.tone_clamp,
        }
    }

    /// By how many ticks what is heard must lag behind what is said, so that it can be judged
    /// before it is heard.
    pub(crate) fn lookahead(self) -> usize {
        if self.dtmf_clamp { LOOKAHEAD_FRAMES } else { 0 }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}
