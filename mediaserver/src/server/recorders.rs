//! Writing recordings: a thread for each, which may wait for the disk as long as it takes.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use media_io::recorder::{Ending, Progress, Recording, Report};
use tokio::sync::mpsc;
use tracing::{error, warn};

use super::core::Message;
use crate::control::{Event, NewFile, NewRecording, RecordingKey, RecordingOrder};

/// How often a thread writes what was heard. Its ring has room for 4 s.
const ROUND: Duration = Duration::from_millis(100);

/// How long all files are given to be completed when the server ends. A disk that hangs for longer keeps
/// what it has.
const LAST_ROUND: Duration = Duration::from_secs(5);

/// The threads. All recordings are completed when this is dropped.
pub(super) struct Recorders {
    folder: Option<PathBuf>,
    report: mpsc::Sender<Message>,
    running: BTreeMap<RecordingKey, Recorder>,
}

/// The shell's end of one thread.
struct Recorder {
    orders: Sender<RecordingOrder>,
    /// Ends when the thread does.
    done: Receiver<()>,
}

impl Recorders {
    pub(super) fn new(folder: Option<PathBuf>, report: mpsc::Sender<Message>) -> Recorders {
        Recorders { folder, report, running: BTreeMap::new() }
    }

    /// Begins a recording; [`Event::RecordingOpened`] follows, then [`Event::RecordingEnded`].
    pub(super) fn begin(&mut self, key: RecordingKey, recording: NewRecording) {
        self.running.retain(|_, recorder| recorder.is_running());
        let folder = self.folder.clone().unwrap_or_default();
        let ((orders, told), (running, done)) = (channel(), channel::<()>());
        let report = Reporter { key, report: self.report.clone() };
        let refused = Reporter { key, report: self.report.clone() };
        let thread = Builder::new().name("recorder".to_owned()).spawn(move || {
            record(&folder, recording, &told, &report);
            drop(running);
        });
        match thread {
            Ok(_) => drop(self.running.insert(key, Recorder { orders, done })),
            // The core task is waiting for nothing, so the inbox has room; if not, it is not told.
            Err(error) => refused.try_opened(Err(error.to_string())),
        }
    }

    pub(super) fn tell(&mut self, key: RecordingKey, order: RecordingOrder) {
        if let Some(recorder) = self.running.get(&key) {
            // One that has ended says so itself.
            let _ = recorder.orders.send(order);
        }
    }
}

impl Recorder {
    fn is_running(&self) -> bool {
        !matches!(self.done.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected))
    }
}

impl Drop for Recorders {
    fn drop(&mut self) {
        let running = std::mem::take(&mut self.running);
        for recorder in running.values() {
            let _ = recorder.orders.send(RecordingOrder::Stop);
        }
        let deadline = Instant::now() + LAST_ROUND;
        for (RecordingKey(recording), recorder) in running {
            let left = deadline.saturating_duration_since(Instant::now());
            if recorder.done.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                error!(recording, "a recording is not completed: the disk does not answer");
            }
        }
    }
}

/// Tells the core task what became of a recording.
struct Reporter {
    key: RecordingKey,
    report: mpsc::Sender<Message>,
}

impl Reporter {
    fn opened(&self, result: Result<(), String>) {
        self.send(Event::RecordingOpened { key: self.key, result });
    }

    fn try_opened(&self, result: Result<(), String>) {
        let event = Event::RecordingOpened { key: self.key, result };
        let _ = self.report.try_send(Message::Event(Box::new(event)));
    }

    fn ended(&self, report: Report) {
        self.send(Event::RecordingEnded { key: self.key, report });
    }

    fn send(&self, event: Event) {
        // The core task is gone only when the server ends.
        let _ = self.report.blocking_send(Message::Event(Box::new(event)));
    }
}

/// The life of one thread.
fn record(
    folder: &Path,
    new: NewRecording,
    orders: &Receiver<RecordingOrder>,
    reporter: &Reporter,
) {
    let NewRecording { coding, limits, started, file } = new;
    let mut recording = Recording::new(coding, limits, started);
    // One file is all there is to it, unless each speaker is to have one.
    let is_single = file.is_some();
    if let Some(file) = file {
        let name = file.name.clone();
        if let Err(error) = add(&mut recording, folder, file) {
            return reporter.opened(Err(format!("{name}: {error}")));
        }
    }
    reporter.opened(Ok(()));
    let ending = run(&mut recording, folder, is_single, orders);
    reporter.ended(recording.stop(ending));
}

