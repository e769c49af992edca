//! Envelopes with one bit changed. CBC has no MAC, so strictness alone refuses them: of the real
//! notification none opens (`tests/ins_suite/tamper.rs`); these are the others. What opens all the
//! same is counted, since the count must not grow.

use super::stride;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::{Envelope, KeyRing, Notification, Secret};
use serde_json::Value;

const OPENSSL: &str = include_str!("../vectors/ins_samples_encrypted_openssl.jsonl");
const REAL: &str = include_str!("../vectors/ins_v6_0_aes_real_pyramid_bimt.json");

/// A posted body with what opens it.
struct Posted {
    name: String,
    body: String,
    key_ring: KeyRing,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
}

fn posted(line: &str, secret: &str) -> Posted {
    let vector: Value = serde_json::from_str(line).unwrap();
    let text = |key: &str| vector[key].as_str().unwrap_or_default().to_owned();
    let decoded = |key: &str| STANDARD.decode(text(key).replace(['\n', '\r'], "")).unwrap();
    Posted {
        name: text("sample"),
        body: serde_json::json!({"notification": text("notification"), "iv": text("iv")}).to_string(),
        key_ring: KeyRing::new(vec![Secret::from(secret)]).unwrap(),
        iv: decoded("iv"),
        ciphertext: decoded("notification"),
    }
}

fn samples() -> Vec<Posted> {
    OPENSSL.lines().map(|line| posted(line, "ANOTHERSECRET42")).collect()
}

fn all() -> Vec<Posted> {
    let real = posted(REAL, "SECRETSECRET1234");
    samples().into_iter().chain([real]).collect()
}

impl Posted {
    fn open(&self, body: &[u8]) -> Option<Notification> {
        self.key_ring.open(&Envelope::parse(body).ok()?).ok()
    }

    fn opened(&self, iv: &[u8], ciphertext: &[u8]) -> Option<Notification> {
        let (notification, iv) = (STANDARD.encode(ciphertext), STANDARD.encode(iv));
        self.open(format!(r#"{{"notification":"{notification}","iv":"{iv}"}}"#).as_bytes())
    }
}

#[test]
fn no_ciphertext_with_one_bit_changed_opens() {
    let stride = stride(5);
    for posted in samples() {
        assert!(
            posted.opened(&posted.iv, &posted.ciphertext).is_some(),
            "{}",
            posted.name
        );
        let mut changed = posted.ciphertext.clone();
        for bit in (0..changed.len() * 8).step_by(stride) {
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(posted.opened(&posted.iv, &changed).is_none(), "{} {bit}", posted.name);
            changed[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

/// A bit of the IV is a bit of the first block of the text, and garbles nothing. Where the name of
/// a key that nothing requires stands there, as in the one capture whose keys were sorted by its
/// receiver, it opens without that key; `transactionTime`, which ClickBank sends first, is
/// required.
#[test]
fn an_iv_with_one_bit_changed_opens_only_where_an_optional_key_stands_first() {
    let survivors = samples().into_iter().map(|posted| {
        let mut iv = posted.iv.clone();
        let opens = |bit: &usize| {
            iv[bit / 8] ^= 1 << (bit % 8);
            let opened = posted.opened(&iv, &posted.ciphertext);
            iv[bit / 8] ^= 1 << (bit % 8);
            opened.is_some()
        };
        let count = (0..128).filter(opens).count();
        (posted.name, count)
    });
    let survivors: Vec<(String, usize)> = survivors.filter(|(_, count)| *count > 0).collect();
    assert_eq!(
        survivors,
        [("ins_sample_v8_0_SALE_2026_northdashboard.json".to_owned(), 63)]
    );
}

#[test]
fn no_cut_body_is_an_envelope() {
    for posted in all() {
        for length in 0..posted.body.len() {
            assert!(
                Envelope::parse(&posted.body.as_bytes()[..length]).is_err(),
                "{} {length}",
                posted.name
            );
        }
    }
}

#[test]
fn a_body_with_one_bit_changed_behind_its_iv_opens_to_the_same_or_not_at_all() {
    let stride = stride(5);
    for posted in all() {
        let expected = posted.open(posted.body.as_bytes());
        assert!(expected.is_some(), "{}", posted.name);
        let iv = posted.body.find(&STANDARD.encode(&posted.iv)).unwrap();
        let mut changed = posted.body.clone().into_bytes();
        let mut survivors = 0;
        let bits = (0..changed.len() * 8).step_by(stride);
        for bit in bits.filter(|bit| !(iv..iv + 24).contains(&(bit / 8))) {
            changed[bit / 8] ^= 1 << (bit % 8);
            let opened = posted.open(&changed);
            survivors += usize::from(opened.is_some());
            assert!(opened.is_none() || opened == expected, "{} {bit}", posted.name);
            changed[bit / 8] ^= 1 << (bit % 8);
        }
        // Of the wrapper only white space may change: `\n` between the lines of the base64, as `\f`
        // or a line's end as another.
        let breaks = posted.body.matches("\\n").count();
        assert!(survivors <= breaks, "{} {survivors}", posted.name);
    }
}
