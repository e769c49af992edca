//! Does what ClickBank does before it posts a notification, for tests and tools.
//! [`KeyRing::open`](crate::KeyRing) is the reverse.

use super::key_ring::aes_key;
use super::posted::BLOCK;
use crate::value::Secret;
use ::base64::{Engine as _, engine::general_purpose::STANDARD};
use aes::{Aes256, Block, cipher::KeyIvInit};
use alloc::{format, string::String, vec::Vec};
use cbc::{Encryptor, cipher::BlockModeEncrypt};

/// Returns the body that ClickBank posts for a notification of version 6.0 to 8.0: a JSON object
/// with the encrypted plaintext and the initialisation vector, both in base64. The encryption is
/// AES-256-CBC, with the key that is derived from the account's secret.
///
/// The caller chooses the vector; [`iv`] makes one that looks like ClickBank's. The same vector,
/// secret and plaintext give the same bytes.
///
/// ```
/// use postback::testing::{iv, seal};
/// use postback::{Envelope, KeyRing, Secret};
///
/// let secret = Secret::from("SECRETSECRET1234");
/// let plaintext = r#"{"transactionTime":"20260401T100000-0700","receipt":"ABCD1234",
///     "transactionType":"SALE","role":"VENDOR","totalAccountAmount":37.50,"version":7.0}"#;
/// let body = seal(&secret, &iv(7), plaintext.as_bytes());
///
/// let notification = KeyRing::new(vec![secret])?.open(&Envelope::parse(body.as_bytes())?)?;
/// assert_eq!(notification.transaction_type_text(), "SALE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn seal(secret: &Secret, iv: &[u8; 16], plaintext: &[u8]) -> String {
    let notification = STANDARD.encode(encrypt(secret, iv, plaintext));
    format!(r#"{{"notification":"{notification}","iv":"{}"}}"#, STANDARD.encode(iv))
}

/// Returns an initialisation vector that looks like ClickBank's: 16 upper-case hex digits, made of
/// 64 bits that the caller draws.
///
/// ```
/// assert_eq!(&postback::testing::iv(0x200B_AF66_26CB_2C12), b"200BAF6626CB2C12");
/// ```
#[must_use]
pub fn iv(random: u64) -> [u8; 16] {
    let mut digits = [0; BLOCK];
    for (place, digit) in digits.iter_mut().rev().enumerate() {
        let nibble = random.unbounded_shr(u32::try_from(place).unwrap_or_default().saturating_mul(4)) & 0x0f;
        let nibble = u32::try_from(nibble).unwrap_or_default();
        *digit = core::char::from_digit(nibble, 16).map_or(b'0', |digit| (digit as u8).to_ascii_uppercase());
    }
    digits
}

/// Returns the ciphertext of the plaintext, which is padded to whole blocks with PKCS#7.
pub(in crate::clickbank) fn encrypt(secret: &Secret, iv: &[u8; BLOCK], plaintext: &[u8]) -> Vec<u8> {
    let length = plaintext.len();
    // The padding is one to sixteen bytes, and each byte is their number.
    let padding = BLOCK.saturating_sub(length.checked_rem(BLOCK).unwrap_or_default());
    let mut buffer = plaintext.to_vec();
    buffer.resize(
        length.saturating_add(padding),
        u8::try_from(padding).unwrap_or_default(),
    );
    let (blocks, _) = Block::slice_as_chunks_mut(&mut buffer);
    Encryptor::<Aes256>::new((&*aes_key(secret)).into(), iv.into()).encrypt_blocks(blocks);
    buffer
}
