//! Which rules accept an event, beside a look at each rule and beside CEL.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postback_benches::rules::{Cel, Corpus, SIZES};
use std::hint::black_box;

fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rules");
    group.throughput(Throughput::Elements(1));
    for size in SIZES {
        let corpus = Corpus::new(size);
        let cel = Cel::new(&corpus);
        let mut found = Vec::with_capacity(size);
        let mut event = 0;
        let mut next = || {
            event = (event + 1) % corpus.len();
            black_box(event)
        };
        group.bench_function(BenchmarkId::new("postback", size), |bencher| {
            bencher.iter(|| {
                corpus.postback(next(), &mut found);
                black_box(&found);
            });
        });
        group.bench_function(BenchmarkId::new("one by one", size), |bencher| {
            bencher.iter(|| {
                corpus.one_by_one(next(), &mut found);
                black_box(&found);
            });
        });
        group.bench_function(BenchmarkId::new("cel", size), |bencher| {
            bencher.iter(|| {
                cel.run(&corpus, next(), &mut found);
                black_box(&found);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
