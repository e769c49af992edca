//! From a message to its rows, stage by stage: a postback's query string to an event, the decision,
//! and its rows as bytes; then all of it.
//!
//! `cargo bench -p postback-benches --bench stages`

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a program that measures")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postback::plan::Commit;
use postback_benches::decisions::{Corpus, rows};
use std::hint::black_box;

fn stages(criterion: &mut Criterion) {
    let corpus = Corpus::default();
    let commits: Vec<Commit> = (0..corpus.len()).filter_map(|index| corpus.commit(index)).collect();
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Elements(1));
    let mut indices = (0..corpus.len()).cycle();
    let mut next = || black_box(indices.next().unwrap_or_default());
    group.bench_function("event", |bencher| bencher.iter(|| corpus.read(next())));
    group.bench_function("decide", |bencher| bencher.iter(|| corpus.decide(next())));
    group.bench_function("rows", |bencher| {
        bencher.iter(|| commits.get(next()).and_then(rows::ours));
    });
    group.bench_function("rows by serde_json", |bencher| {
        bencher.iter(|| commits.get(next()).and_then(rows::serde));
    });
    group.bench_function("message to rows", |bencher| bencher.iter(|| corpus.whole(next())));
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
