//! One setting, defined once.

use toml::Value;

use super::shape::Shape;

/// A setting: its names, its shape, its default and what it is for.
pub struct Key<T: 'static> {
    /// `section.key`, or `key` alone at the top of the file.
    pub name: &'static str,
    /// The flag of `mediaserver serve` that sets it, if any: `--sip`.
    pub flag: Option<&'static str>,
    /// The environment variable that sets it.
    pub variable: &'static str,
    /// How it is written: unit and range.
    pub shape: &'static dyn Shape<T>,
    /// The default, as TOML.
    pub default: &'static str,
    /// What it is for, as sentences.
    pub about: &'static str,
}

/// A [`Key`] of whatever type, for the parts that treat all alike: reading layers and the manual.
pub trait AnyKey: Sync {
    /// `section.key`.
    fn name(&self) -> &'static str;
    /// The flag that sets it, if any.
    fn flag(&self) -> Option<&'static str>;
    /// The environment variable that sets it.
    fn variable(&self) -> &'static str;
    /// The default, as TOML.
    fn default(&self) -> &'static str;
    /// Unit and range.
    fn takes(&self) -> String;
    /// What it is for.
    fn about(&self) -> &'static str;
    /// Whether `value` fits, and if not, why.
    fn check(&self, value: &Value) -> Result<(), String>;
    /// The value that a flag's or a variable's text stands for.
    fn written_as_text(&self, text: &str) -> Value;
}

impl<T: 'static> AnyKey for Key<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn flag(&self) -> Option<&'static str> {
        self.flag
    }

    fn variable(&self) -> &'static str {
        self.variable
    }

    fn default(&self) -> &'static str {
        self.default
    }

    fn takes(&self) -> String {
        self.shape.takes()
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        self.shape.read(value).map(drop)
    }

    fn written_as_text(&self, text: &str) -> Value {
        self.shape.written_as_text(text)
    }
}
