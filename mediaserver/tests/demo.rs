//! `mediaserver demo` that cannot begin. (`tests/tests/e2e_demo.rs` has what it prints and records,
//! which takes real time.)

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

const FREE: &str = "127.0.0.1:0";

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediaserver"));
    command.arg("demo").args(arguments).env_clear();
    command
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("antiphon-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

#[test]
fn what_cannot_begin_is_one_line_and_exit_code_2() {
    let taken = TcpListener::bind(FREE).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let out = scratch("never.wav");
    let out = out.to_str().unwrap();
    for (arguments, told) in [
        (vec!["--sip", &address, "--http", FREE, "--out", out], "is in use by another program"),
        (vec!["--sip", FREE, "--http", &address, "--out", out], "is in use by another program"),
        (vec!["--out", "/nowhere/x.wav"], "cannot write /nowhere/x.wav: "),
        (vec!["--sip", "0.0.0.0:0", "--http", FREE, "--out", out], "--media-ip"),
        (vec!["--seconds", "1"], "1 is not in 8..=600"),
    ] {
        let output = demo(&arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(told) && errors.lines().count() == 1, "{errors}");
        assert!(output.stdout.is_empty());
    }
}
