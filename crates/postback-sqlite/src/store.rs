//! Implements the ports: what the caller's thread prepares, and which thread does the rest.

use crate::{
    SqliteStore,
    commit::{self, Encoded},
    facts,
    fault::Fault,
    holds,
    key::key,
    lists,
    lists::List,
    outbox, purge,
    reached::{Reached, Round},
    refused, retention,
    retention::{Found, LastRow},
    sql, time, vacuum,
};
use postback::delivery::{Attempt, Cancelled, DeliveryRow, Settled, Settlement};
use postback::plan::{
    Commit, Committed, ConfigurationRow, EventRow, FactQuery, RefusedBody, RefusedCount, RefusedRow, Tally, Write,
};
use postback::port::{
    BoxFuture, Claim, Claimed, ConversionFilter, Cursor, DeadLetters, Decide, DeliveryFilter, EventFilter, Inspect,
    LaneQueue, Page, PageRequest, Purge, Purged, RefusedFilter, Selection, Store, StoreError, Transact, Transacted,
    Which, decided, row,
};
use postback::value::{ClickId, DeliveryId, EventId, Fingerprint, Namespace, OfferSourceId, RefusedId};
use postback::{Click, Conversion, Event, Facts, Timestamp};
use rusqlite::{Connection, params_from_iter};
use std::time::Instant;

impl Store for SqliteStore {
    fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let encode = |click: &Click| Ok((key(click.id.as_str()), commit::record(click)?));
            let rows = clicks.iter().map(encode).collect::<Result<Vec<_>, StoreError>>()?;
            let record = move |connection: &Connection| {
                for (guard, (text, values)) in &rows {
                    if connection.prepare_cached(text)?.execute(params_from_iter(values))? != 0 {
                        connection.prepare_cached(sql::TOUCH_CLICK)?.execute([guard])?;
                    }
                }
                Ok(())
            };
            self.threads.write_at_once(record).await?;
            for click in clicks {
                self.old.late_clicks.note(time::floor(click.at));
            }
            Ok(())
        })
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        Box::pin(async move {
            let query = query.clone();
            self.threads
                .read(move |connection| facts::facts(connection, &query))
                .await
        })
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        Box::pin(async move {
            let encoded = Encoded::new(commit)?;
            let committed = self.threads.write(move |connection| encoded.apply(connection)).await?;
            self.note_late(commit);
            Ok(committed)
        })
    }

    fn transact(&self) -> Option<&dyn Transact> {
        Some(self)
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        Box::pin(async move {
            let (at, id) = after.waiting()?;
            let after = (at, id.to_owned());
            self.threads
                .read(move |connection| facts::orphans(connection, after, limit))
                .await
        })
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>> {
        Box::pin(async move {
            let claim = claim.clone();
            self.threads
                .write_at_once(move |connection| outbox::claim(connection, &claim))
                .await
        })
    }

    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>> {
        Box::pin(async move {
            let verdicts = verdicts
                .iter()
                .map(outbox::Encoded::new)
                .collect::<Result<Vec<_>, _>>()?;
            self.threads
                .write_at_once(move |connection| outbox::settle(connection, &verdicts))
                .await
        })
    }

    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            let mut was_held = false;
            loop {
                let selection = selection.clone();
                let release = move |connection: &_| outbox::release(connection, &selection);
                let (released, ended) = self.threads.write(release).await?;
                was_held |= ended;
                if released == 0 {
                    break;
                }
            }
            if matches!(selection.which, Which::Held(_)) {
                return Ok(u64::from(was_held));
            }
            let (mut count, mut after) = (0_u64, Some(0));
            while let Some(row) = after {
                let selection = selection.clone();
                let batch = self
                    .threads
                    .write(move |connection| outbox::requeue(connection, &selection, row))
                    .await?;
                count = count.saturating_add(batch.0);
                after = batch.1;
            }
            Ok(count)
        })
    }

    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>> {
        Box::pin(async move {
            let (id, last, now) = (delivery.clone(), row::encode(attempt)?, attempt.at);
            self.threads
                .write(move |connection| outbox::cancel(connection, id.as_str(), &last, now))
                .await
        })
    }

    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        Box::pin(async move {
            let purged = match what {
                Purge::ClicksBefore(time) => {
                    let in_order: Way<'_> = (retention::clicks, Some(&self.old.clicks));
                    let late: Way<'_> = (retention::late_clicks, Some(&self.old.late_clicks));
                    self.remove(&[in_order, late], *time).await
                }
                Purge::EventsBefore(time) => {
                    let in_order: Way<'_> = (retention::events, Some(&self.old.events));
                    let late: Way<'_> = (retention::late_events, Some(&self.old.late_events));
                    self.remove(&[in_order, late], *time).await
                }
                Purge::DeliveriesBefore(time) => self.remove(&[(retention::deliveries, None)], *time).await,
                Purge::Erase(_) | Purge::EraseReceipt(..) => self.erase(what).await,
                _ => self.forget(what).await,
            };
            // A call that failed may have forgotten something.
            if !matches!(&purged, Ok(purged) if purged.total() == 0) {
                self.threads.note_forgotten();
            }
            let mut purged = purged?;
            if matches!(
                what,
                Purge::ClicksBefore(_) | Purge::EventsBefore(_) | Purge::DeliveriesBefore(_)
            ) {
                while self.threads.write_at_leisure(vacuum::step).await? {}
            }
            purged.files_hold = !self.threads.empty_log().await;
            Ok(purged)
        })
    }
}

