//! `docs/configuration.md`, printed from the keys so that it cannot rot.

use std::fmt::Write as _;

use super::key::AnyKey;
use super::keys;

/// The whole page, as Markdown.
#[must_use]
pub fn manual() -> String {
    let mut page = String::from(HEAD);
    let mut section = None;
    for key in keys::ALL {
        let (of, name) = key.name().split_once('.').unwrap_or(("", key.name()));
        if section != Some(of) {
            section = Some(of);
            page.push_str(&heading(of));
        }
        page.push_str(&entry(*key, name));
    }
    page
}

/// `antiphon.example.toml`: every key at its default.
#[must_use]
pub fn example() -> String {
    let mut file = String::from(EXAMPLE_HEAD);
    // TOML wants the keys that stand in no section before the first section.
    let is_sectioned = |key: &&&dyn AnyKey| key.name().contains('.');
    let top = keys::ALL.iter().filter(|key| !is_sectioned(key));
    let mut section = "";
    for key in top.chain(keys::ALL.iter().filter(is_sectioned)) {
        let (of, name) = key.name().split_once('.').unwrap_or(("", key.name()));
        if section != of {
            section = of;
            let _ = writeln!(file, "\n[{section}]");
        }
        let _ = writeln!(file, "{name} = {}    # {}", key.default(), key.takes());
    }
    file
}

fn heading(section: &str) -> String {
    if section.is_empty() {
        return "\n## Top of the file, before any section\n".to_owned();
    }
    format!("\n## `[{section}]`\n")
}

fn entry(key: &dyn AnyKey, name: &str) -> String {
    let mut entry = format!("\n### `{name}`\n\n{}\n\n", key.about());
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(entry, "- {label}: {text}");
    };
    line("takes", &key.takes());
    line("default", &format!("`{}`", key.default()));
    if let Some(flag) = key.flag() {
        line("flag", &format!("`{flag}`"));
    }
    line("variable", &format!("`{}`", key.variable()));
    entry
}

const HEAD: &str = "\
# Configuration

`mediaserver serve` needs none: every key has a default. What is set is taken from three places, and a later one beats an
earlier one:

1. a TOML file, named by `--config FILE` or the variable `MEDIASERVER_CONFIG`,
2. the environment, one variable per key,
3. flags.

`mediaserver check FILE` validates a file. A violation is one line that names the file, line, column and key, and the exit
code is 2; `mediaserver serve` tells of the first one and how many more there are. What is merely unwise is a warning: a line
from `check`, which still exits with 0, and one in the log of `serve`. In a variable a list is separated by commas. A key that does not exist is an error, and so is a
variable that begins with `MEDIASERVER_` and does not exist. `mediaserver/antiphon.example.toml` spells out the defaults.

This page is printed from the definitions in `mediaserver/src/config/keys.rs`; after a change there,
`UPDATE_DOCS=1 cargo test -p mediaserver --test config` writes it anew.
";

const EXAMPLE_HEAD: &str = "\
# Every key at its default; docs/configuration.md says what each is for.
# Copy this file, keep what you change, and try it: mediaserver check FILE

";
