//! Several hundred notifications, no two alike, made from the captured ones: names, receipts,
//! amounts, times, tracking codes and IVs vary.

use crate::numbers::Numbers;
use aes::{
    Aes256,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

/// The secret that encrypted the corpus.
pub const SECRET: &str = "SECRETSECRET1234";
/// How many notifications it has.
pub const CORPUS: usize = 400;

const V6_RECURRING: &str =
    include_str!("../../../tests/vectors/ins_sample_v6_0_TEST_SALE_recurring_2014_pyramid_bimt.json");
const V6_CART: &str = include_str!("../../../tests/vectors/ins_sample_v6_0_doc_sample_2016.json");
const V7_AFFILIATE: &str = include_str!("../../../tests/vectors/ins_sample_v7_0_SALE_AFFILIATE_role_2020.json");
const V7_TEST: &str = include_str!("../../../tests/vectors/ins_sample_v7_0_TEST_2022_openclickbank.json");
const V8: &str = include_str!("../../../tests/vectors/ins_sample_v8_0_SALE_2026_northdashboard.json");

/// How often each comes in ten. Today's version is the most frequent.
const MIX: [&str; 10] = [
    V8,
    V6_CART,
    V8,
    V6_RECURRING,
    V8,
    V7_AFFILIATE,
    V8,
    V6_CART,
    V7_TEST,
    V7_AFFILIATE,
];

const FIRST_NAMES: [&str; 10] = [
    "Anna",
    "José",
    "Li",
    "MARGARET",
    "Björn",
    "Maximilian",
    "Zoë",
    "Tom",
    "Fatima",
    "Jean-Pierre",
];
const LAST_NAMES: [&str; 9] = [
    "Smith",
    "O'Neil",
    "Müller",
    "Nguyen",
    "van der Berg",
    "DE LA CRUZ",
    "Ng",
    "Kowalski",
    "Ødegård",
];
const TITLES: [&str; 6] = [
    "Sleep Better In 30 Days",
    "40% OFF! Bonus Package -w- Updates",
    r"The \u201cNo Excuses\u201d Plan",
    "Keto Kochbuch für Anfänger",
    r#"12\" Woodworking Projects"#,
    "VIP Access",
];
const TYPES: [&str; 8] = ["SALE", "BILL", "SALE", "RFND", "SALE", "CGBK", "SALE", "TEST_SALE"];

/// One notification.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The JSON inside, on one line.
    pub plaintext: String,
    /// What is posted.
    pub body: Vec<u8>,
}

/// The corpus; the same on every call.
#[must_use]
pub fn corpus() -> Vec<Sample> {
    let mut random = Numbers::new(0x5eed);
    MIX.iter()
        .cycle()
        .take(CORPUS)
        .map(|text| sample(text, &mut random))
        .collect()
}

fn sample(text: &str, random: &mut Numbers) -> Sample {
    let plaintext = varied(&compact(text), random);
    let iv = random.text("0123456789ABCDEF", 16);
    let body = encrypted(&plaintext, &iv);
    Sample { plaintext, body }
}

/// What ClickBank posts for a plaintext, with an IV of sixteen characters.
pub(crate) fn encrypted(plaintext: &str, iv: &str) -> Vec<u8> {
    let key = key(SECRET);
    let ciphertext = cbc::Encryptor::<Aes256>::new(
        &key.into(),
        &<[u8; 16]>::try_from(iv.as_bytes()).unwrap_or_default().into(),
    )
    .encrypt_padded_vec::<Pkcs7>(plaintext.as_bytes());
    let body = format!(
        r#"{{"notification":"{}","iv":"{}"}}"#,
        STANDARD.encode(ciphertext),
        STANDARD.encode(iv)
    );
    body.into_bytes()
}

/// The first 32 characters of the lower-case hex SHA-1 of the secret.
pub(super) fn key(secret: &str) -> [u8; 32] {
    let digest = Sha1::digest(secret);
    let hex = crate::hex(&digest);
    hex.as_bytes().first_chunk().copied().unwrap_or_default()
}

