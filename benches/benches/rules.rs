//! Which rules fire for a conversion, beside CEL.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postback_benches::rules::{Cel, Corpus, Density, SIZES};
use std::hint::black_box;

fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rules");
    group.throughput(Throughput::Elements(1));
    for (rules, density) in SIZES {
        let corpus = Corpus::new(rules, density);
        let size = match density {
            Density::Few => format!("{rules}"),
            Density::Many => format!("{rules}, twice as many accept"),
        };
        let cel = Cel::new(&corpus);
        let mut found = Vec::with_capacity(rules);
        let mut places = (0..corpus.len()).cycle();
        let mut next = || black_box(places.next().unwrap_or_default());
        group.bench_function(BenchmarkId::new("postback", &size), |bencher| {
            bencher.iter(|| {
                corpus.postback(next(), &mut found);
                black_box(&found);
            });
        });
        group.bench_function(BenchmarkId::new("cel", &size), |bencher| {
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
