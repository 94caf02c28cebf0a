//! The configuration as written: what the file, the environment and the flags say, and where.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::{Spanned, Value};

use super::error::{ConfigError, Origin, Violation};
use super::key::{AnyKey, Key};
use super::keys;

/// A configuration file past this size is refused unread.
const MAX_FILE_BYTES: u64 = 1_048_576;

/// What somebody set, by key, with its place. Keys nobody set are absent.
#[derive(Clone, Debug, Default)]
pub struct Written {
    settings: BTreeMap<&'static str, Setting>,
    misfits: Vec<Violation>,
}

#[derive(Clone, Debug)]
struct Setting {
    value: Value,
    origin: Origin,
}

impl Written {
    /// The variable that names the file, as `--config` does. It is not a key.
    pub const FILE_VARIABLE: &str = "MEDIASERVER_CONFIG";

    /// Reads a configuration file. Unknown keys are violations, told by [`Config::resolve`].
    ///
    /// # Errors
    /// The file cannot be read, or is not TOML.
    ///
    /// [`Config::resolve`]: super::Config::resolve
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > MAX_FILE_BYTES {
            return Err(unreadable(std::io::Error::other(format!(
                "{size} bytes are too many for a configuration (at most {MAX_FILE_BYTES})"
            ))));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::from_text(path, &text)
    }

    /// Reads the text of a configuration file that is called `path` in messages.
    ///
    /// # Errors
    /// The text is not TOML.
    pub fn from_text(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let document = Document { path, text };
        let table = DeTable::parse(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let message = error.message().replace('\n', " ");
            ConfigError::Violations(vec![Violation {
                origin: document.origin(start),
                key: None,
                message,
            }])
        })?;
        let mut written = Self::default();
        written.take_table(&document, "", table.get_ref());
        Ok(written)
    }

    /// Reads the environment; `variables` are name and value, as from [`crate::cli::environment`]. Names that
    /// do not begin with `MEDIASERVER_` are not ours; one that does and means nothing is a violation,
    /// because a misspelt variable that is silently ignored costs an hour.
    #[must_use]
    pub fn from_environment(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut written = Self::default();
        for (name, text) in variables {
            if !is_ours(&name) {
                continue;
            }
            let key = keys::ALL.iter().find(|key| key.variable() == name);
            let origin = Origin::Variable(name);
            match key {
                Some(key) => written.set_text(*key, &text, origin),
                None => written.misfits.push(Violation {
                    origin,
                    key: None,
                    message: "no such variable; docs/configuration.md lists them".to_owned(),
                }),
            }
        }
        written
    }

    /// Sets `key` from the text of its flag, if the flag was given.
    pub fn set_flag(&mut self, key: &dyn AnyKey, text: Option<&str>) {
        let Some(text) = text else { return };
        let flag = key.flag().unwrap_or(key.name()).to_owned();
        self.set_text(key, text, Origin::Flag(flag));
    }

    /// Lays `stronger` over this layer: what it sets wins.
    #[must_use]
    pub fn overlaid_with(mut self, stronger: Self) -> Self {
        self.settings.extend(stronger.settings);
        self.misfits.extend(stronger.misfits);
        self
    }

    /// Where `key` was set.
    #[must_use]
    pub fn origin(&self, key: &dyn AnyKey) -> Origin {
        self.settings.get(key.name()).map_or(Origin::Default, |setting| setting.origin.clone())
    }

    /// All that is wrong by itself, in the order of the file.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let mut violations = self.misfits.clone();
        for key in keys::ALL {
            let Some(setting) = self.settings.get(key.name()) else { continue };
            if let Err(message) = key.check(&setting.value) {
                violations.push(self.violation(*key, &message));
            }
        }
        violations.sort_by_key(|violation| match violation.origin {
            Origin::File { line, column, .. } => (line, column),
            _ => (usize::MAX, 0),
        });
        violations
    }

    /// The value of `key`, or its default.
    pub(super) fn read<T>(&self, key: &Key<T>) -> Result<T, Violation> {
        let value = match self.settings.get(key.name) {
            Some(setting) => setting.value.clone(),
            None => default_value(key.default).map_err(|error| self.violation(key, &error))?,
        };
        key.shape.read(&value).map_err(|message| self.violation(key, &message))
    }

    pub(super) fn violation(&self, key: &dyn AnyKey, message: &str) -> Violation {
        Violation {
            origin: self.origin(key),
            key: Some(key.name().to_owned()),
            message: message.to_owned(),
        }
    }

    fn set_text(&mut self, key: &dyn AnyKey, text: &str, origin: Origin) {
        let value = key.written_as_text(text);
        self.settings.insert(key.name(), Setting { value, origin });
    }

    fn take_table(&mut self, document: &Document<'_>, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let full = format!("{prefix}{}", name.get_ref());
            let value_start = value.span().start;
            if let Some(key) = keys::ALL.iter().find(|key| key.name() == full) {
                self.take_value(document.origin(value_start), *key, value);
                continue;
            }
            match value.get_ref() {
                DeValue::Table(inner) if prefix.is_empty() && is_section(&full) => {
                    self.take_table(document, &format!("{full}."), inner);
                }
                _ => self.misfits.push(Violation {
                    origin: document.origin(name.span().start),
                    key: Some(full.clone()),
                    message: no_such_key(prefix, &full),
                }),
            }
        }
    }

    fn take_value(&mut self, origin: Origin, key: &dyn AnyKey, value: &Spanned<DeValue<'_>>) {
        match Value::deserialize(ValueDeserializer::from(value.clone())) {
            Ok(value) => {
                self.settings.insert(key.name(), Setting { value, origin });
            }
            Err(error) => self.misfits.push(Violation {
                origin,
                key: Some(key.name().to_owned()),
                message: error.message().replace('\n', " "),
            }),
        }
    }
}

/// Variables of the server begin so.
const VARIABLE_PREFIX: &str = "MEDIASERVER_";

/// Kubernetes sets such variables in every pod beside a service that is called `mediaserver`.
const SERVICE_LINKS: [&str; 2] = ["MEDIASERVER_SERVICE_", "MEDIASERVER_PORT"];

fn is_ours(variable: &str) -> bool {
    variable.starts_with(VARIABLE_PREFIX)
        && variable != Written::FILE_VARIABLE
        && !SERVICE_LINKS.iter().any(|link| variable.starts_with(link))
}

struct Document<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Document<'_> {
    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Origin::File {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

fn default_value(toml: &str) -> Result<Value, String> {
    let value = DeValue::parse(toml).map_err(|error| error.message().to_owned())?;
    Value::deserialize(ValueDeserializer::from(value)).map_err(|error| error.message().to_owned())
}

fn is_section(name: &str) -> bool {
    let prefix = format!("{name}.");
    keys::ALL.iter().any(|key| key.name().starts_with(&prefix))
}

fn no_such_key(prefix: &str, full: &str) -> String {
    if is_section(full) {
        return format!("is a section, so write its keys below a line [{full}]");
    }
    let own: Vec<&str> =
        keys::ALL.iter().filter_map(|key| key.name().strip_prefix(prefix)).collect();
    if !prefix.is_empty() {
        let section = prefix.trim_end_matches('.');
        return format!("no such key; [{section}] has {}", own.join(", "));
    }
    let mut sections: Vec<String> = Vec::new();
    for name in own {
        let shown = match name.split_once('.') {
            Some((section, _)) => format!("[{section}]"),
            None => name.to_owned(),
        };
        if !sections.contains(&shown) {
            sections.push(shown);
        }
    }
    format!("no such key; at the top there are {}", sections.join(", "))
}
