//! Opus in Ogg (RFC 7845), page by page.
//!
//! A page holds half a second and is written when it is full: a process that is killed leaves a file
//! that plays to its last whole page. The granule position of a page is the number of samples up to
//! its end, those to be skipped included (section 4); the last page's is less than its packets hold,
//! which cuts off what was only added to fill them (section 4.4).

use std::fmt;
use std::io::{self, Seek, Write};

use ogg::{PacketWriteEndInfo, PacketWriter};
use opus_rs::{Application, OpusEncoder};

use crate::codec::celt::{COMPLEXITY, Hush, TOC, TOC_STEREO, silence};

/// Samples of a packet in each channel: 20 ms.
const PACKET_SAMPLES: usize = 960;

/// By how much the encoder is late (section 4.2): the look-ahead of CELT at 48 kHz. So much is to be
/// skipped at the beginning.
const PRE_SKIP: u16 = 120;

/// Packets of a page, half a second.
const PAGE_PACKETS: usize = 25;

/// Bytes of the longest packet.
const PACKET_BYTES_MAX: usize = 640;

/// Bits a second for one channel and for two.
const BITRATES_BPS: [i32; 2] = [48_000, 80_000];

/// What the file says made it.
const VENDOR: &[u8] = concat!("antiphon ", env!("CARGO_PKG_VERSION")).as_bytes();

/// An Ogg file of Opus that is being written.
pub struct OpusFile<T: Write + Seek> {
    ogg: PacketWriter<'static, Counted<T>>,
    serial: u32,
    encoder: OpusEncoder,
    channels: usize,
    /// Interleaved samples that make no whole packet yet.
    waiting: Vec<i16>,
    /// The last packet, which waits for another one or for the end.
    last: Option<Vec<u8>>,
    /// Bytes of packets that wait for their page.
    paged_bytes: u64,
    page_packets: usize,
    /// Packets made so far.
    packets: u64,
    /// Samples taken so far, of each channel.
    taken: u64,
    /// Samples in whole pages, of each channel.
    samples: u64,
    hush: Hush,
}

impl<T: Write + Seek> fmt::Debug for OpusFile<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpusFile").field("taken", &self.taken).finish_non_exhaustive()
    }
}

impl<T: Write + Seek> OpusFile<T> {
    /// Begins a file of 1 or 2 channels and writes its two headers.
    ///
    /// # Errors
    /// When `target` cannot be written, or Opus has no such number of channels.
    pub fn create(target: T, channels: u16, serial: u32) -> io::Result<Self> {
        let channels = usize::from(channels);
        let encoder = OpusEncoder::new(48_000, channels, Application::RestrictedLowDelay);
        let mut encoder = encoder.map_err(io::Error::other)?;
        encoder.bitrate_bps = BITRATES_BPS[channels.min(2) - 1];
        encoder.complexity = COMPLEXITY;
        let mut ogg = PacketWriter::new(Counted { target, bytes: 0 });
        for header in [head(channels as u8), tags()] {
            ogg.write_packet(header, serial, PacketWriteEndInfo::EndPage, 0)?;
        }
        Ok(OpusFile {
            ogg,
            serial,
            encoder,
            channels,
            waiting: Vec::with_capacity(channels * PACKET_SAMPLES),
            last: None,
            paged_bytes: 0,
            page_packets: 0,
            packets: 0,
            taken: 0,
            samples: 0,
            hush: Hush::default(),
        })
    }

    /// Appends interleaved samples at 48 kHz.
    ///
    /// # Errors
    /// When a page cannot be written.
    pub fn write(&mut self, interleaved: &[i16]) -> io::Result<()> {
        self.taken += (interleaved.len() / self.channels) as u64;
        self.take(interleaved)
    }

    /// Sees to it that the pages written so far are handed over.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn commit(&mut self) -> io::Result<()> {
        self.ogg.inner_mut().flush()
    }

    /// Writes what waits, and says that the stream ends. Nothing can be written after that.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(&mut self) -> io::Result<()> {
        // As much again as the encoder is late, then to the end of a packet.
        let granules = self.taken + u64::from(PRE_SKIP);
        while self.packets * (PACKET_SAMPLES as u64) < granules {
            let missing = self.channels * PACKET_SAMPLES - self.waiting.len();
            self.take(&[0; 2 * PACKET_SAMPLES][..missing])?;
        }
        if let Some(last) = self.last.take() {
            let end = PacketWriteEndInfo::EndStream;
            self.ogg.write_packet(last, self.serial, end, granules)?;
            (self.paged_bytes, self.samples) = (0, self.taken);
        }
        self.commit()
    }

    /// Samples of each channel that are in whole pages of the file.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Bytes of the file, about those that wait included.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.ogg.inner().bytes + self.paged_bytes
    }

    fn take(&mut self, interleaved: &[i16]) -> io::Result<()> {
        let mut rest = interleaved;
        while !rest.is_empty() {
            let missing = self.channels * PACKET_SAMPLES - self.waiting.len();
            let (now, later) = rest.split_at(missing.min(rest.len()));
            self.waiting.extend_from_slice(now);
            rest = later;
            if now.len() == missing {
                self.make_packet()?;
            }
        }
        Ok(())
    }

    fn make_packet(&mut self) -> io::Result<()> {
        let packet = self.encode();
        self.waiting.clear();
        if let Some(before) = self.last.replace(packet) {
            self.page(before)?;
        }
        self.packets += 1;
        Ok(())
    }

    /// The packet before the last, which ends where the last begins.
    fn page(&mut self, packet: Vec<u8>) -> io::Result<()> {
        self.page_packets += 1;
        self.paged_bytes += packet.len() as u64;
        let is_full = self.page_packets == PAGE_PACKETS;
        let end =
            if is_full { PacketWriteEndInfo::EndPage } else { PacketWriteEndInfo::NormalPacket };
        let granules = self.packets * PACKET_SAMPLES as u64;
        self.ogg.write_packet(packet, self.serial, end, granules)?;
        if is_full {
            (self.page_packets, self.paged_bytes) = (0, 0);
            self.samples = granules.saturating_sub(u64::from(PRE_SKIP));
        }
        Ok(())
    }

    fn encode(&mut self) -> Vec<u8> {
        if self.hush.falls(&self.waiting) {
            return self.silence();
        }
        let mut packet = vec![0; PACKET_BYTES_MAX];
        match self.encoder.encode_i16(&self.waiting, PACKET_SAMPLES, &mut packet) {
            Ok(count) => {
                packet.truncate(count);
                packet
            }
            // It encodes every frame of this length; were it not to, silence keeps the time.
            Err(_) => self.silence(),
        }
    }

    fn silence(&self) -> Vec<u8> {
        let stereo = if self.channels == 2 { TOC_STEREO } else { 0 };
        silence(TOC | stereo).to_vec()
    }
}

/// The identification header (section 5.1).
fn head(channels: u8) -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    head.extend([1, channels]);
    head.extend(PRE_SKIP.to_le_bytes());
    head.extend(48_000u32.to_le_bytes());
    // No gain, and the channel mapping of one stream.
    head.extend([0, 0, 0]);
    head
}

/// The comment header (section 5.2), without comments.
fn tags() -> Vec<u8> {
    let mut tags = b"OpusTags".to_vec();
    tags.extend((VENDOR.len() as u32).to_le_bytes());
    tags.extend(VENDOR);
    tags.extend(0u32.to_le_bytes());
    tags
}

/// Counts what is written.
struct Counted<T> {
    target: T,
    bytes: u64,
}

impl<T: Write> Write for Counted<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.target.write(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}