fn run(
    recording: &mut Recording<File>,
    folder: &Path,
    is_single: bool,
    orders: &Receiver<RecordingOrder>,
) -> Ending {
    let mut wait = ROUND;
    loop {
        match orders.recv_timeout(wait) {
            Ok(RecordingOrder::Add(file)) => {
                let name = file.name.clone();
                if let Err(error) = add(recording, folder, file) {
                    return Ending::Failed { file: name, reason: error.to_string() };
                }
            }
            Ok(RecordingOrder::Pause(at)) => {
                if !recording.pause(at) {
                    warn!("a recording was paused too often");
                }
            }
            Ok(RecordingOrder::Resume(at)) => recording.resume(at),
            Ok(RecordingOrder::Stop) | Err(RecvTimeoutError::Disconnected) => {
                return Ending::Stopped;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        wait = match recording.advance() {
            Ok(Progress::Behind) => Duration::ZERO,
            Ok(Progress::Done) => ROUND,
            Err(ending) => return ending,
        };
        if is_single && recording.is_over() {
            return Ending::Stopped;
        }
    }
}

/// Never in the place of a file that is there already.
fn add(recording: &mut Recording<File>, folder: &Path, file: NewFile) -> io::Result<()> {
    let NewFile { name, feeds, mixed } = file;
    let target = OpenOptions::new().write(true).create_new(true).open(folder.join(&name))?;
    let serial = rand::random();
    match mixed {
        true => recording.add_mixed(name, target, feeds, serial),
        false => recording.add(name, target, feeds, serial),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use media_io::recorder::{Coding, Limits, tap};
    use media_io::wav;
    use mixer::port::{Audio, Heard, Rate};
    use mixer::time::{TICK, Time};

    use super::*;

    const KEY: RecordingKey = RecordingKey(1);

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("antiphon-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn new_file(name: &str) -> (media_io::recorder::Tap, NewFile) {
        let (tap, feed) = tap(Rate::Narrow);
        (tap, NewFile { name: name.to_owned(), feeds: vec![feed], mixed: false })
    }

    fn new(file: Option<NewFile>) -> NewRecording {
        let coding = Coding::Wav(Rate::Narrow);
        NewRecording { coding, limits: Limits::default(), started: Time(0), file }
    }

    async fn next(messages: &mut mpsc::Receiver<Message>) -> Event {
        match messages.recv().await {
            Some(Message::Event(event)) => *event,
            _ => panic!("no event"),
        }
    }

    /// Real files, a real thread, real time: stopped when the server asks, and completed when the tap
    /// or the server goes.
    #[tokio::test]
    async fn what_was_heard_is_on_the_disk_however_it_ends() {
        let folder = folder("recorders");
        let (report, mut messages) = mpsc::channel(8);
        let mut recorders = Recorders::new(Some(folder.clone()), report.clone());
        for (name, end) in [("stopped.wav", 0), ("left.wav", 1), ("dropped.wav", 2)] {
            let (mut tap, file) = new_file(name);
            recorders.begin(KEY, new(Some(file)));
            let opened = next(&mut messages).await;
            assert!(matches!(opened, Event::RecordingOpened { result: Ok(()), .. }), "{opened:?}");
            for tick in 0..5 {
                let frame = [tick as i16 + 1; 160];
                let audio = Audio { frame: &frame, payload: &[], encoding: None };
                tap.take(Time(0) + TICK * tick, Heard::Audio(audio));
            }
            match end {
                0 => recorders.tell(KEY, RecordingOrder::Stop),
                1 => drop(tap),
                _ => {
                    recorders = {
                        drop(recorders);
                        Recorders::new(Some(folder.clone()), report.clone())
                    }
                }
            }
            let ended = next(&mut messages).await;
            let Event::RecordingEnded { report, .. } = ended else { panic!("{ended:?}") };
            assert_eq!(report.ending, Ending::Stopped);
            assert_eq!(report.files[0].duration, TICK * 5);
            let bytes = std::fs::read(folder.join(name)).unwrap();
            let clip = wav::decode(&bytes, 8_000, &wav::Limits::default()).unwrap();
            let ticks: Vec<i16> = clip.samples.chunks(160).map(|tick| tick[0]).collect();
            assert_eq!(ticks, [1, 2, 3, 4, 5], "{name}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn no_file_is_written_over() {
        let folder = folder("over");
        std::fs::write(folder.join("a.wav"), b"precious").unwrap();
        let (report, mut messages) = mpsc::channel(8);
        let mut recorders = Recorders::new(Some(folder.clone()), report);
        let (_tap, file) = new_file("a.wav");
        recorders.begin(KEY, new(Some(file)));
        let opened = next(&mut messages).await;
        let Event::RecordingOpened { result: Err(reason), .. } = opened else {
            panic!("{opened:?}");
        };
        assert!(reason.starts_with("a.wav: "), "{reason}");
        // A file for one more speaker that cannot be had ends the recording.
        recorders.begin(KEY, new(None));
        let opened = next(&mut messages).await;
        assert!(matches!(opened, Event::RecordingOpened { result: Ok(()), .. }), "{opened:?}");
        let (_tap, file) = new_file("a.wav");
        recorders.tell(KEY, RecordingOrder::Add(file));
        let ended = next(&mut messages).await;
        let Event::RecordingEnded { report, .. } = ended else { panic!("{ended:?}") };
        assert!(matches!(report.ending, Ending::Failed { .. }), "{report:?}");
        assert_eq!(std::fs::read(folder.join("a.wav")).unwrap(), b"precious");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
