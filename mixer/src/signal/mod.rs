//! Work on samples: pure functions over frames, and the small states they need between frames.

pub(crate) mod crowd;
pub(crate) mod fade;
pub(crate) mod kernel;
pub(crate) mod level;
pub(crate) mod limiter;
pub(crate) mod noise;
pub(crate) mod resample;
pub(crate) mod sum;
