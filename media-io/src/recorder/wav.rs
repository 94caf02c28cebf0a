//! A WAVE file that is valid at any moment, and becomes an RF64 file where it grows past 4 GiB.
//!
//! ```text
//!  0  'RIFF' size 'WAVE'      'RF64' FFFFFFFF 'WAVE'
//! 12  'JUNK' 28   (zeros)     'ds64' 28   riff size, data size, frames (64 bit each), 0
//! 48  'fmt ' 16   PCM         'fmt ' 16   PCM
//! 72  'data' size             'data' FFFFFFFF
//! 80  samples                 samples
//! ```
//!
//! The place of `ds64` is reserved from the start, as EBU Tech 3306 asks for (section 4). The header
//! is written anew, in one piece, after the samples it counts: whoever reads the file at any time, or
//! after its writer was killed, finds no more announced than there is.

use std::io::{self, Seek, SeekFrom, Write};

/// Bytes before the first sample.
const HEADER_LEN: usize = 80;

/// Body of the chunk that holds the 64 bit sizes.
const DS64_LEN: u32 = 28;

/// Sizes that a RIFF file can have; from here on it is RF64.
const RIFF_SIZE_MAX: u64 = u32::MAX as u64 - 1;

/// Bytes of the file that its RIFF size does not count.
const BEFORE_RIFF_SIZE: u64 = 8;

/// Samples that wait to be written at most, in bytes.
const BUFFER_BYTES: usize = 64 << 10;

/// A WAVE file of 16 bit PCM that is being written.
#[derive(Debug)]
pub struct WavFile<T> {
    target: T,
    rate_hz: u32,
    channels: u16,
    buffer: Vec<u8>,
    /// Bytes of samples that are in the file.
    written: u64,
    /// What the header in the file says of them.
    announced: u64,
}

impl<T: Write + Seek> WavFile<T> {
    /// Begins a file and writes its header.
    ///
    /// # Errors
    /// When `target` cannot be written.
    pub fn create(target: T, rate_hz: u32, channels: u16) -> io::Result<Self> {
        let buffer = Vec::with_capacity(BUFFER_BYTES);
        let mut file = WavFile { target, rate_hz, channels, buffer, written: 0, announced: 0 };
        file.write_header()?;
        Ok(file)
    }

    /// Appends interleaved samples.
    ///
    /// # Errors
    /// When the file cannot be written. Its header then counts what is in it.
    pub fn write(&mut self, interleaved: &[i16]) -> io::Result<()> {
        for sample in interleaved {
            if self.buffer.len() >= BUFFER_BYTES {
                self.commit()?;
            }
            self.buffer.extend_from_slice(&sample.to_le_bytes());
        }
        Ok(())
    }

    /// Writes the samples that wait, then the header.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn commit(&mut self) -> io::Result<()> {
        let outcome = self.write_samples();
        // What a full disk still took is counted, too: the header needs no room of its own.
        let header = if self.written == self.announced { Ok(()) } else { self.write_header() };
        outcome.and(header)
    }

    /// What the file is written to.
    #[must_use]
    pub fn target(&self) -> &T {
        &self.target
    }

    /// Samples of each channel that are in the file.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.written / u64::from(self.frame_bytes())
    }

    /// Bytes of the file, those that wait included.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        HEADER_LEN as u64 + self.written + self.buffer.len() as u64
    }

    fn write_samples(&mut self) -> io::Result<()> {
        let mut done = 0;
        let outcome = loop {
            let rest = self.buffer.get(done..).unwrap_or_default();
            if rest.is_empty() {
                break Ok(());
            }
            match self.target.write(rest) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.buffer.drain(..done);
        self.written += done as u64;
        outcome.and_then(|()| self.target.flush())
    }

    /// Leaves the target at its end.
    fn write_header(&mut self) -> io::Result<()> {
        self.target.seek(SeekFrom::Start(0))?;
        // Half a frame, where a full disk has cut one, is not announced.
        let whole = self.written - self.written % u64::from(self.frame_bytes());
        self.target.write_all(&self.header(whole))?;
        self.target.seek(SeekFrom::Start(HEADER_LEN as u64 + self.written))?;
        self.target.flush()?;
        self.announced = self.written;
        Ok(())
    }

    fn frame_bytes(&self) -> u16 {
        self.channels * 2
    }

    fn header(&self, data: u64) -> [u8; HEADER_LEN] {
        let riff = HEADER_LEN as u64 - BEFORE_RIFF_SIZE + data;
        let is_long = riff > RIFF_SIZE_MAX;
        let short = |size: u64| if is_long { u32::MAX } else { size as u32 };
        let frame_bytes = self.frame_bytes();
        let mut header = Header::default();
        header.put(if is_long { b"RF64" } else { b"RIFF" });
        header.put(&short(riff).to_le_bytes());
        header.put(b"WAVE");
        header.put(if is_long { b"ds64" } else { b"JUNK" });
        header.put(&DS64_LEN.to_le_bytes());
        for size in [riff, data, data / u64::from(frame_bytes)] {
            header.put(&(if is_long { size } else { 0 }).to_le_bytes());
        }
        // No table of further sizes.
        header.put(&0u32.to_le_bytes());
        header.put(b"fmt ");
        header.put(&16u32.to_le_bytes());
        header.put(&1u16.to_le_bytes());
        header.put(&self.channels.to_le_bytes());
        header.put(&self.rate_hz.to_le_bytes());
        header.put(&(self.rate_hz * u32::from(frame_bytes)).to_le_bytes());
        header.put(&frame_bytes.to_le_bytes());
        header.put(&16u16.to_le_bytes());
        header.put(b"data");
        header.put(&short(data).to_le_bytes());
        header.bytes
    }
}

/// A header as far as it is written.
struct Header {
    bytes: [u8; HEADER_LEN],
    at: usize,
}

impl Default for Header {
    fn default() -> Self {
        Header { bytes: [0; HEADER_LEN], at: 0 }
    }
}

impl Header {
    fn put(&mut self, field: &[u8]) {
        let end = self.at + field.len();
        if let Some(room) = self.bytes.get_mut(self.at..end) {
            room.copy_from_slice(field);
        }
        self.at = end;
    }
}
