//! Whether the time of `open` shows if the padding was right: `padding [SAMPLES]`, a million by
//! default.
//!
//! CBC without a MAC can be decrypted block by block by whoever learns of each body whether its
//! padding was valid. Every refusal looks the same; this looks at the clock. The same refused texts
//! are opened with valid and with invalid padding in random order, and Welch's t says how far the
//! two means are apart, in standard errors. The method is that of dudect (Reparaz, Balasch,
//! Verbauwhede: "Dude, is my code constant time?", 2017): |t| under 10 is taken for none, over all
//! samples and over the fastest nineteen of twenty, which leaves out what the machine did beside
//! it. Ends with 1 when it is more.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use aes::Aes256;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use postback::{Envelope, KeyRing, Secret};
use sha1::{Digest, Sha1};
use std::{hint::black_box, process::ExitCode, time::Instant};

const SECRET: &str = "SECRETSECRET1234";
const SAMPLES: usize = 1_000_000;
/// How many different texts there are of each kind: more than the branch predictor learns by heart.
const TEXTS: usize = 256;
/// Above this many standard errors the two are told apart.
const LIMIT: f64 = 10.0;
/// A notification as ClickBank sends it.
const TEXT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/server/demo/sale-7.0.json"
));

fn main() -> ExitCode {
    let samples = std::env::args()
        .nth(1)
        .map_or(SAMPLES, |text| text.parse().expect("a number of samples"));
    let key_ring = KeyRing::new(vec![Secret::from(SECRET)]).expect("the secret is long enough");
    let mut numbers = Numbers(0x70ad);
    let mut apart = false;
    // An attack changes the block before the one that it asks about, or the IV, so the text breaks
    // where that block stands.
    for (name, broken) in [
        ("broken at its beginning", (|_| 0) as fn(usize) -> usize),
        ("broken in its middle", |length| length / 2),
        ("broken near its end", |length| length - 20),
    ] {
        let pairs: Vec<[Envelope; 2]> = (0..TEXTS).map(|_| pair(broken, &mut numbers)).collect();
        let mut taken: [Vec<f64>; 2] = [Vec::with_capacity(samples), Vec::with_capacity(samples)];
        for _ in 0..samples {
            let drawn = numbers.draw();
            let class = (drawn >> 63) as usize;
            let envelope = &pairs[drawn as usize % TEXTS][class];
            let start = Instant::now();
            let opened = black_box(key_ring.open(black_box(envelope)));
            let nanoseconds = start.elapsed().as_nanos();
            assert!(opened.is_err(), "a broken text opens");
            taken[class].push(nanoseconds as f64);
        }
        let whole = welch(&taken[0], &taken[1]);
        let mut all: Vec<f64> = taken.concat();
        all.sort_by(f64::total_cmp);
        let slowest = all[all.len() * 19 / 20];
        let fast = taken.each_ref().map(|class| {
            class
                .iter()
                .copied()
                .filter(|time| *time <= slowest)
                .collect::<Vec<_>>()
        });
        let cropped = welch(&fast[0], &fast[1]);
        println!(
            "{name}: {samples} samples, mean of the fastest 95 %: {:.1} ns valid, {:.1} ns invalid; t = {cropped:.2}, of all {whole:.2}",
            mean(&fast[0]),
            mean(&fast[1])
        );
        apart |= whole.abs() >= LIMIT || cropped.abs() >= LIMIT;
    }
    if apart {
        println!("the two are told apart: |t| is {LIMIT} or more");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// One text, padded rightly and wrongly; the texts differ in their length, so the paddings do too.
fn pair(broken: fn(usize) -> usize, numbers: &mut Numbers) -> [Envelope; 2] {
    let mut text = TEXT.trim_end().replace("@CLICK@", &format!("{:016x}", numbers.draw()));
    text.push_str(&" ".repeat((numbers.draw() % 16) as usize));
    let mut bytes = text.into_bytes();
    let at = broken(bytes.len());
    for byte in &mut bytes[at..][..8] {
        *byte = 0x80 | numbers.draw() as u8;
    }
    let padding = 16 - bytes.len() % 16;
    bytes.resize(bytes.len() + padding, padding as u8);
    let valid = bytes.clone();
    let last = bytes.len() - 1;
    match numbers.draw() % 3 {
        0 => bytes[last] = 0,
        // A count that fits, and a byte in front of it that is not the count.
        1 if padding > 1 => bytes[last - 1 - numbers.draw() as usize % (padding - 1)] ^= 0x40,
        _ => bytes[last] = 17 + (numbers.draw() % 239) as u8,
    }
    [envelope(&valid, numbers), envelope(&bytes, numbers)]
}

fn envelope(padded: &[u8], numbers: &mut Numbers) -> Envelope {
    let key: String = Sha1::digest(SECRET).iter().map(|byte| format!("{byte:02x}")).collect();
    let iv = format!("{:016X}", numbers.draw());
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key.as_bytes()[..32], iv.as_bytes());
    let ciphertext = cipher.expect("a key and an IV").encrypt_padded_vec::<NoPadding>(padded);
    let body = format!(
        r#"{{"notification":"{}","iv":"{}"}}"#,
        STANDARD.encode(ciphertext),
        STANDARD.encode(iv)
    );
    Envelope::parse(body.as_bytes()).expect("an envelope")
}

fn mean(times: &[f64]) -> f64 {
    times.iter().sum::<f64>() / times.len() as f64
}

/// Welch's t of two samples.
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let spread = |times: &[f64]| {
        let mean = mean(times);
        let squares: f64 = times.iter().map(|time| (time - mean).powi(2)).sum();
        squares / (times.len() as f64 - 1.0) / times.len() as f64
    };
    (mean(one) - mean(other)) / (spread(one) + spread(other)).sqrt()
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct Numbers(u64);

impl Numbers {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
