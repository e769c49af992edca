#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postback_test::fuzz::user_data(data));
