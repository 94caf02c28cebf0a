//! baresip, a softphone (Debian's `baresip-core`), without a sound card: it speaks from a WAV file,
//! and its `sndfile` filter writes what it hears to another. But for that it is as fresh as after its
//! installation.

use std::fs;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use mediaserver::demo::softphone_line;

use super::server::Server;
use super::tools::{Process, Scratch};
use super::voices::{read_wav, write_wav};

/// How long the voice lasts; the calls are shorter.
const VOICE_SECONDS: usize = 60;

/// A phone in a call.
#[derive(Debug)]
pub struct Phone {
    process: Process,
    scratch: Scratch,
}

impl Phone {
    /// A phone that calls the server at once and speaks with a tone of `hz`.
    #[must_use]
    pub fn call(server: &Server, name: &str, hz: f64) -> Phone {
        Phone::call_with(server, name, hz, "")
    }

    /// A phone that protects its media: `srtp-mand` offers RTP/SAVP, `srtp` keys beneath RTP/AVP.
    #[must_use]
    pub fn call_with_keys(server: &Server, name: &str, hz: f64, encryption: &str) -> Phone {
        Phone::call_with(server, name, hz, &format!(";mediaenc={encryption}"))
    }

    /// `parameters` are those of its account. It calls over the family of the server's address.
    fn call_with(server: &Server, name: &str, hz: f64, parameters: &str) -> Phone {
        let scratch = Scratch::new(name);
        let voice = scratch.path().join("voice.wav");
        write_wav(&voice, hz, VOICE_SECONDS);
        let address = free_address(server.sip.ip());
        let listen = format!("sip_listen {address}\n");
        let _ = scratch.file("config", listen + &config(&scratch));
        let _ = scratch.file(
            "accounts",
            format!("<sip:{name}@{address}>;regint=0;audio_codecs=PCMU/8000/1{parameters}\n"),
        );
        let _ = scratch.file("contacts", "");
        let mut command = Command::new("baresip");
        // Bound to loopback by its address: it does not look at the interface of that name.
        command.arg("-f").arg(scratch.path()).args(["-n", &address.ip().to_string()]);
        command.args(["-e", &format!("/dial sip:ms@{}", server.sip)]);
        // Should nobody end it, it ends with its voice.
        command.args(["-t", &VOICE_SECONDS.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Phone { process: Process::start(&mut command), scratch }
    }

    /// A phone without an account, which is given the line that README and demonstration print.
    #[must_use]
    pub fn call_as_told(server: &Server, name: &str, hz: f64) -> Phone {
        let scratch = Scratch::new(name);
        write_wav(&scratch.path().join("voice.wav"), hz, VOICE_SECONDS);
        let _ = scratch.file("config", config(&scratch));
        let line = softphone_line(server.sip);
        let options = line.strip_prefix("baresip ").expect("a line for baresip");
        let folder = scratch.path().display();
        let line = format!("exec baresip -f {folder} -t {VOICE_SECONDS} {options}");
        let mut command = Command::new("sh");
        command.args(["-c", &line]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Phone { process: Process::start(&mut command), scratch }
    }

    /// Begins to hang up.
    pub fn hang_up(&self) {
        self.process.terminate();
    }

    /// What it heard from the beginning of the call until it hung up.
    ///
    /// # Panics
    /// When it did not hang up, or there is not exactly one recording.
    #[must_use]
    pub fn recording(mut self) -> Vec<i16> {
        let _ = self.process.wait(Duration::from_secs(10));
        let files = fs::read_dir(self.scratch.path()).unwrap().filter_map(Result::ok);
        let heard: Vec<PathBuf> = files
            .map(|file| file.path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        assert_eq!(heard.len(), 1, "{heard:?}");
        read_wav(&heard[0])
    }
}

fn config(scratch: &Scratch) -> String {
    let folder = scratch.path().display();
    format!(
        "poll_method epoll\n\
         audio_source aufile,{folder}/voice.wav\n\
         audio_player aufile,{folder}/unused.wav\n\
         audio_alert aufile,{folder}/unused.wav\n\
         ausrc_srate 8000\n\
         auplay_srate 8000\n\
         ausrc_channels 1\n\
         auplay_channels 1\n\
         jitter_buffer_delay 2-5\n\
         module_path {MODULES}\n\
         module g711.so\n\
         module aufile.so\n\
         module sndfile.so\n\
         module srtp.so\n\
         module_tmp account.so\n\
         module_app menu.so\n\
         snd_path {folder}\n"
    )
}

/// Where Debian puts baresip's modules.
const MODULES: &str = "/usr/lib/baresip/modules";

fn free_address(ip: IpAddr) -> SocketAddr {
    UdpSocket::bind((ip, 0)).unwrap().local_addr().unwrap()
}
