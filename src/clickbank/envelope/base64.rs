//! Strict base64: the standard alphabet, with padding, and without unused bits that are set. With
//! `std`, it uses the vector instructions that the processor has.

use alloc::vec::Vec;
use base64::{DecodeError, Engine as _, engine::general_purpose};

#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(in crate::clickbank) fn decode(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    use base64::engine::Simd;
    use std::sync::LazyLock;

    static ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::standard(general_purpose::PAD));
    ENGINE.decode(text)
}

#[cfg(not(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(in crate::clickbank) fn decode(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    general_purpose::STANDARD.decode(text)
}
