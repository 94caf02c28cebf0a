//! Whatever claims to be RTCP is read to its end or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use media_io::rtcp::items;

fuzz_target!(|datagram: &[u8]| {
    let mut count = 0;
    let valid = items(datagram, |_| count += 1);
    assert!(valid || count == 0);
});
