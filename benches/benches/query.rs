//! Query strings of postbacks, beside the parsers that other services use.

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a program that measures")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postback_benches::queries::{Corpus, form_urlencoded, postback, serde_urlencoded};
use std::hint::black_box;

fn query(criterion: &mut Criterion) {
    let corpus = Corpus::default();
    let mut index = 0;
    let mut next = || {
        index = (index + 1) % corpus.len();
        corpus.query(black_box(index))
    };
    let mut group = criterion.benchmark_group("query");
    group.throughput(Throughput::Elements(1));
    group.bench_function("postback", |bencher| bencher.iter(|| postback(next())));
    group.bench_function("serde_urlencoded", |bencher| bencher.iter(|| serde_urlencoded(next())));
    group.bench_function("form_urlencoded, borrowing", |bencher| {
        bencher.iter(|| form_urlencoded(next()));
    });
    group.finish();
}

criterion_group!(benches, query);
criterion_main!(benches);
