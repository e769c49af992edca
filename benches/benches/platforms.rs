//! The event of a sale for Meta with hashes, and requests of a thousand, beside `serde_json::Value`
//! with `format!`.
//!
//! `cargo bench -p postback-benches --bench platforms`

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a program that measures")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use postback_benches::platforms::{Corpus, SALES};
use std::hint::black_box;

fn platforms(criterion: &mut Criterion) {
    let corpus = Corpus::default();
    let mut index = 0;
    let mut next = || {
        index = (index + 1) % SALES;
        black_box(index)
    };
    let mut group = criterion.benchmark_group("event");
    group.throughput(Throughput::Elements(1));
    group.bench_function("postback", |bencher| bencher.iter(|| corpus.ours(next())));
    group.bench_function("serde_json::Value", |bencher| {
        bencher.iter(|| corpus.rival(next()).map(|event| event.to_string()));
    });
    group.finish();

    let events: Vec<_> = (0..SALES).filter_map(|number| corpus.rival(number)).collect();
    let mut group = criterion.benchmark_group("request of 1000");
    group.sample_size(30);
    group.bench_function("postback", |bencher| {
        bencher.iter_batched(
            || corpus.leased(),
            |leased| corpus.request(leased),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("serde_json::Value", |bencher| {
        bencher.iter_batched(
            || events.clone(),
            |events| corpus.rival_request(events),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, platforms);
criterion_main!(benches);
