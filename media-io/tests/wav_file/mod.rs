//! A WAVE file under construction, right or wrong in every detail a test needs.

#![allow(dead_code, unreachable_pub)]

pub struct WavFile {
    pub tag: u16,
    pub channels: u16,
    pub rate_hz: u32,
    pub bits: u16,
    pub format_extra: Vec<u8>,
    pub data: Vec<u8>,
    /// What the headers claim instead of the truth.
    pub riff_size: Option<u32>,
    pub data_size: Option<u32>,
    pub before_format: Vec<([u8; 4], Vec<u8>)>,
    pub before_data: Vec<([u8; 4], Vec<u8>)>,
    pub after_data: Vec<([u8; 4], Vec<u8>)>,
    /// Whether odd chunks are padded, as they should be.
    pub pads: bool,
}

impl WavFile {
    pub fn new(tag: u16, channels: u16, rate_hz: u32, bits: u16, data: Vec<u8>) -> Self {
        WavFile {
            tag,
            channels,
            rate_hz,
            bits,
            format_extra: Vec::new(),
            data,
            riff_size: None,
            data_size: None,
            before_format: Vec::new(),
            before_data: Vec::new(),
            after_data: Vec::new(),
            pads: true,
        }
    }

    pub fn pcm16(rate_hz: u32, channels: u16, samples: &[i16]) -> Self {
        let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        WavFile::new(1, channels, rate_hz, 16, data)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut body = b"WAVE".to_vec();
        for (id, chunk) in &self.before_format {
            self.push(&mut body, *id, chunk, None);
        }
        self.push(&mut body, *b"fmt ", &self.format(), None);
        for (id, chunk) in &self.before_data {
            self.push(&mut body, *id, chunk, None);
        }
        self.push(&mut body, *b"data", &self.data, self.data_size);
        for (id, chunk) in &self.after_data {
            self.push(&mut body, *id, chunk, None);
        }
        let size = self.riff_size.unwrap_or(body.len() as u32);
        [b"RIFF", &size.to_le_bytes()[..], &body].concat()
    }

    fn format(&self) -> Vec<u8> {
        let frame_bytes = self.channels.saturating_mul(self.bits.div_ceil(8));
        let mut format = self.tag.to_le_bytes().to_vec();
        format.extend(self.channels.to_le_bytes());
        format.extend(self.rate_hz.to_le_bytes());
        format.extend(self.rate_hz.saturating_mul(u32::from(frame_bytes)).to_le_bytes());
        format.extend(frame_bytes.to_le_bytes());
        format.extend(self.bits.to_le_bytes());
        format.extend(&self.format_extra);
        format
    }

    fn push(&self, file: &mut Vec<u8>, id: [u8; 4], chunk: &[u8], claimed: Option<u32>) {
        file.extend(id);
        file.extend(claimed.unwrap_or(chunk.len() as u32).to_le_bytes());
        file.extend(chunk);
        if self.pads && chunk.len() % 2 == 1 {
            file.push(0);
        }
    }
}
