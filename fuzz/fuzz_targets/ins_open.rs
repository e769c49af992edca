#![no_main]

#[path = "../bodies/ins_open.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::ins_open(data));
