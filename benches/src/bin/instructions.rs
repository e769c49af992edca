//! Passes over a corpus for an instruction counter: `instructions NAME PASSES` prints how many
//! items one pass has. `.ci/instructions` runs it with two numbers of passes, so that the
//! difference is without the start and the making of the corpus.

use postback::outbound::HoledText;
use postback::plan::Commit;
use postback_benches::{decisions, notifications, queries, templates};
use std::error::Error;
use std::hint::black_box;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let passes = arguments
        .next()
        .ok_or("usage: instructions open|query|render|event|decide|rows|bytes PASSES")?;
    let passes: usize = passes.parse()?;
    let items = match name.as_str() {
        "open" => open(passes)?,
        "query" => query(passes),
        "render" => render(passes),
        "event" => event(passes),
        "decide" => decide(passes),
        "rows" => rows(passes),
        "bytes" => bytes(),
        other => return Err(format!("`{other}` is none of open, query, render, event, decide, rows and bytes").into()),
    };
    writeln!(std::io::stdout(), "{items}")?;
    Ok(())
}

fn open(passes: usize) -> Result<usize, Box<dyn Error>> {
    let key_ring = notifications::key_ring()?;
    let corpus = notifications::corpus();
    for _ in 0..passes {
        for sample in &corpus {
            black_box(notifications::ours(&key_ring, &sample.body));
        }
    }
    Ok(corpus.len())
}

/// Does something with each item of a corpus, pass after pass.
fn each(passes: usize, items: usize, mut item: impl FnMut(usize)) -> usize {
    for _ in 0..passes {
        for index in 0..items {
            item(black_box(index));
        }
    }
    items
}

fn query(passes: usize) -> usize {
    let corpus = queries::Corpus::default();
    each(passes, corpus.len(), |index| {
        black_box(queries::postback(black_box(corpus.query(index))));
    })
}

fn render(passes: usize) -> usize {
    let corpus = templates::Corpus::default();
    let mut out = HoledText::default();
    each(passes, corpus.len(), |index| {
        corpus.postback(index, &mut out);
        black_box(&out);
    })
}

fn event(passes: usize) -> usize {
    let corpus = decisions::Corpus::default();
    each(passes, corpus.len(), |index| {
        black_box(corpus.read(index));
    })
}

fn decide(passes: usize) -> usize {
    let corpus = decisions::Corpus::default();
    each(passes, corpus.len(), |index| {
        black_box(corpus.decide(index));
    })
}

/// How many bytes the rows of a postback have on average; there is nothing to count the
/// instructions of.
fn bytes() -> usize {
    let corpus = decisions::Corpus::default();
    let commits: Vec<Commit> = (0..corpus.len()).filter_map(|index| corpus.commit(index)).collect();
    let bytes: usize = commits.iter().filter_map(decisions::rows::ours).sum();
    bytes.checked_div(commits.len()).unwrap_or_default()
}

fn rows(passes: usize) -> usize {
    let corpus = decisions::Corpus::default();
    let commits: Vec<Commit> = (0..corpus.len()).filter_map(|index| corpus.commit(index)).collect();
    each(passes, commits.len(), |index| {
        black_box(commits.get(index).and_then(decisions::rows::ours));
    })
}
