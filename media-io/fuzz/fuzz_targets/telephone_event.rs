//! Packets of telephone-event in any order: no more presses than packets, and no panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use media_io::rtp::{Sequence, Timestamp};
use media_io::telephone_event::{Payload, Receiver};

fuzz_target!(|input: &[u8]| {
    let mut receiver = Receiver::default();
    for record in input.chunks_exact(9) {
        let sequence = Sequence(u16::from_be_bytes([record[0], record[1]]));
        let timestamp = Timestamp(u32::from_be_bytes([0, 0, record[2], record[3]]));
        match Payload::parse(&record[5..]) {
            Some(payload) if record[4] & 2 == 0 => {
                let pressed = receiver.receive(sequence, timestamp, record[4] & 1 != 0, payload);
                assert!(pressed.is_none_or(|event| event == payload.event));
            }
            _ => receiver.on_audio(sequence),
        }
    }
});
