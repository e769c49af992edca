//! A whole decision with twenty rules and two postbacks that fire, beside a plain composition of
//! libraries.

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a program that measures")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postback_benches::decisions::Corpus;
use std::hint::black_box;

fn decide(criterion: &mut Criterion) {
    let corpus = Corpus::default();
    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(1));
    let mut indices = (0..corpus.len()).cycle();
    let mut next = || indices.next().unwrap_or_default();
    group.bench_function("postback", |bencher| bencher.iter(|| corpus.decide(black_box(next()))));
    group.bench_function("plain composition", |bencher| {
        bencher.iter(|| corpus.plain(black_box(next())))
    });
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
