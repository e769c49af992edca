//! Notifications as ClickBank makes them. The testing kit seals them; where a test checks how the
//! crate reads the bytes of others, they are encrypted by `libaes`, another implementation than the
//! crate's.

use crate::account::after;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use libaes::Cipher;
use postback::testing::seal;
use postback::{Secret, Timestamp};

/// The secret of the notification that was published in 2014, and the key that its publisher gives
/// for it: the first 32 characters of the lower-case hexadecimal SHA-1.
pub const SECRET: &str = "SECRETSECRET1234";
pub const KEY: &[u8; 32] = b"b7f9035820727791c753d3ef2490204b";
/// The IV of the published notification.
pub const IV: &[u8; 16] = b"200BAF6626CB2C12";

/// The member that carries the click id `cb`.
pub const TRACKED: &str = r#""trackingCodes":["cb"]"#;

/// Makes a notification this many seconds after the click. `members` are further members of the
/// object.
pub fn notification(kind: &str, receipt: &str, seconds: i64, amount: &str, members: &str) -> String {
    let time: String = after(seconds)
        .to_string()
        .chars()
        .filter(|c| !matches!(c, '-' | ':' | 'Z'))
        .collect();
    let comma = if members.is_empty() { "" } else { "," };
    format!(
        r#"{{"transactionTime":"{time}+0000","receipt":"{receipt}","transactionType":"{kind}","role":"VENDOR",
           "totalAccountAmount":{amount},"version":8.0{comma}{members}}}"#
    )
}

/// The sale of version 7 that the server's demonstration plays.
const SALE: &str = include_str!("../../../examples/server/demo/sale-7.0.json");

/// Makes that sale with another click id, receipt, amount and time, as the body that is posted.
pub fn posted_sale(secret: &str, click: &str, receipt: &str, amount: &str, at: Timestamp) -> String {
    let seconds = Timestamp::from_unix_seconds(at.unix_seconds()).unwrap();
    // The basic format of version 7.
    let time = seconds.to_string().replace(['-', ':'], "").replace('Z', "+0000");
    let sale = SALE
        .trim_end()
        .replace("DEMOSALE", receipt)
        .replace("@CLICK@", click)
        .replace("@TIME@", &time)
        .replace("37.50", amount);
    posted(secret, &sale)
}

/// Pads and encrypts a text under [`IV`].
pub fn encrypt(key: &[u8; 32], plaintext: &[u8]) -> Vec<u8> {
    Cipher::new_256(key).cbc_encrypt(IV, plaintext)
}

/// Encrypts whole blocks under [`IV`] as they are, so that a test can choose the padding.
pub fn encrypt_blocks(key: &[u8; 32], blocks: &[u8]) -> Vec<u8> {
    let mut cipher = Cipher::new_256(key);
    cipher.set_auto_padding(false);
    cipher.cbc_encrypt(IV, blocks)
}

/// Makes the encrypted wrapper as it is posted.
pub fn wrapper(iv: &[u8], ciphertext: &[u8]) -> String {
    format!(
        r#"{{"notification":"{}","iv":"{}"}}"#,
        STANDARD.encode(ciphertext),
        STANDARD.encode(iv)
    )
}

/// Makes the body that is posted for a plaintext.
pub fn posted(secret: &str, plaintext: &str) -> String {
    seal(&Secret::from(secret), IV, plaintext.as_bytes())
}
