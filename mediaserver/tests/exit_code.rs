//! The program from outside: one clear line and exit code 2 for what cannot be done.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, Output};

/// Runs the program with nothing in its environment that could configure it.
fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mediaserver")).args(arguments).env_clear().output().unwrap()
}

/// The one line on standard error, with exit code 2 and nothing on standard output.
fn complaint(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    assert_eq!(errors.lines().count(), 1, "{arguments:?}: {errors}");
    assert!(output.stdout.is_empty());
    errors.trim_end().to_owned()
}

fn scratch_file(name: &str, text: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("antiphon-exit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_bad_flag() {
    assert_eq!(complaint(&["serve", "--bad"]), "mediaserver: unexpected argument '--bad' found");
    assert_eq!(
        complaint(&["serve", "--mscp", "nowhere"]),
        "mediaserver: --mscp: mscp.listen: \"nowhere\" is not an address:port such as \
         127.0.0.1:5060",
    );
    assert_eq!(
        complaint(&[]),
        "mediaserver: say what to do: serve, demo, ctl or check (mediaserver --help tells more)",
    );
    assert_eq!(
        complaint(&["ctl"]),
        "mediaserver: say what to ask for: create, join, play, list … (mediaserver ctl --help \
         tells more)",
    );
}

#[test]
fn a_bad_file() {
    let path = scratch_file("bad.toml", "\n[http]\nlisten = 8080\n");
    let path = path.to_str().unwrap();
    let told =
        format!("{path}:3:10: http.listen: 8080 is not an address:port such as 127.0.0.1:5060");
    assert_eq!(complaint(&["serve", "--config", path]), format!("mediaserver: {told}"));
    assert_eq!(complaint(&["check", path]), told);
}

#[test]
fn a_file_with_several_faults() {
    let path = scratch_file("worse.toml", "[http]\nlisten = 8080\n[sip]\nudp = 1\nx = 2\n");
    let path = path.to_str().unwrap();
    let told = complaint(&["serve", "--config", path]);
    assert!(told.starts_with(&format!("mediaserver: {path}:2:10: http.listen: ")), "{told}");
    let hint = format!("(and 2 more: mediaserver check {path} lists them)");
    assert!(told.ends_with(&hint), "{told}");

    let listed = run(&["check", path]);
    assert_eq!(listed.status.code(), Some(2));
    assert_eq!(String::from_utf8(listed.stderr).unwrap().lines().count(), 3);
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let free = "127.0.0.1:0";
    for (flag, key) in
        [("--mscp", "mscp.listen"), ("--http", "http.listen"), ("--sip", "sip.listen")]
    {
        let mut arguments = vec!["serve", flag, &address, "--log", "off"];
        for other in ["--sip", "--mscp", "--http"] {
            if other != flag {
                arguments.extend([other, free]);
            }
        }
        let told = complaint(&arguments);
        assert!(told.starts_with("mediaserver: "), "{told}");
        assert!(told.contains(&address) && told.contains(key), "{told}");
    }
}

/// Runs `serve` on free ports, its log at the default level.
fn serve_complaint(arguments: &[&str]) -> String {
    let free = "127.0.0.1:0";
    let mut all = vec!["serve", "--sip", free, "--mscp", free, "--http", free];
    all.extend(arguments);
    complaint(&all)
}

#[test]
fn an_address_for_media_that_is_not_this_machines() {
    assert_eq!(
        serve_complaint(&["--media-ip", "192.0.2.77"]),
        "mediaserver: 192.0.2.77 is no address of this machine; set media.ip or --media-ip to one \
         that is",
    );
    let told = serve_complaint(&["--media-ip", "255.255.255.255"]);
    assert!(told.contains("media.ip: \"255.255.255.255\" cannot be offered to callers"), "{told}");
}

#[test]
fn a_range_of_ports_that_others_hold() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port() & !1;
    let told = serve_complaint(&["--rtp-ports", &format!("{port}-{}", port + 1)]);
    assert_eq!(
        told,
        "mediaserver: media.rtp-ports: all 1 pairs of ports are taken, 0 of them by this server",
    );
}

#[test]
fn a_folder_for_prompts_that_is_not_there() {
    let path = scratch_file("roots.toml", "[dialogs]\nfile-roots = [\"/nowhere/at/all\"]\n");
    let told = serve_complaint(&["--config", path.to_str().unwrap()]);
    assert!(told.contains("/nowhere/at/all"), "{told}");
}

#[test]
fn a_good_file_and_help_are_a_success() {
    let path = scratch_file("good.toml", "[http]\nlisten = \"127.0.0.1:0\"\n");
    let checked = run(&["check", path.to_str().unwrap()]);
    assert!(checked.status.success());
    let told = format!("{}: ok (configuration)\n", path.display());
    assert_eq!(String::from_utf8(checked.stdout).unwrap(), told);
    for flag in ["--help", "--version"] {
        assert!(run(&[flag]).status.success());
    }
}
