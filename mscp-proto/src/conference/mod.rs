//! Conferencing (section 5): one file per element.

mod conferencecreated;
mod conferencedestroyed;
mod conferencejoined;
mod conferenceunjoined;
mod conferenceuser;
mod createconference;
mod destroyconference;
mod errorconferencecreate;
mod errorconferencedestroy;
mod errorconferencejoin;
mod errorconferenceunjoin;
mod join;
mod unjoin;

pub use conferencecreated::ConferenceCreated;
pub use conferencedestroyed::ConferenceDestroyed;
pub use conferencejoined::ConferenceJoined;
pub use conferenceunjoined::ConferenceUnjoined;
pub use conferenceuser::ConferenceUser;
pub use createconference::{AudioMixingPolicy, CreateConference, DEFAULT_VAS, VideoMixingPolicy};
pub use destroyconference::DestroyConference;
pub use errorconferencecreate::ErrorConferenceCreate;
pub use errorconferencedestroy::ErrorConferenceDestroy;
pub use errorconferencejoin::ErrorConferenceJoin;
pub use errorconferenceunjoin::ErrorConferenceUnjoin;
pub use join::{Join, Tone};
pub use unjoin::Unjoin;
