//! What is wrong with a configuration, and where: a violation is one line, and so is an error.
//! [`ConfigError`] prints the first violation and how to see the others.

use std::fmt;
use std::path::PathBuf;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a file; line and column count from 1, the column in characters.
    File {
        /// The file as the user named it.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// In an environment variable.
    Variable(String),
    /// In a flag on the command line.
    Flag(String),
    /// Nowhere: it is the default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => {
                write!(f, "{}:{line}:{column}", path.display())
            }
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One thing that is wrong, as one line: `origin: key: what, and what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it was written.
    pub origin: Origin,
    /// The key, or `None` where the text could not be read as TOML.
    pub key: Option<String>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read at all.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file as the user named it.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// One or more violations, in the order of the file.
    #[error("{}", in_one_line(.0))]
    Violations(Vec<Violation>),
}

impl ConfigError {
    /// All that is wrong, one line for each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Unreadable { .. } => vec![self.to_string()],
            Self::Violations(violations) => violations.iter().map(Violation::to_string).collect(),
        }
    }
}

fn in_one_line(violations: &[Violation]) -> String {
    let Some((first, others)) = violations.split_first() else { return String::new() };
    if others.is_empty() {
        return first.to_string();
    }
    let file = |violation: &Violation| match &violation.origin {
        Origin::File { path, .. } => Some(path.clone()),
        _ => None,
    };
    let more = others.len();
    match file(first) {
        // `check` looks at a file and neither at flags nor at the environment.
        Some(path) if others.iter().all(|other| file(other).is_some()) => {
            format!("{first} (and {more} more: mediaserver check {} lists them)", path.display())
        }
        _ => format!("{first} (and {more} more)"),
    }
}
