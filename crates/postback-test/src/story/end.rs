//! What a store contains in the end.

use crate::account::click_id;
use postback::Conversion;
use postback::decide::{Mark, mark};
use postback::plan::Tally;
use postback::port::{ConversionFilter, EventFilter, Inspect, PageRequest};
use postback::value::Amount;
use std::collections::BTreeMap;

/// The clicks of every story.
pub const CLICKS: [&str; 2] = ["c1", "c2"];

/// The results in which all orders must agree.
#[derive(Debug, PartialEq)]
pub struct End {
    pub conversions: BTreeMap<String, (Conversion, Mark)>,
    tallies: Vec<Tally>,
    clicks: BTreeMap<String, Option<String>>,
}

impl End {
    pub fn revenue(&self) -> Amount {
        crate::revenue(self.conversions.values().map(|(row, _)| row))
    }
}

pub async fn end<S: Inspect>(store: &S) -> End {
    let page = PageRequest::first(1_000);
    let mut tallies = tallies(store).await;
    let conversions = store.conversions(&ConversionFilter::default(), &page).await.unwrap();
    let marked = conversions.items.into_iter().map(|row| {
        let mark = mark(&row, &tallies);
        (row.id.to_string(), (row, mark))
    });
    let conversions = marked.collect();
    // A request that was sent stays sent, so that this depends on the order.
    tallies.iter_mut().for_each(|tally| tally.fired.clear());
    let events = store.events(&EventFilter::default(), &page).await.unwrap();
    let clicks = events
        .items
        .into_iter()
        .map(|row| (row.event.id.to_string(), row.click.map(|id| id.to_string())));
    End {
        conversions,
        tallies,
        clicks: clicks.collect(),
    }
}

/// Returns the tallies of both clicks.
pub async fn tallies<S: Inspect>(store: &S) -> Vec<Tally> {
    let mut tallies = Vec::new();
    for id in CLICKS {
        tallies.extend(store.tallies(&click_id(id)).await.unwrap());
    }
    tallies.sort_by_key(|tally| (tally.click.clone(), tally.key.clone()));
    tallies
}
