//! What the tests share.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::clickbank::envelope::{Diagnosis, Refused};
use postback::{Envelope, KeyRing, Notification, Secret};
use postback_test::clickbank::{self, wrapper};
pub use postback_test::clickbank::{IV, KEY, SECRET};
use serde::Deserialize;

pub const REAL: &str = include_str!("../vectors/ins_v6_0_aes_real_pyramid_bimt.json");
pub const OPENSSL: &str = include_str!("../vectors/ins_samples_encrypted_openssl.jsonl");
pub const SAMPLES: [(&str, &str); 5] = [
    (
        "ins_sample_v6_0_TEST_SALE_recurring_2014_pyramid_bimt.json",
        include_str!("../vectors/ins_sample_v6_0_TEST_SALE_recurring_2014_pyramid_bimt.json"),
    ),
    (
        "ins_sample_v6_0_doc_sample_2016.json",
        include_str!("../vectors/ins_sample_v6_0_doc_sample_2016.json"),
    ),
    (
        "ins_sample_v7_0_SALE_AFFILIATE_role_2020.json",
        include_str!("../vectors/ins_sample_v7_0_SALE_AFFILIATE_role_2020.json"),
    ),
    (
        "ins_sample_v7_0_TEST_2022_openclickbank.json",
        include_str!("../vectors/ins_sample_v7_0_TEST_2022_openclickbank.json"),
    ),
    (
        "ins_sample_v8_0_SALE_2026_northdashboard.json",
        include_str!("../vectors/ins_sample_v8_0_SALE_2026_northdashboard.json"),
    ),
];

/// The smallest plaintext that opens.
pub const SMALL: &str =
    r#"{"transactionTime":"20220810T162015-0700","receipt":"R1","transactionType":"SALE","version":7.0}"#;

#[derive(Deserialize)]
pub struct Wrapped {
    pub iv: String,
    pub notification: String,
}

/// The real notification's IV and ciphertext.
pub fn real() -> (Vec<u8>, Vec<u8>) {
    let wrapped: Wrapped = serde_json::from_str(REAL).unwrap();
    (
        STANDARD.decode(wrapped.iv).unwrap(),
        STANDARD.decode(wrapped.notification.replace('\n', "")).unwrap(),
    )
}

pub fn sample(name: &str) -> &'static str {
    SAMPLES.iter().find(|(file, _)| file.contains(name)).unwrap().1
}

pub fn key_ring(secrets: &[&str]) -> KeyRing {
    KeyRing::new(secrets.iter().map(|secret| Secret::from(*secret)).collect()).unwrap()
}

pub fn body(iv: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    wrapper(iv, ciphertext).into_bytes()
}

pub fn encrypt(plaintext: &[u8]) -> Vec<u8> {
    clickbank::encrypt(KEY, plaintext)
}

/// Encrypts whole blocks as they are, so that a test chooses the padding.
pub fn encrypt_blocks(blocks: &[u8]) -> Vec<u8> {
    clickbank::encrypt_blocks(KEY, blocks)
}

pub fn envelope(iv: &[u8], ciphertext: &[u8]) -> Envelope {
    Envelope::parse(&body(iv, ciphertext)).unwrap()
}

pub fn open(plaintext: &[u8]) -> Result<Notification, Refused> {
    key_ring(&[SECRET]).open(&envelope(IV, &encrypt(plaintext)))
}

pub fn diagnosis(plaintext: &[u8]) -> Diagnosis {
    key_ring(&[SECRET]).diagnose(&envelope(IV, &encrypt(plaintext)))[0]
}

/// The tokens of a JSON text: strings decoded, everything else verbatim, whitespace gone. Two texts
/// with equal tokens have the same members in the same order with the same number texts. It knows
/// nothing of the crate's own reader.
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => {
                let mut escaped = false;
                let close = rest[1..].find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                close.unwrap() + 2
            }
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            _ => rest.find([',', ']', '}', ' ', '\n', '\r', '\t']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(end);
        tokens.push(match first {
            '"' => format!("\"{}", serde_json::from_str::<String>(token).unwrap()),
            _ => token.to_owned(),
        });
        rest = after.trim_start();
    }
    tokens
}

/// `SMALL` with one more member in front.
pub fn with_member(member: &str) -> String {
    SMALL.replacen('{', &format!("{{{member},"), 1)
}

/// A plaintext that must be one.
pub fn parse(text: &str) -> Notification {
    Notification::parse(text.as_bytes()).unwrap()
}
