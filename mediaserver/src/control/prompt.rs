//! What is played to somebody, as far as it is decoded.

use std::sync::Arc;
use std::time::Duration;

use media_io::player::{
    AHEAD_MS, Feeder, Player, PlayerConfig, PlayerHandle, player, player_ahead,
};
use media_io::sound::{Clip, Document, Limits, SoundFault, Stream, decode};
use mixer::port::{PortId, Rate};

/// What plays for longer is decoded while it is played.
const CLIP_MAX: Duration = Duration::from_secs(30);

/// Something to play. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Prompt {
    /// Decoded whole.
    Clip(Clip),
    /// Too long for that: an hour of it is an hour of a compressed file, and two seconds of samples.
    Long {
        /// The document, of which the first [`CLIP_MAX`] are known to be sound.
        document: Document,
        /// The rate at which it is to be played at most.
        rate: Rate,
        /// What it may hold.
        limits: Limits,
    },
}

impl Prompt {
    /// Samples at the rate of narrow-band ports.
    #[must_use]
    pub fn narrow(samples: Arc<[i16]>) -> Prompt {
        Prompt::Clip(Clip { samples, rate: Rate::Narrow })
    }

    /// Decodes a document that is to be heard at this rate, as far as it is to be decoded before it is
    /// played. For a worker thread.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decode(document: Document, rate: Rate, limits: Limits) -> Result<Prompt, SoundFault> {
        let clip = decode(&document, rate, CLIP_MAX, &limits)?;
        Ok(clip.map_or(Prompt::Long { document, rate, limits }, Prompt::Clip))
    }

    /// What it takes of the memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Prompt::Clip(clip) => size_of_val(&*clip.samples),
            Prompt::Long { document, rate, .. } => {
                document.bytes().len() + rate.hz() as usize / 1_000 * AHEAD_MS * size_of::<i16>()
            }
        }
    }

    /// Bears a player of it that plays at once.
    pub(super) fn player(self, port: PortId) -> Result<Playing, SoundFault> {
        match self {
            Prompt::Clip(Clip { samples, rate }) => {
                let (body, handle) = player(PlayerConfig { port, samples, rate, started: true });
                Ok(Playing { body, handle, rate, feeder: None })
            }
            Prompt::Long { document, rate, limits } => {
                let stream = Stream::open(&document, rate, &limits)?;
                let rate = stream.rate();
                let (body, handle, feeder) = player_ahead(port, stream, true);
                Ok(Playing { body, handle, rate, feeder: Some(feeder) })
            }
        }
    }
}

/// The halves of a player.
pub(super) struct Playing {
    pub(super) body: Player,
    pub(super) handle: PlayerHandle,
    pub(super) rate: Rate,
    /// What a worker is to keep full.
    pub(super) feeder: Option<Feeder>,
}