/// How many events one transaction erases.
const BATCH: usize = 256;

/// Finds a page of what is old, behind a place.
type Finds = fn(&Connection, i64, LastRow) -> Result<Found, Fault>;

/// How old rows are looked for, and how far they were looked at, if that is known.
type Way<'a> = (Finds, Option<&'a Reached>);

impl SqliteStore {
    /// Forgets batch by batch.
    async fn forget(&self, what: &Purge) -> Result<Purged, StoreError> {
        let mut all = Purged::default();
        // Somebody waits for an erasure, and for what was tried again.
        let has_time = matches!(what, Purge::PrivateBefore(_) | Purge::RefusedBefore(..));
        loop {
            let what = what.clone();
            let forget = move |connection: &Connection| purge::purge(connection, &what);
            let (purged, more) = match has_time {
                true => self.threads.write_at_leisure(forget).await?,
                false => self.threads.write(forget).await?,
            };
            if purged.total() == 0 && !more {
                return Ok(all);
            }
            all.add(&purged);
        }
    }

    /// Erases what belongs to a click or a receipt, and then the events that only name the click.
    async fn erase(&self, what: &Purge) -> Result<Purged, StoreError> {
        let mut all = self.forget(what).await?;
        let named = what.clone();
        let loose = self.threads.read(move |file| purge::loose(file, &named)).await?;
        for batch in loose.chunks(BATCH) {
            let these = batch.to_vec();
            let erase = move |file: &Connection| purge::erase_loose(file, &these);
            all.add(&self.threads.write(erase).await?);
        }
        Ok(all)
    }

    /// Removes what is older than a time, in each of these ways.
    async fn remove(&self, ways: &[Way<'_>], before: Timestamp) -> Result<Purged, StoreError> {
        let mut all = Purged::default();
        for way in ways {
            all.add(&self.remove_by(*way, time::floor(before)).await?);
        }
        Ok(all)
    }

    /// Removes what is older than a time, page by page, each page in small transactions. It begins
    /// where the last call has got to, if that is known.
    async fn remove_by(&self, (finds, reached): Way<'_>, before: i64) -> Result<Purged, StoreError> {
        let mut round = reached.map(|reached| reached.begin(Instant::now()));
        let first = round.as_ref().map_or(LastRow::START, Round::first);
        let (mut all, mut next) = (Purged::default(), Some(first));
        while let Some(place) = next {
            let mut page = self.threads.read(move |file| finds(file, before, place)).await?;
            while !page.old.is_empty() {
                let these = page.old.clone();
                let remove = move |file: &Connection| {
                    let removed = retention::remove(file, &these, before)?;
                    Ok((removed, retention::last_numbers(file)?))
                };
                let ((purged, done), (click, event)) = self.threads.write_at_leisure(remove).await?;
                // Numbers behind the last row are given out again.
                self.old.clicks.note(click);
                self.old.events.note(event);
                all.add(&purged);
                page.old.drain(..done.min(page.old.len()));
            }
            if let Some(round) = &mut round {
                round.done(&page);
            }
            next = page.next;
        }
        Ok(all)
    }
}

impl Transact for SqliteStore {
    fn decide_and_commit<'a>(
        &'a self,
        query: FactQuery,
        decide: Decide,
    ) -> BoxFuture<'a, Result<Option<Transacted>, StoreError>> {
        Box::pin(async move {
            let transact = move |connection: &Connection| {
                let facts = facts::facts(connection, &query)?;
                let Some(commit) = decided(&decide, &facts)? else {
                    return Ok(None);
                };
                let committed = Encoded::new(&commit)?.apply(connection)?;
                Ok(Some(Transacted::new(commit, committed)))
            };
            let transacted = self.threads.write(transact).await?;
            if let Some(done) = &transacted {
                self.note_late(&done.commit);
            }
            Ok(transacted)
        })
    }
}

