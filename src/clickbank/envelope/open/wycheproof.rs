//! The known answers of Project Wycheproof, tested with the same decryption and the same padding as
//! a notification.

use super::{Envelope, decrypt, unpad};
use aes::{Aes256Dec, cipher::KeyInit};
use alloc::{format, string::String, vec::Vec};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

const VECTORS: &str = include_str!("../../../../tests/vectors/wycheproof_aes_256_cbc_pkcs5.jsonl");

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "tcId")]
    id: u32,
    comment: String,
    key: String,
    iv: String,
    msg: String,
    ct: String,
    result: String,
}

fn vectors() -> Vec<Vector> {
    // The first line says where the vectors come from.
    let lines = VECTORS.lines().skip(1);
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// Returns the decrypted text, where the envelope can be read and its padding is right.
fn decrypted(vector: &Vector) -> Option<Vec<u8>> {
    let text = |hex| STANDARD.encode(bytes(hex));
    let body = format!(
        r#"{{"notification":"{}","iv":"{}"}}"#,
        text(&vector.ct),
        text(&vector.iv)
    );
    let envelope = Envelope::parse(body.as_bytes()).ok()?;
    let key = Aes256Dec::new_from_slice(&bytes(&vector.key)).unwrap();
    let mut buffer = decrypt(&key, &envelope);
    let (length, valid) = unpad(&buffer);
    buffer.truncate(length);
    bool::from(valid).then_some(buffer)
}

#[test]
fn valid_ciphertexts_decrypt_to_their_messages_and_invalid_ones_are_refused() {
    let vectors = vectors();
    let valid = vectors.iter().filter(|vector| vector.result == "valid").count();
    assert_eq!((vectors.len(), valid), (72, 24));
    for vector in vectors {
        let expected = (vector.result == "valid").then(|| bytes(&vector.msg));
        assert_eq!(decrypted(&vector), expected, "{} {}", vector.id, vector.comment);
    }
}
