//! Files in memory, on disks of all kinds.

use std::io::{self, Seek, SeekFrom, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// A file that the test can look into while it is written.
#[derive(Clone, Default)]
pub(crate) struct Store {
    bytes: Arc<Mutex<Vec<u8>>>,
    at: u64,
    /// Bytes it can hold, if it is full at some time.
    room: Option<usize>,
    /// Has one message for each write that may begin.
    gate: Option<Arc<Mutex<Gate>>>,
}

struct Gate {
    reached: Sender<()>,
    open: Receiver<()>,
}

/// The test's side of a gate.
pub(crate) struct Keeper {
    pub(crate) reached: Receiver<()>,
    pub(crate) open: Sender<()>,
}

impl Store {
    /// On a disk with room for so many bytes.
    pub(crate) fn with_room(room: usize) -> Store {
        Store { room: Some(room), ..Store::default() }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    /// From now on each write waits until it is let through, or the keeper is gone.
    pub(crate) fn gated(mut self) -> (Store, Keeper) {
        let ((reached, reaches), (open, opens)) = (channel(), channel());
        self.gate = Some(Arc::new(Mutex::new(Gate { reached, open: opens })));
        (self, Keeper { reached: reaches, open })
    }
}

impl Write for Store {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(gate) = &self.gate {
            let gate = gate.lock().unwrap();
            let _ = gate.reached.send(());
            let _ = gate.open.recv();
        }
        let mut file = self.bytes.lock().unwrap();
        let at = self.at as usize;
        let count = self.room.map_or(bytes.len(), |room| bytes.len().min(room.saturating_sub(at)));
        if count == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let len = file.len().max(at + count);
        file.resize(len, 0);
        file[at..at + count].copy_from_slice(&bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Store {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
            SeekFrom::End(by) => {
                (self.bytes.lock().unwrap().len() as u64).checked_add_signed(by).unwrap()
            }
        };
        Ok(self.at)
    }
}
