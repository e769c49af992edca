//! A postback URL, beside two template engines and `write!`.

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a program that measures")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postback::outbound::HoledText;
use postback_benches::templates::{Corpus, MiniJinja, Tiny, minijinja, written};
use std::hint::black_box;

fn render(criterion: &mut Criterion) {
    let corpus = Corpus::default();
    let (mini, tiny) = (MiniJinja::default(), Tiny::default());
    let template = mini.template();
    let mut index = 0;
    let mut next = || {
        index = (index + 1) % corpus.len();
        black_box(index)
    };
    let mut group = criterion.benchmark_group("render");
    group.throughput(Throughput::Elements(1));
    let mut out = HoledText::default();
    group.bench_function("postback", |bencher| {
        bencher.iter(|| {
            corpus.postback(next(), &mut out);
            black_box(&out);
        });
    });
    let mut text = String::new();
    group.bench_function("write!", |bencher| {
        bencher.iter(|| {
            written(&corpus, next(), &mut text);
            black_box(&text);
        });
    });
    group.bench_function("minijinja", |bencher| {
        bencher.iter(|| minijinja(&template, &corpus, next()));
    });
    group.bench_function("tinytemplate", |bencher| bencher.iter(|| tiny.render(&corpus, next())));
    group.finish();
}

criterion_group!(benches, render);
criterion_main!(benches);
