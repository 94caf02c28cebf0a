//! The rules of this code base that no lint knows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

/// Longest source file, in lines. A file that outgrows it holds two nouns.
const LINES_MAX: usize = 450;

/// Crates that know no clock, socket, lock or thread; their `clippy.toml` sees to it. The sockets of
/// `media-io` and of `sip` live in one module each.
const PURE: [&str; 5] = ["mscp-proto", "mixer", "dialogs", "media-io", "sip"];

#[test]
fn every_source_file_opens_with_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(p, _)| p)
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:#?}");
}

#[test]
fn no_source_file_is_too_long() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .collect();
    assert!(long.is_empty(), "more than {LINES_MAX} lines in {long:#?}");
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let words = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("];
    let here = Path::new(file!()).file_name().unwrap();
    let unfinished: Vec<_> = sources()
        .into_iter()
        .filter(|(path, _)| path.file_name() != Some(here))
        .filter(|(_, text)| words.iter().any(|word| text.contains(word)))
        .map(|(path, _)| path)
        .collect();
    assert!(unfinished.is_empty(), "{words:?} in {unfinished:#?}");
}

#[test]
fn pure_crates_are_kept_pure_by_a_lint() {
    for name in PURE {
        let path = root().join(name).join("clippy.toml");
        let text = fs::read_to_string(&path).unwrap_or_default();
        for banned in ["std::time::Instant", "std::net::UdpSocket", "std::sync::Mutex"] {
            assert!(text.contains(banned), "{} does not ban {banned}", path.display());
        }
    }
}

#[test]
fn every_relative_link_of_the_pages_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            if !page.parent().unwrap().join(file).exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All Rust files of the workspace, fuzz targets and generated code aside.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(&root(), "rs", &mut files);
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn pages() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root(), "md", &mut files);
    files
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "fuzz"].contains(&name.as_str()) && !name.starts_with('.') {
                collect(&path, extension, files);
            }
        } else if path.extension().is_some_and(|e| e == extension) {
            files.push(path);
        }
    }
}
