//! The configuration: what may be set, where it was set, and what came of it.
//!
//! A setting has one definition, a [`Key`] in [`keys`]: its name, its unit and range, its default, the
//! flag and the environment variable that set it too, and what it is for. `docs/configuration.md` is
//! printed from these definitions and the defaults are read from them, so the three cannot disagree.
//!
//! ```text
//! file ─┐
//! environment ─┼─► Written (text and origin of each key) ──resolve──► Config (typed, complete)
//! flags ─┘          a later layer beats an earlier one
//! ```
//!
//! [`Written`] is the configuration as written and knows only what somebody set; [`Config`] is the
//! resolved one and has a value for everything. Every violation is one line that names the place, the
//! key and what to do: `antiphon.toml:7:10: sip.listen: "localhost" is not an address:port such as
//! 127.0.0.1:5060`.

mod contradictions;
mod error;
mod key;
pub mod keys;
mod manual;
mod resolved;
mod shape;
mod written;

pub use error::{ConfigError, Origin, Violation};
pub use key::{AnyKey, Key};
pub use manual::{example, manual};
pub use resolved::{
    Config, Dialogs, Engine, Grace, Http, Log, LogFormat, Media, Mscp, PortRange, Realtime, Sip,
};
pub use shape::Shape;
pub use written::Written;
