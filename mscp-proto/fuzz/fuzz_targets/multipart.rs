#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mscp_proto::fuzz::multipart(data));
