//! From the body of a POST to a notification, over several hundred different ones; a round of the
//! whole corpus is the unit.
#![allow(missing_docs, clippy::unwrap_used)]
#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a program that measures")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postback::{Envelope, Notification};
use postback_benches::notifications::{SECRET, corpus, key_ring, ours, plain};
use serde::de::IgnoredAny;
use std::hint::black_box;

fn open(c: &mut Criterion) {
    let samples = corpus();
    let key_ring = key_ring().unwrap();
    let envelopes: Vec<Envelope> = samples.iter().map(|s| Envelope::parse(&s.body).unwrap()).collect();
    let mut group = c.benchmark_group("open");
    group.throughput(Throughput::Elements(samples.len() as u64));
    group.bench_function("postback", |b| {
        b.iter(|| samples.iter().for_each(|s| drop(black_box(ours(&key_ring, &s.body)))));
    });
    group.bench_function("plain", |b| {
        b.iter(|| samples.iter().for_each(|s| drop(black_box(plain(SECRET, &s.body)))));
    });
    // The parts of postback's way.
    group.bench_function("envelope", |b| {
        b.iter(|| samples.iter().for_each(|s| drop(black_box(Envelope::parse(&s.body)))));
    });
    group.bench_function("decrypt_and_read", |b| {
        b.iter(|| envelopes.iter().for_each(|e| drop(black_box(key_ring.open(e)))));
    });
    group.bench_function("read", |b| {
        b.iter(|| {
            samples
                .iter()
                .for_each(|s| drop(black_box(Notification::parse(s.plaintext.as_bytes()))))
        });
    });
    // What the checks of the text cost by themselves: all of it UTF-8, and grammar alone (no tree,
    // duplicates let through) by serde_json.
    group.bench_function("utf8", |b| {
        b.iter(|| {
            samples
                .iter()
                .all(|s| std::str::from_utf8(black_box(s.plaintext.as_bytes())).is_ok())
        });
    });
    group.bench_function("grammar_by_serde_json", |b| {
        b.iter(|| {
            samples
                .iter()
                .all(|s| serde_json::from_str::<IgnoredAny>(black_box(&s.plaintext)).is_ok())
        });
    });
    group.finish();
}

criterion_group!(benches, open);
criterion_main!(benches);
