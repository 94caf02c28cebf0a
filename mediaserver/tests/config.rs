//! The configuration: what wins over what, what is refused and how, and pages that cannot rot.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{CommandFactory as _, Parser as _};
use mediaserver::cli::{Cli, Command};
use mediaserver::config::{self, Config, ConfigError, Grace, LogFormat, PortRange, Written, keys};

fn resolve(toml: &str) -> Result<Config, ConfigError> {
    Config::resolve(&Written::from_text(Path::new("antiphon.toml"), toml)?)
}

/// The line a person gets to see who starts the server.
fn complaint(toml: &str) -> String {
    resolve(toml).expect_err("this must be refused").to_string()
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn serve(flags: &[&str], environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let cli = Cli::try_parse_from([&["mediaserver", "serve"], flags].concat()).unwrap();
    let Command::Serve(serve) = cli.command else { panic!("not serve") };
    serve.configuration(variables(environment))
}

fn serve_complaint(flags: &[&str], environment: &[(&str, &str)]) -> String {
    serve(flags, environment).expect_err("this must be refused").to_string()
}

fn scratch_file(name: &str, text: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("antiphon-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn nothing_set_is_the_documented_command_line() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.sip.listen, "127.0.0.1:5060".parse().unwrap());
    assert!(config.sip.udp && config.sip.tcp);
    assert_eq!(config.mscp.listen, "127.0.0.1:32416".parse().unwrap());
    assert_eq!(config.http.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.media.rtp_ports, PortRange { low: 20_000, high: 29_999 });
    assert_eq!(config.media.ip, config.sip.listen.ip());
    assert_eq!(config.media.starvation, Some(Duration::from_secs(60)));
}

/// Tools that take the protocol crate's defaults meet a server that does the same.
#[test]
fn the_limits_of_a_message_are_the_protocols_own() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.mscp.max_header_bytes, mscp_proto::limits::HEADER_BYTES);
    assert_eq!(config.mscp.max_body_bytes, mscp_proto::limits::BODY_BYTES);
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let file = scratch_file(
        "layers.toml",
        "[sip]\nlisten = '127.0.0.1:1'\n[mscp]\nlisten = '127.0.0.1:2'\n[http]\nlisten = '127.0.0.1:3'\n",
    );
    let file = file.to_str().unwrap();
    let environment = [("MEDIASERVER_MSCP", "127.0.0.1:20"), ("MEDIASERVER_HTTP", "127.0.0.1:30")];
    let config = serve(&["--config", file, "--http", "127.0.0.1:300"], &environment).unwrap();
    assert_eq!(config.sip.listen.port(), 1);
    assert_eq!(config.mscp.listen.port(), 20);
    assert_eq!(config.http.listen.port(), 300);
}

#[test]
fn a_variable_names_the_file_unless_a_flag_does() {
    let one = scratch_file("one.toml", "drain-seconds = 1");
    let two = scratch_file("two.toml", "drain-seconds = 2");
    let environment = [("MEDIASERVER_CONFIG", one.to_str().unwrap())];
    assert_eq!(serve(&[], &environment).unwrap().drain, Duration::from_secs(1));
    let config = serve(&["--config", two.to_str().unwrap()], &environment).unwrap();
    assert_eq!(config.drain, Duration::from_secs(2));
}