impl SqliteStore {
    /// Notes the events that a commit may have written behind younger ones.
    fn note_late(&self, commit: &Commit) {
        for write in &commit.writes {
            if let Write::Event(row) = write {
                self.old.late_events.note(time::floor(row.event.received_at));
            }
        }
    }
}

impl Inspect for SqliteStore {
    fn click<'a>(&'a self, id: &'a ClickId) -> BoxFuture<'a, Result<Option<Click>, StoreError>> {
        Box::pin(async move {
            let id = id.clone();
            self.threads.read(move |connection| facts::click(connection, &id)).await
        })
    }

    fn tallies<'a>(&'a self, click: &'a ClickId) -> BoxFuture<'a, Result<Vec<Tally>, StoreError>> {
        Box::pin(async move {
            let click = click.clone();
            self.threads
                .read(move |connection| facts::tallies(connection, &click))
                .await
        })
    }

    fn conversions<'a>(
        &'a self,
        filter: &'a ConversionFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<Conversion>, StoreError>> {
        Box::pin(async move {
            let (filter, page) = (filter.clone(), page.clone());
            let list = move |file: &_| List::conversions(&filter).page(file, &page, lists::conversion);
            self.threads.read(list).await
        })
    }

    fn events<'a>(
        &'a self,
        filter: &'a EventFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<EventRow>, StoreError>> {
        Box::pin(async move {
            let (filter, page) = (filter.clone(), page.clone());
            self.threads
                .read(move |file| List::events(&filter).page(file, &page, lists::event))
                .await
        })
    }

    fn event<'a>(&'a self, id: &'a EventId) -> BoxFuture<'a, Result<Option<EventRow>, StoreError>> {
        Box::pin(async move {
            let id = id.clone();
            self.threads.read(move |file| facts::event_row(file, &id)).await
        })
    }

    fn deliveries<'a>(
        &'a self,
        filter: &'a DeliveryFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<DeliveryRow>, StoreError>> {
        Box::pin(async move {
            let (filter, page) = (filter.clone(), page.clone());
            self.threads
                .read(move |file| List::deliveries(&filter).page(file, &page, lists::delivery))
                .await
        })
    }

    fn dead_letters(&self) -> BoxFuture<'_, Result<DeadLetters, StoreError>> {
        Box::pin(self.threads.read(outbox::dead_letters))
    }

    fn lane_queues(&self) -> BoxFuture<'_, Result<Vec<LaneQueue>, StoreError>> {
        Box::pin(self.threads.read(holds::queues))
    }

    fn refused<'a>(
        &'a self,
        filter: &'a RefusedFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<RefusedRow>, StoreError>> {
        Box::pin(async move {
            let (filter, page) = (filter.clone(), page.clone());
            self.threads
                .read(move |file| List::refused(&filter).page(file, &page, refused::row))
                .await
        })
    }

    fn refused_counts<'a>(&'a self, source: &'a OfferSourceId) -> BoxFuture<'a, Result<Vec<RefusedCount>, StoreError>> {
        Box::pin(async move {
            let source = source.clone();
            self.threads.read(move |file| refused::counts(file, &source)).await
        })
    }

    fn refused_body<'a>(&'a self, id: &'a RefusedId) -> BoxFuture<'a, Result<Option<RefusedBody>, StoreError>> {
        Box::pin(async move {
            let id = id.clone();
            self.threads.read(move |file| refused::body(file, id.as_str())).await
        })
    }

    fn configuration<'a>(&'a self, fingerprint: &'a Fingerprint) -> BoxFuture<'a, Result<Option<String>, StoreError>> {
        Box::pin(async move {
            let fingerprint = fingerprint.clone();
            self.threads
                .read(move |file| facts::configuration(file, fingerprint.as_str()))
                .await
        })
    }

    fn last_configuration(&self) -> BoxFuture<'_, Result<Option<ConfigurationRow>, StoreError>> {
        Box::pin(async move { self.threads.read(facts::last_configuration).await })
    }
}
