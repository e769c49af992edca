//! Notifications as ClickBank makes them.

use super::tracker::INS_SECRET;
use aes::Aes256;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use postback::port::{Clock, Entropy};
use postback::value::Timestamp;
use postback_service::{OsEntropy, SystemClock};
use serde_json::json;
use sha1::{Digest, Sha1};

const SALE: &str = include_str!("../../demo/sale-7.0.json");

/// The body of a sale: a click id as tracking code, a receipt, an amount.
pub fn sale(click: &str, receipt: &str, amount: &str) -> Bytes {
    let seconds = Timestamp::from_unix_seconds(SystemClock.now().unix_seconds()).unwrap();
    // The basic format of version 7.
    let time = seconds.to_string().replace(['-', ':'], "").replace('Z', "+0000");
    let sale = SALE
        .trim_end()
        .replace("DEMOSALE", receipt)
        .replace("@CLICK@", click)
        .replace("@TIME@", &time)
        .replace("37.50", amount);
    encrypted(&sale, INS_SECRET)
}

/// The body that carries a notification.
pub fn encrypted(text: &str, secret: &str) -> Bytes {
    let key: String = Sha1::digest(secret)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .take(16)
        .collect();
    let iv = format!("{:016X}", OsEntropy.next_u64());
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key.as_bytes(), iv.as_bytes()).unwrap();
    let ciphertext = cipher.encrypt_padded_vec::<Pkcs7>(text.as_bytes());
    let body = json!({ "notification": STANDARD.encode(ciphertext), "iv": STANDARD.encode(iv) });
    body.to_string().into()
}
