//! The recorder of the simulated server: files in memory, written once a tick.

use std::collections::BTreeMap;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use media_io::recorder::{Ending, Recording};
use mediaserver::control::{Event, NewFile, NewRecording, RecordingKey, RecordingOrder};

/// The recorder, and the disk it writes to.
#[derive(Debug, Default)]
pub struct Recorders {
    running: BTreeMap<RecordingKey, Running>,
    files: BTreeMap<String, Arc<Mutex<Vec<u8>>>>,
    /// What the disk says to every new file, if it takes none.
    pub refusal: Option<String>,
    /// Bytes that a file can have before the disk is full.
    pub room: Option<usize>,
}

#[derive(Debug)]
struct Running {
    recording: Recording<Disk>,
    is_single: bool,
}

impl Recorders {
    /// The bytes of a file.
    ///
    /// # Panics
    /// When there is none of this name.
    #[must_use]
    pub fn file(&self, name: &str) -> Vec<u8> {
        let file = self.files.get(name).unwrap_or_else(|| panic!("no file {name}"));
        file.lock().expect("nobody panics while it writes").clone()
    }

    pub(super) fn begin(&mut self, key: RecordingKey, new: NewRecording) -> Event {
        let NewRecording { coding, limits, started, file } = new;
        let is_single = file.is_some();
        let mut running = Running { recording: Recording::new(coding, limits, started), is_single };
        let result = file.map_or(Ok(()), |file| self.add(&mut running, file));
        if result.is_ok() {
            self.running.insert(key, running);
        }
        Event::RecordingOpened { key, result }
    }

    pub(super) fn tell(&mut self, key: RecordingKey, order: RecordingOrder) -> Option<Event> {
        let mut running = self.running.remove(&key)?;
        match order {
            RecordingOrder::Add(file) => {
                let name = file.name.clone();
                if let Err(reason) = self.add(&mut running, file) {
                    let ending = Ending::Failed { file: name, reason };
                    return Some(ended(key, running, ending));
                }
            }
            RecordingOrder::Pause(at) => assert!(running.recording.pause(at)),
            RecordingOrder::Resume(at) => running.recording.resume(at),
            RecordingOrder::Stop => return Some(ended(key, running, Ending::Stopped)),
        }
        self.running.insert(key, running);
        None
    }

    /// Writes what was heard.
    pub(super) fn advance(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for (key, mut running) in std::mem::take(&mut self.running) {
            match running.recording.advance() {
                Err(ending) => events.push(ended(key, running, ending)),
                Ok(_) if running.is_single && running.recording.is_over() => {
                    events.push(ended(key, running, Ending::Stopped));
                }
                Ok(_) => drop(self.running.insert(key, running)),
            }
        }
        events
    }

    fn add(&mut self, running: &mut Running, file: NewFile) -> Result<(), String> {
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone());
        }
        let NewFile { name, feeds, mixed } = file;
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        self.files.insert(name.clone(), Arc::clone(&bytes));
        let disk = Disk { bytes, at: 0, room: self.room };
        let recording = &mut running.recording;
        let added = match mixed {
            true => recording.add_mixed(name, disk, feeds, 1),
            false => recording.add(name, disk, feeds, 1),
        };
        added.map_err(|error| error.to_string())
    }
}

fn ended(key: RecordingKey, running: Running, ending: Ending) -> Event {
    Event::RecordingEnded { key, report: running.recording.stop(ending) }
}

#[derive(Debug)]
struct Disk {
    bytes: Arc<Mutex<Vec<u8>>>,
    at: usize,
    room: Option<usize>,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.room.map_or(usize::MAX, |room| room.saturating_sub(self.at));
        let count = bytes.len().min(left);
        if count == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut file = self.bytes.lock().expect("nobody panics while it writes");
        let end = self.at + count;
        if file.len() < end {
            file.resize(end, 0);
        }
        file[self.at..end].copy_from_slice(&bytes[..count]);
        self.at = end;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(at) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        self.at = at as usize;
        Ok(at)
    }
}
