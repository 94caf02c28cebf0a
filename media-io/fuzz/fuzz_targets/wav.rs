//! Whatever is in a file, it is played or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use media_io::wav::{Limits, decode};

fuzz_target!(|file: &[u8]| {
    let _ = decode(file, 8_000, &Limits::default());
});