#[test]
fn every_kind_of_key_can_be_a_variable() {
    let config = serve(
        &[],
        &[
            ("MEDIASERVER_SIP_TCP", "false"),
            ("MEDIASERVER_SIP_MAX_CALLS", "7"),
            ("MEDIASERVER_MSCP_GRACE_SECONDS", "keep"),
            ("MEDIASERVER_MEDIA_IP", "192.0.2.1"),
            ("MEDIASERVER_DIALOGS_FILE_ROOTS", "/srv/a, /srv/b"),
            ("MEDIASERVER_LOG_FORMAT", "json"),
            ("HOME", "/root"),
            ("MEDIASERVER_SERVICE_HOST", "10.0.0.1"), // as Kubernetes sets for a service so named
            ("MEDIASERVER_PORT_5060_TCP", "tcp://10.0.0.1:5060"),
        ],
    )
    .unwrap();
    assert!(!config.sip.tcp);
    assert_eq!(config.sip.max_calls, 7);
    assert_eq!(config.mscp.grace, Grace::Keep);
    assert_eq!(config.media.ip, "192.0.2.1".parse::<std::net::IpAddr>().unwrap());
    assert_eq!(config.dialogs.file_roots, [PathBuf::from("/srv/a"), PathBuf::from("/srv/b")]);
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn a_violation_is_one_line_with_place_key_and_remedy() {
    for (toml, line) in [
        (
            "\n[sip]\nlisten = \"localhost\"",
            "antiphon.toml:3:10: sip.listen: \"localhost\" is not an address:port such as \
             127.0.0.1:5060",
        ),
        (
            "[sip]\nlisten = 5060",
            "antiphon.toml:2:10: sip.listen: 5060 is not an address:port such as 127.0.0.1:5060",
        ),
        (
            "sip.max-calls = 0",
            "antiphon.toml:1:17: sip.max-calls: 0 is not a whole number of calls, 1 to 100000",
        ),
        (
            "[sip]\n  max-calls = \"12\"",
            "antiphon.toml:2:15: sip.max-calls: \"12\" is not a whole number of calls, 1 to 100000",
        ),
        ("[sip]\nudp = 1", "antiphon.toml:2:7: sip.udp: 1 is neither true nor false"),
        (
            "[sip]\nlisen = '1.2.3.4:5'",
            "antiphon.toml:2:1: sip.lisen: no such key; [sip] has listen, udp, tcp, max-calls, srtp",
        ),
        (
            "[spi]\nlisten = 1",
            "antiphon.toml:1:2: spi: no such key; at the top there are [sip], [mscp], [http], \
             [media], [engine], [dialogs], [recordings], drain-seconds, [log]",
        ),
        (
            "sip = true",
            "antiphon.toml:1:1: sip: is a section, so write its keys below a line [sip]",
        ),
        (
            "[media]\nrtp-ports = '20001-20002'",
            "antiphon.toml:2:13: media.rtp-ports: \"20001-20002\" holds no pair of an even port \
             and the odd one after it; give a range such as 20000-29999",
        ),
        (
            "[media]\nrtp-ports = '29999-20000'",
            "antiphon.toml:2:13: media.rtp-ports: \"29999-20000\" holds no pair of an even port \
             and the odd one after it; give a range such as 20000-29999",
        ),
        (
            "[media]\nip = '0.0.0.0'",
            "antiphon.toml:2:6: media.ip: \"0.0.0.0\" cannot be offered to callers as the place to \
             send media to; give one address of this machine that they can reach",
        ),
        (
            "[sip]\nlisten = '0.0.0.0:5060'",
            "antiphon.toml:2:10: sip.listen: 0.0.0.0:5060 listens on every address, so media.ip \
             cannot be taken from it; set media.ip (or --media-ip) to the one address callers \
             shall send media to",
        ),
        (
            "[sip]\nudp = false\ntcp = false",
            "antiphon.toml:3:7: sip.tcp: UDP and TCP are both off, so no call can arrive; turn one \
             on",
        ),
        (
            "[sip]\nmax-calls = 5000",
            "antiphon.toml:2:13: sip.max-calls: 5000 calls cannot be, as engine.max-ports has room \
             for 2048; raise it or lower sip.max-calls",
        ),
        (
            "[sip]\nmax-calls = 11\n[media]\nrtp-ports = '20000-20019'",
            "antiphon.toml:2:13: sip.max-calls: 11 calls cannot be, as media.rtp-ports has room \
             for 10; raise it or lower sip.max-calls",
        ),
        (
            "[mscp]\ngrace-seconds = 'never'",
            "antiphon.toml:2:17: mscp.grace-seconds: \"never\" is not a whole number of seconds, 0 \
             to 86400, nor \"keep\"",
        ),
        (
            "[engine]\nthreads = 17",
            "antiphon.toml:2:11: engine.threads: 17 is not a whole number of threads, 1 to 16",
        ),
        (
            "[engine]\nrealtime = 'on'",
            "antiphon.toml:2:12: engine.realtime: \"on\" is not \"auto\" or \"off\"",
        ),
        (
            "[dialogs]\nfile-roots = ['prompts']",
            "antiphon.toml:2:14: dialogs.file-roots: \"prompts\" is not an absolute path such as \
             /srv/prompts",
        ),
        (
            "[dialogs]\ndeny-networks = ['10.0.0.0/33']",
            "antiphon.toml:2:17: dialogs.deny-networks: \"10.0.0.0/33\" is not a network such as \
             10.0.0.0/8 or fd00::/8",
        ),
        (
            "[log]\nlevel = 'sip=loud'",
            "antiphon.toml:2:9: log.level: \"sip=loud\" is not error, warn, info, debug or trace, \
             nor directives such as \"info,sip=debug\"",
        ),
    ] {
        assert_eq!(complaint(toml), line);
    }
}

#[test]
fn the_default_number_of_calls_is_no_promise_that_a_smaller_server_breaks() {
    let warned = |toml| -> Vec<String> {
        resolve(toml).unwrap().warnings.iter().map(ToString::to_string).collect()
    };
    assert!(Config::defaults().unwrap().warnings.is_empty());
    assert!(warned("[sip]\nmax-calls = 10\n[media]\nrtp-ports = '20000-20019'").is_empty());
    assert_eq!(
        warned("[engine]\nmax-ports = 40\n[media]\nrtp-ports = '20000-20019'"),
        [
            "antiphon.toml:2:13: engine.max-ports: has room for 40 calls, fewer than sip.max-calls \
             (1000); one more is answered 503",
            "antiphon.toml:4:13: media.rtp-ports: has room for 10 calls, fewer than sip.max-calls \
             (1000); one more is answered 503",
        ],
    );
}

#[test]
fn engines_that_would_have_no_port_are_warned_of() {
    let warned = |threads, ports| -> Vec<String> {
        let engine = format!("[engine]\nthreads = {threads}\nmax-ports = {ports}");
        let config = resolve(&format!("{engine}\n[sip]\nmax-calls = 2")).unwrap();
        config.warnings.iter().map(ToString::to_string).collect()
    };
    assert!(warned(3, 9).is_empty());
    assert_eq!(
        warned(4, 5),
        [
            "antiphon.toml:2:11: engine.threads: 5 ports (engine.max-ports) keep 3 of 4 engines busy, \
          no more"
        ]
    );
}

#[test]
fn columns_count_characters() {
    let toml = "log = { level = 'info', format = 'größe' , x = 1 }";
    let lines = resolve(toml).expect_err("this must be refused").lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("antiphon.toml:1:34: log.format: "), "{lines:?}");
    assert!(lines[1].starts_with("antiphon.toml:1:44: log.x: no such key"), "{lines:?}");
}

