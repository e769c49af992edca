#![no_main]

#[path = "../bodies/ins_json.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::ins_json(data));
