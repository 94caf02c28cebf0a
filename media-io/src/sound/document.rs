//! A document in memory, shared by all who play it.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use symphonia::core::io::MediaSource;

/// Bytes of the header of an ID3v2 tag.
const ID3_HEADER_LEN: usize = 10;

/// The bytes of a file, whoever holds them. Cheap to clone.
#[derive(Clone)]
pub struct Document(Arc<dyn AsRef<[u8]> + Send + Sync>);

impl Document {
    /// A document of these bytes.
    pub fn new(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Document {
        Document(Arc::new(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        (*self.0).as_ref()
    }

    /// Reads it from behind an ID3v2 tag.
    pub(super) fn reader(&self) -> Reader {
        let base = self.bytes().len() - after_id3(self.bytes()).len();
        Reader { document: self.clone(), base: base as u64, at: 0 }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.bytes().len())
    }
}

/// What follows an ID3v2 tag at the beginning: pictures and names, which may be large and are of no
/// use here. Its length has 7 bits in each byte (ID3v2.4, 3.1).
pub(super) fn after_id3(document: &[u8]) -> &[u8] {
    let Some(header) = document.first_chunk::<ID3_HEADER_LEN>() else { return document };
    let [b'I', b'D', b'3', _, _, flags, size @ ..] = header else { return document };
    if size.iter().any(|byte| byte & 0x80 != 0) {
        return document;
    }
    let body = size.iter().fold(0, |size, byte| size << 7 | usize::from(*byte));
    let footer = if flags & 0x10 == 0 { 0 } else { ID3_HEADER_LEN };
    document.get(ID3_HEADER_LEN + body + footer..).unwrap_or_default()
}

/// A place in a document.
pub(super) struct Reader {
    document: Document,
    base: u64,
    at: u64,
}

impl Reader {
    fn rest(&self) -> &[u8] {
        let at = usize::try_from(self.base.saturating_add(self.at)).unwrap_or(usize::MAX);
        self.document.bytes().get(at..).unwrap_or_default()
    }

    fn len(&self) -> u64 {
        self.document.bytes().len() as u64 - self.base
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.rest().read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.len().checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Reader {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len())
    }
}
