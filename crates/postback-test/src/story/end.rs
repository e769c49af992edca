//! What a store holds in the end.

use crate::account::click_id;
use postback::decide::{Mark, mark};
use postback::model::Conversion;
use postback::plan::Slot;
use postback::port::{ConversionFilter, EventFilter, Inspect, PageRequest};
use postback::value::Amount;
use std::collections::BTreeMap;

/// The clicks of every story.
pub const CLICKS: [&str; 2] = ["c1", "c2"];

/// What every order must agree on.
#[derive(Debug, PartialEq)]
pub struct End {
    pub conversions: BTreeMap<String, (Conversion, Mark)>,
    slots: Vec<Slot>,
    clicks: BTreeMap<String, Option<String>>,
}

impl End {
    pub fn revenue(&self) -> Amount {
        crate::revenue(self.conversions.values().map(|(row, _)| row))
    }
}

pub async fn end<S: Inspect>(store: &S) -> End {
    let page = PageRequest::first(1_000);
    let mut slots = slots(store).await;
    let conversions = store.conversions(&ConversionFilter::default(), &page).await.unwrap();
    let marked = conversions.items.into_iter().map(|row| {
        let mark = mark(&row, &slots);
        (row.id.to_string(), (row, mark))
    });
    let conversions = marked.collect();
    // What was sent stays sent, so that it depends on the order.
    slots.iter_mut().for_each(|slot| slot.fired.clear());
    let events = store.events(&EventFilter::default(), &page).await.unwrap();
    let clicks = events
        .items
        .into_iter()
        .map(|row| (row.event.id.to_string(), row.click.map(|id| id.to_string())));
    End {
        conversions,
        slots,
        clicks: clicks.collect(),
    }
}

/// The slots of both clicks.
pub async fn slots<S: Inspect>(store: &S) -> Vec<Slot> {
    let mut slots = Vec::new();
    for id in CLICKS {
        slots.extend(store.slots(&click_id(id)).await.unwrap());
    }
    slots.sort_by_key(|slot| (slot.click.clone(), slot.key.clone()));
    slots
}