fn varied(text: &str, random: &mut Numbers) -> String {
    let first = random.pick(&FIRST_NAMES);
    let last = random.pick(&LAST_NAMES);
    let email = format!(
        "{}{}@example.com",
        random.text("abcdefghijklmnopqrstuvwxyz", 7),
        random.below(1000)
    );
    let receipt = random.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 8);
    let time = if text.contains("-08:00\"") || text.contains("-06:00\"") {
        format!(
            "20{}-0{}-{}T1{}:{}:{}-08:00",
            from(random, 14, 6),
            from(random, 1, 9),
            from(random, 10, 18),
            random.below(10),
            from(random, 10, 50),
            from(random, 10, 50)
        )
    } else {
        format!(
            "202{}0{}{}T1{}{}{}-0700",
            random.below(7),
            from(random, 1, 9),
            from(random, 10, 18),
            random.below(10),
            from(random, 10, 50),
            from(random, 10, 50)
        )
    };
    let amount = format!("{}.{}", random.below(400), from(random, 10, 90));
    let mut text = text.to_owned();
    for (key, value) in [
        ("receipt", format!("\"{receipt}\"")),
        ("transactionType", format!("\"{}\"", random.pick(&TYPES))),
        ("transactionTime", format!("\"{time}\"")),
        ("totalAccountAmount", amount.clone()),
        ("accountAmount", amount),
        (
            "totalOrderAmount",
            format!("{}.{}", random.below(900), from(random, 10, 90)),
        ),
        ("firstName", format!("\"{first}\"")),
        ("lastName", format!("\"{last}\"")),
        ("fullName", format!("\"{first} {last}\"")),
        ("email", format!("\"{email}\"")),
        ("postalCode", format!("\"{}\"", from(random, 10_000, 80_000))),
        ("productTitle", format!("\"{}\"", random.pick(&TITLES))),
        (
            "itemNo",
            format!("\"{}-{}\"", random.text("abcdefgh", 5), random.below(40)),
        ),
        ("aff_sub1", format!("\"{}\"", random.below(10_000_000))),
        ("aff_sub2", format!("\"{}\"", random.text("0123456789abcdef", 24))),
        ("clickId", format!("\"{}\"", random.text("0123456789abcdef-", 36))),
        ("upsellOriginalReceipt", format!("\"{receipt}\"")),
    ] {
        text = with(&text, key, &value);
    }
    let codes: Vec<String> = (0..random.below(3))
        .map(|_| format!("\"{}\"", random.text("abcdef0123456789_", 18)))
        .collect();
    if !codes.is_empty() && !text.contains("\"trackingCodes\"") {
        text = text.replacen(
            ",\"role\"",
            &format!(",\"trackingCodes\":[{}],\"role\"", codes.join(",")),
            1,
        );
    }
    text
}

/// One of `count` numbers from `first` on.
fn from(random: &mut Numbers, first: usize, count: usize) -> usize {
    random.below(count).saturating_add(first)
}

/// The text with another scalar after each key of that name.
fn with(text: &str, key: &str, value: &str) -> String {
    let key = format!("\"{key}\":");
    let mut parts = text.split(key.as_str());
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = match part.strip_prefix('"') {
            Some(inside) => inside.find('"').map(|end| end.saturating_add(2)),
            None => part.find([',', ']', '}']),
        };
        replaced.push_str(&key);
        replaced.push_str(value);
        replaced.push_str(end.and_then(|end| part.get(end..)).unwrap_or_default());
    }
    replaced
}

/// The text without the whitespace between its tokens, as ClickBank prints it.
fn compact(text: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keep = |c: &char| {
        match c {
            '"' if !escaped => inside = !inside,
            _ => {}
        }
        escaped = inside && *c == '\\' && !escaped;
        inside || !c.is_ascii_whitespace()
    };
    text.chars().filter(keep).collect()
}
