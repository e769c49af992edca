//! Whether what a store answers costs the same however many sales it holds. The same file is kept
//! at several sizes, and each question is put to all of them in turn, so that what else the machine
//! does falls on all of them alike.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "small numbers of a program that measures"
)]

mod fill;
mod lists;
mod reads;
mod subject;
mod table;
mod work;

pub use fill::Sizes;
pub use table::{Line, Table};

use crate::load::Failure;
use std::time::Instant;
use subject::Subject;

/// How often a question is put to each file at least.
const LEAST: usize = 5;
/// How long one question may take in all files together, in milliseconds, before it is put to them
/// less often.
const PATIENCE: u128 = 4_000;

/// Measures all sizes. Each question is put to each file so many times.
///
/// # Errors
/// Trouble of the disk, or a question that finds nothing.
pub fn measure(sizes: &Sizes, times: usize) -> Result<Table, Failure> {
    let mut table = Table::new(sizes.all());
    let subjects = sizes.open()?;
    for question in lists::ALL.iter().chain(reads::ALL) {
        table.add(question.put(&subjects, times)?);
    }
    work::deliveries(&subjects, &mut table)?;
    drop(subjects);
    work::commits(sizes, &mut table)?;
    work::purges(&sizes.open()?, &mut table)?;
    Ok(table)
}

/// A question that is put to each file many times, about another row each time.
struct Question {
    name: &'static str,
    ask: Ask,
}

/// Answers with how many rows were found, or with the number that was asked for.
type Ask = for<'a> fn(&'a Subject, usize) -> subject::Found<'a>;

impl Question {
    const fn new(name: &'static str, ask: Ask) -> Self {
        Self { name, ask }
    }

    fn put(&self, subjects: &[Subject], times: usize) -> Result<Line, Failure> {
        let mut line = Line::new(self.name, subjects.len());
        let started = Instant::now();
        for time in 0..times {
            if time >= LEAST && started.elapsed().as_millis() > PATIENCE {
                break;
            }
            for (place, subject) in subjects.iter().enumerate() {
                let asked = Instant::now();
                let found = subject.wait((self.ask)(subject, time))?;
                line.note(place, asked.elapsed(), found);
            }
        }
        Ok(line)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use postback::plan::Outcome;
    use postback::port::{EventFilter, Inspect, PageRequest};

    #[test]
    fn every_size_has_as_many_events_as_sales_and_every_question_finds_something() {
        let folder = tempfile::tempdir().unwrap();
        let sizes = Sizes::fill(folder.path(), &[400, 900], |_, _| {}).unwrap();
        for (subject, sales) in sizes.open().unwrap().iter().zip([400, 900]) {
            let events = |outcome| {
                let mut filter = EventFilter::default();
                filter.outcome = outcome;
                let page = PageRequest::first(10_000);
                let page = subject.wait(Box::pin(async { Ok(subject.store.events(&filter, &page).await?) }));
                u64::try_from(page.unwrap().items.len()).unwrap()
            };
            assert_eq!(events(None), sales);
            assert_eq!(events(Some(Outcome::Test)), fill::RARE);
            assert_eq!(events(Some(Outcome::Unattributed)), sales.div_ceil(fill::WAITING));
        }
        let table = measure(&sizes, 2).unwrap();
        for line in table.lines() {
            let found = line.found();
            assert_eq!(found.len(), 2, "{}", line.name);
            assert_eq!(
                found.contains(&0),
                line.name.contains("nobody"),
                "{}: {found:?}",
                line.name
            );
        }
        assert!(
            table.to_string().contains("| sales | 400 | 900 | 900 : 400 |"),
            "{table}"
        );
    }
}