#[test]
fn all_violations_are_listed_in_the_order_of_the_file_and_the_first_is_told_in_one_line() {
    let toml = "[http]\nlisten = 'x'\nport = 1\n[sip]\nmax-calls = -1\n";
    let lines = resolve(toml).expect_err("this must be refused").lines();
    let places: Vec<&str> = lines.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["antiphon.toml:2:10", "antiphon.toml:3:1", "antiphon.toml:5:13"]);
    let told = format!("{} (and 2 more: mediaserver check antiphon.toml lists them)", lines[0]);
    assert_eq!(complaint(toml), told);
}

/// `mediaserver check` would not list what a flag or a variable says.
#[test]
fn a_file_is_not_blamed_for_what_was_said_elsewhere() {
    let path = scratch_file("blamed.toml", "drain-seconds = -1\n");
    let told = serve_complaint(&["--config", path.to_str().unwrap(), "--http", "x"], &[]);
    assert!(told.starts_with(&format!("{}:1:17: drain-seconds: ", path.display())), "{told}");
    assert!(told.ends_with(" (and 1 more)"), "{told}");
}

#[test]
fn text_that_is_no_toml_is_one_line_with_its_place() {
    for toml in
        ["[sip\nlisten = 1", "[sip]\nudp = true\nudp = false", "= 1", "a = \"\n\"", "[[sip]]\nx"]
    {
        let complaint = complaint(toml);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.starts_with("antiphon.toml:"), "{complaint}");
    }
}

