//! The demo's two notifications: a real one, and one that is made on the spot as ClickBank makes them.

use super::DemoError;
use aes::Aes256;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use postback::port::Entropy;
use postback_axum::OsEntropy;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use time::{OffsetDateTime, UtcOffset};

/// The secret under which the real notification was published.
pub(super) const REAL_SECRET: &str = "SECRETSECRET1234";

const REAL: &str = include_str!("../../demo/notification-6.0.json");
const SALE: &str = include_str!("../../demo/sale-7.0.json");

/// The body of the real notification, as it was posted.
pub(super) fn real_body() -> Result<Vec<u8>, DemoError> {
    let vector: Value = serde_json::from_str(REAL)?;
    let body = vector
        .get("body")
        .and_then(Value::as_str)
        .ok_or_else(|| DemoError::Own("no body".into()))?;
    Ok(body.as_bytes().to_vec())
}

/// The body of a sale with this click id as tracking code.
pub(super) fn sale_body(click: &str, secret: &str) -> Result<Vec<u8>, String> {
    let sale = SALE
        .trim_end()
        .replace("@CLICK@", click)
        .replace("@TIME@", &pacific_now()?);
    // Sixteen upper-case hex digits: the initialisation vectors of all captures look like that.
    let iv = format!("{:016X}", OsEntropy.next_u64());
    let digest = Sha1::digest(secret.as_bytes());
    let key: String = digest.iter().map(|byte| format!("{byte:02x}")).take(16).collect();
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key.as_bytes(), iv.as_bytes()).map_err(|e| e.to_string())?;
    let ciphertext = cipher.encrypt_padded_vec::<Pkcs7>(sale.as_bytes());
    let body = json!({ "notification": STANDARD.encode(ciphertext), "iv": STANDARD.encode(iv) });
    Ok(body.to_string().into_bytes())
}

/// ClickBank writes its own time, in the basic format since version 7.
fn pacific_now() -> Result<String, String> {
    let offset = UtcOffset::from_hms(-8, 0, 0).map_err(|error| error.to_string())?;
    let now = OffsetDateTime::now_utc().to_offset(offset);
    let (date, time) = (now.date(), now.time());
    let (month, day) = (u8::from(date.month()), date.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    Ok(format!(
        "{:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}-0800",
        date.year()
    ))
}
