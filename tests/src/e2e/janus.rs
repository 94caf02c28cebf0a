//! Janus, a WebRTC server whose AudioBridge mixes as a conference server does and takes callers by
//! plain RTP as well: driven over HTTP, as its own clients drive it.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::caller::{Heard, Voice, listen, media_sockets, speak};
use super::tools::{Process, Scratch};
use super::wait_until;

/// How long it may take to start, or to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Its room.
const ROOM: u32 = 77;

/// A running Janus that has one room of 8 kHz.
#[derive(Debug)]
pub struct Janus {
    http: SocketAddr,
    _process: Process,
    _folder: Scratch,
}

/// A participant by plain RTP in PCMU, who speaks and listens until it is dropped.
#[derive(Debug)]
pub struct Participant {
    heard: Arc<Mutex<Vec<Heard>>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Janus {
    /// Starts it.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn start() -> Janus {
        let http = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let folder = Scratch::new("janus");
        let _ = folder.file("janus.jcfg", "general: { session_timeout = 0 }\n");
        let transport = format!(
            "general: {{ http = true\n port = {}\n ip = \"127.0.0.1\"\n https = false }}\n",
            http.port()
        );
        let _ = folder.file("janus.transport.http.jcfg", transport);
        let room = format!(
            "general: {{ local_ip = \"127.0.0.1\" }}\nroom-{ROOM}: {{ sampling_rate = 8000\n \
             allow_rtp_participants = true\n audiolevel_ext = false }}\n"
        );
        let _ = folder.file("janus.plugin.audiobridge.jcfg", room);
        let process = Process::start(
            Command::new("janus")
                .arg("--configs-folder")
                .arg(folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let janus = Janus { http, _process: process, _folder: folder };
        wait_until("Janus answers", PATIENCE, || {
            janus.ask("GET", "/janus/info", "").is_some_and(|answer| answer.contains("audiobridge"))
        });
        janus
    }

    /// Brings a participant into the room.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn join(&self, voice: impl Voice) -> Participant {
        let (media, _rtcp) = media_sockets();
        let session = self.id_of("/janus", r#"{"janus":"create","transaction":"a"}"#);
        let attach = r#"{"janus":"attach","plugin":"janus.plugin.audiobridge","transaction":"b"}"#;
        let handle = self.id_of(&format!("/janus/{session}"), attach);
        let port = media.local_addr().unwrap().port();
        let join = format!(
            r#"{{"janus":"message","transaction":"c","body":{{"request":"join","room":{ROOM},
            "codec":"pcmu","rtp":{{"ip":"127.0.0.1","port":{port},"payload_type":0}}}}}}"#
        );
        self.ask("POST", &format!("/janus/{session}/{handle}"), &join).expect("Janus answers");
        let remote = self.media_of(session);
        let (heard, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let threads = vec![
            speak(media.try_clone().unwrap(), remote, voice, Arc::clone(&stop)),
            listen(media, Arc::clone(&heard), Arc::clone(&stop)),
        ];
        Participant { heard, stop, threads }
    }

    /// Where it wants the media of a participant: said in the event of the join.
    fn media_of(&self, session: u64) -> SocketAddr {
        let mut event = String::new();
        wait_until("Janus tells of the join", PATIENCE, || {
            event = self.ask("GET", &format!("/janus/{session}?maxev=1"), "").unwrap_or_default();
            event.contains("\"joined\"")
        });
        let (_, rtp) = event.split_once("\"rtp\"").expect("an address for media");
        let port = number(rtp, "\"port\"").expect("a port");
        SocketAddr::from(([127, 0, 0, 1], port as u16))
    }

    fn id_of(&self, path: &str, request: &str) -> u64 {
        let answer = self.ask("POST", path, request).expect("Janus answers");
        let (_, data) = answer.split_once("\"data\"").unwrap_or_else(|| panic!("{answer}"));
        number(data, "\"id\"").expect("an id")
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.http).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: janus\r\n");
        write!(request, "Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
            .ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}

impl Participant {
    /// Everything heard from now on for as long as `time`.
    ///
    /// # Panics
    /// When the thread that listens has panicked.
    #[must_use]
    pub fn listen_for(&self, time: Duration) -> Vec<Heard> {
        self.heard.lock().unwrap().clear();
        std::thread::sleep(time);
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// The number after a name.
fn number(text: &str, name: &str) -> Option<u64> {
    let (_, rest) = text.split_once(name)?;
    let digits = rest.trim_start_matches([':', ' ']);
    let end = digits.find(|character: char| !character.is_ascii_digit())?;
    digits[..end].parse().ok()
}
