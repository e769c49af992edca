//! What else is read: facts for a decision, single rows, what waits, and what is counted each
//! minute.

use super::{
    Question,
    subject::{Found, Subject},
};
use postback::plan::FactQuery;
use postback::port::{Cursor, Inspect, Store};

/// How many waiting events a round reads at once.
const ORPHANS: u32 = 256;

pub(super) const ALL: &[Question] = &[
    Question::new("facts by click", |file, time| {
        let (mut query, row) = (query(file, time), file.event(time));
        query.clicks.extend(row.click.clone());
        facts(file, query)
    }),
    Question::new("facts by receipt", |file, time| {
        let (mut query, row) = (query(file, time), file.event(time));
        query.receipts.extend(row.event.receipt.clone());
        facts(file, query)
    }),
    Question::new("facts by receipt, for a refund", |file, time| {
        let (mut query, row) = (query(file, time), file.event(time));
        query.receipts.extend(row.event.receipt.clone());
        query.told.extend(row.event.receipt.clone());
        facts(file, query)
    }),
    Question::new("a click", |file, time| {
        let click = file.conversion(time).click.clone();
        Box::pin(async move { Ok(usize::from(file.store.click(&click).await?.is_some())) })
    }),
    Question::new("tallies of a click", |file, time| {
        let click = file.conversion(time).click.clone();
        Box::pin(async move { Ok(file.store.tallies(&click).await?.len()) })
    }),
    Question::new("an event", |file, time| {
        let event = file.event(time).event.id.clone();
        Box::pin(async move { Ok(usize::from(file.store.event(&event).await?.is_some())) })
    }),
    Question::new("a refused body", |file, time| {
        let id = file.refusal(time).id.clone();
        Box::pin(async move { Ok(usize::from(file.store.refused_body(&id).await?.is_some())) })
    }),
    Question::new("refused bodies, counted", |file, _| {
        Box::pin(async move { Ok(file.store.refused_counts(&"net".parse()?).await?.len()) })
    }),
    Question::new("waiting events", |file, _| orphans(file, Cursor::start())),
    Question::new("waiting events, those of the last hour", |file, _| {
        Box::pin(async move {
            let hour = std::time::Duration::from_secs(3_600);
            let since = file.now()?.checked_sub(hour).ok_or("before the calendar")?;
            Ok(file.store.orphans(&Cursor::since(since), ORPHANS).await?.len())
        })
    }),
    Question::new("dead letters, counted", |file, _| {
        Box::pin(async move { Ok(usize::try_from(file.store.dead_letters().await?.count)?) })
    }),
    Question::new("what waits in each lane, counted", |file, _| {
        Box::pin(async move {
            let queues = file.store.lane_queues().await?;
            Ok(usize::try_from(queues.iter().map(|queue| queue.queued).sum::<u64>())?)
        })
    }),
];

/// The query of an event that is not stored.
fn query(file: &Subject, time: usize) -> FactQuery {
    let event = &file.event(time).event;
    let other: String = event.id.as_str().chars().rev().collect();
    FactQuery::new(event.source.clone(), other.parse().unwrap_or_else(|_| event.id.clone()))
}

/// Counts the clicks that are known.
fn facts(file: &Subject, query: FactQuery) -> Found<'_> {
    Box::pin(async move {
        let facts = file.store.facts(&query).await?;
        Ok(facts.clicks.values().filter(|known| known.click.is_some()).count())
    })
}

fn orphans(file: &Subject, after: Cursor) -> Found<'_> {
    Box::pin(async move { Ok(file.store.orphans(&after, ORPHANS).await?.len()) })
}
