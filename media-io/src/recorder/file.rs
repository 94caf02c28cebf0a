//! A file of either format.

use std::io::{self, Seek, Write};

use mixer::port::Rate;

use super::{OpusFile, WavFile};

/// What a recording is written to: a file, or whatever stands for one in a test.
pub trait Target: Write + Seek + Send {}

impl<T: Write + Seek + Send> Target for T {}

/// How a recording is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// WAVE, 16 bit PCM at this rate; RF64 where it grows past 4 GiB.
    Wav(Rate),
    /// Opus in Ogg (RFC 7845).
    OggOpus,
}

impl Coding {
    /// The rate that its samples have.
    #[must_use]
    pub fn rate(self) -> Rate {
        match self {
            Coding::Wav(rate) => rate,
            Coding::OggOpus => Rate::Full,
        }
    }
}

/// A sound file that is being written.
#[derive(Debug)]
pub enum SoundFile<T: Target> {
    /// WAVE or RF64.
    Wav(WavFile<T>),
    /// Opus in Ogg.
    Opus(Box<OpusFile<T>>),
}

impl<T: Target> SoundFile<T> {
    /// Begins a file with so many channels, 1 or 2, and writes its header. `serial` names the stream
    /// within an Ogg file.
    ///
    /// # Errors
    /// When `target` cannot be written.
    pub fn create(target: T, coding: Coding, channels: u16, serial: u32) -> io::Result<Self> {
        Ok(match coding {
            Coding::Wav(rate) => SoundFile::Wav(WavFile::create(target, rate.hz(), channels)?),
            Coding::OggOpus => {
                SoundFile::Opus(Box::new(OpusFile::create(target, channels, serial)?))
            }
        })
    }

    /// Appends interleaved samples. They are in the file after the next [`commit`](Self::commit).
    ///
    /// # Errors
    /// When the file cannot be written; it is complete with what was written before.
    pub fn write(&mut self, interleaved: &[i16]) -> io::Result<()> {
        match self {
            SoundFile::Wav(file) => file.write(interleaved),
            SoundFile::Opus(file) => file.write(interleaved),
        }
    }

    /// Writes what waits, so far as the format can have it, and the sizes in the header.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn commit(&mut self) -> io::Result<()> {
        match self {
            SoundFile::Wav(file) => file.commit(),
            SoundFile::Opus(file) => file.commit(),
        }
    }

    /// Writes all that waits, and the end of the file.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(&mut self) -> io::Result<()> {
        match self {
            SoundFile::Wav(file) => file.commit(),
            SoundFile::Opus(file) => file.finish(),
        }
    }

    /// Samples of each channel that are in the file for good, whatever may come; all of them once it
    /// is finished.
    #[must_use]
    pub fn samples(&self) -> u64 {
        match self {
            SoundFile::Wav(file) => file.samples(),
            SoundFile::Opus(file) => file.samples(),
        }
    }

    /// Bytes of the file, header and what waits included.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            SoundFile::Wav(file) => file.bytes(),
            SoundFile::Opus(file) => file.bytes(),
        }
    }
}