#[test]
fn a_bad_flag_or_variable_is_named() {
    assert_eq!(
        serve_complaint(&["--sip", "here"], &[]),
        "--sip: sip.listen: \"here\" is not an address:port such as 127.0.0.1:5060",
    );
    assert_eq!(
        serve_complaint(&[], &[("MEDIASERVER_SIP_MAX_CALLS", "many")]),
        "MEDIASERVER_SIP_MAX_CALLS: sip.max-calls: \"many\" is not a whole number of calls, 1 to \
         100000",
    );
    assert_eq!(
        serve_complaint(&[], &[("MEDIASERVER_SPI", "127.0.0.1:1")]),
        "MEDIASERVER_SPI: no such variable; docs/configuration.md lists them",
    );
}

#[test]
fn a_file_that_is_not_there_is_one_line() {
    let complaint = serve_complaint(&["--config", "/nonexistent/antiphon.toml"], &[]);
    assert_eq!(complaint, "/nonexistent/antiphon.toml: No such file or directory (os error 2)");
}

#[test]
fn a_port_range_is_counted_in_even_pairs() {
    for (low, high, pairs, first, last) in [
        (20_000, 29_999, 5000, 20_000, 29_998),
        (20_001, 20_004, 1, 20_002, 20_002),
        (20_000, 20_002, 1, 20_000, 20_000),
        (65_534, 65_535, 1, 65_534, 65_534),
    ] {
        let range = PortRange { low, high };
        assert_eq!(range.pairs(), pairs);
        assert_eq!(range.pair(0), Some(first));
        assert_eq!(range.pair(pairs - 1), Some(last));
        assert_eq!(range.pair(pairs), None);
    }
    assert_eq!(PortRange { low: 65_535, high: 65_535 }.pairs(), 0);
}

#[test]
fn each_key_has_its_own_name_and_variable() {
    let mut names: Vec<_> = keys::ALL.iter().map(|key| key.name()).collect();
    let mut variables: Vec<_> = keys::ALL.iter().map(|key| key.variable()).collect();
    for list in [&mut names, &mut variables] {
        let all = list.len();
        list.sort_unstable();
        list.dedup();
        assert_eq!(list.len(), all);
    }
}

/// A key that claims a flag must have it, and the other way round.
#[test]
fn the_flags_of_serve_are_those_of_the_keys() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    let mut flags: Vec<String> = serve
        .get_arguments()
        .filter_map(|flag| flag.get_long().map(|name| format!("--{name}")))
        .collect();
    let mut claimed: Vec<String> =
        keys::ALL.iter().filter_map(|key| key.flag().map(str::to_owned)).collect();
    claimed.push("--config".to_owned());
    flags.sort();
    claimed.sort();
    assert_eq!(flags, claimed);
}

#[test]
fn every_flag_reaches_its_key() {
    let config = serve(
        &[
            "--sip=127.0.0.1:11",
            "--mscp=127.0.0.1:12",
            "--http=127.0.0.1:13",
            "--rtp-ports=30000-30009",
            "--media-ip=192.0.2.9",
            "--log=debug",
            "--log-format=json",
        ],
        &[],
    )
    .unwrap();
    let ports = [config.sip.listen, config.mscp.listen, config.http.listen].map(|it| it.port());
    assert_eq!(ports, [11, 12, 13]);
    assert_eq!(config.media.rtp_ports.pairs(), 5);
    assert_eq!(config.media.ip.to_string(), "192.0.2.9");
    assert_eq!(config.log.level, "debug");
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn the_example_file_spells_out_the_defaults_of_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("antiphon.example.toml");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, config::example()).unwrap();
    }
    let written = Written::from_file(&path).unwrap();
    assert_eq!(Config::resolve(&written).unwrap(), Config::defaults().unwrap());
    for key in keys::ALL {
        assert_ne!(written.origin(*key), config::Origin::Default, "{} is missing", key.name());
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), config::example(), "{REMEDY}");
}

#[test]
fn the_manual_is_what_the_keys_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, config::manual()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), config::manual(), "{REMEDY}");
}

const REMEDY: &str = "run UPDATE_DOCS=1 cargo test -p mediaserver --test config";
