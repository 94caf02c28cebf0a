//! Sequence numbers and timestamps: they wrap, so that order is a matter of distance.

/// RTP sequence number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sequence(pub u16);

impl Sequence {
    /// The sequence number `steps` further on.
    #[must_use]
    pub fn plus(self, steps: u16) -> Sequence {
        Sequence(self.0.wrapping_add(steps))
    }

    /// Steps from `earlier` to this one, negative when it lies before.
    #[must_use]
    pub fn since(self, earlier: Sequence) -> i16 {
        self.0.wrapping_sub(earlier.0) as i16
    }
}

/// RTP timestamp, in units of the codec's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timestamp(pub u32);

impl Timestamp {
    /// The timestamp `units` further on.
    #[must_use]
    pub fn plus(self, units: u32) -> Timestamp {
        Timestamp(self.0.wrapping_add(units))
    }

    /// Units from `earlier` to this one, negative when it lies before.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> i32 {
        self.0.wrapping_sub(earlier.0) as i32
    }
}
