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

/// What a test names that starts an engine in its own process. The program, which other tests
/// start, installs the trap itself.
const ENGINE_STARTS: [&str; 3] =
    ["mixer::engine(", "mediaserver::server::Server", "antiphon_tests::simulator"];

#[test]
fn every_test_that_starts_an_engine_runs_under_the_allocation_trap() {
    let sources = sources();
    let text_of = |path: &Path| sources.iter().find(|(p, _)| p == path).map(|(_, text)| text);
    let starts = |text: &String| ENGINE_STARTS.iter().any(|start| text.contains(start));
    let here = root().join("tests/tests/tidy.rs");
    let mut roots: Vec<PathBuf> = sources
        .iter()
        .filter(|(path, text)| *path != here && starts(text))
        .filter_map(|(path, _)| test_root(path))
        .collect();
    roots.sort();
    roots.dedup();
    assert!(roots.len() > 3, "the tests that start an engine are not found: {roots:#?}");
    roots.retain(|path| text_of(path).is_none_or(|text| !text.contains("TrapAllocator")));
    assert!(roots.is_empty(), "no `mixer::realtime::TrapAllocator` in {roots:#?}");
}

/// Where the test that a source file is part of would install an allocator: the file itself, or, in
/// a folder of `<crate>/tests`, its `main.rs` or the `mod.rs` that tests share.
fn test_root(path: &Path) -> Option<PathBuf> {
    let inside = path.strip_prefix(root()).ok()?;
    let mut parts = inside.components();
    let (package, folder, first) = (parts.next()?, parts.next()?, parts.next()?);
    if folder.as_os_str() != "tests" {
        return None;
    }
    let first = root().join(package).join(folder).join(first);
    let roots = [first.clone(), first.join("main.rs"), first.join("mod.rs")];
    roots.into_iter().find(|path| path.is_file())
}

#[test]
fn every_path_that_a_page_names_exists() {
    let files: Vec<String> =
        sources().iter().map(|(path, _)| format!("/{}", below_root(path))).collect();
    let mut missing = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        // Every second part is between backticks.
        let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
        for path in quoted.flat_map(alternatives).filter(|path| is_path(path)) {
            let end = format!("/{}", path.trim_start_matches(['.', '/']));
            let exists = match root().join(&path).exists() {
                // A source file may be named by the end of its path.
                false => path.ends_with(".rs") && files.iter().any(|file| file.ends_with(&end)),
                true => true,
            };
            if !exists {
                missing.push(format!("{}: {path}", below_root(&page)));
            }
        }
    }
    assert!(missing.is_empty(), "no such file or folder: {missing:#?}");
}

/// Whether words in backticks mean a path: a source file, or something below a folder of ours.
fn is_path(words: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let is_ours = || {
        words.split_once('/').is_some_and(|(top, _)| !top.is_empty() && root().join(top).is_dir())
    };
    words.chars().all(plain) && (words.ends_with(".rs") || is_ours())
}

/// `a/{b,c}.rs` is `a/b.rs` and `a/c.rs`.
fn alternatives(words: &str) -> Vec<String> {
    let Some((start, (list, end))) =
        words.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?)))
    else {
        return vec![words.to_owned()];
    };
    list.split(',').flat_map(|one| alternatives(&format!("{start}{one}{end}"))).collect()
}

fn below_root(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
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

#[test]
fn the_message_in_the_readme_is_as_long_as_it_says() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let message = text.split("```\n").find(|block| block.starts_with("REQ MSCP/1.0")).unwrap();
    let (head, body) = message.split_once("\n\n").unwrap();
    assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{}", body.len());
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
