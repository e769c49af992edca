//! Erases the personal values of a person who asks for it: by a click, or by the receipt of a sale.
//! Erasing again does nothing.

use crate::erase_lines::Named;
use crate::shared::Shared;
use crate::timely;
use postback::port::{EventFilter, PageRequest, Purge, Purged, StoreError};
use postback::value::{ClickId, OfferSourceId, Receipt};
use serde::Serialize;
use std::{collections::BTreeSet, io, time::Duration};
use thiserror::Error;

/// How many events of a receipt are listed at once.
const PAGE: u32 = 512;

/// What was erased: how many rows lost their personal values. Refused bodies that name the click
/// are deleted, since it is not known what else is in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Erased {
    /// The rows of the store. If its files still hold what these have lost
    /// ([`Purged::files_hold`]), [`Service::run`](crate::Service::run) removes it when the reader
    /// that needs it has ended.
    #[serde(flatten)]
    pub rows: Purged,
    /// The lines of the journal and of the files beside it.
    pub journal: u64,
    /// What could not be erased yet, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_erased: Option<NotErased>,
}

/// Lines of the journal that name the person and still hold what they held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotErased {
    /// How many lines there are.
    pub lines: u64,
    /// Why they stay, and what to do.
    pub reason: &'static str,
}

/// A line of a newer version is a sale or a click that was acknowledged, so it is not deleted.
const NEWER: &str = "not erased: a newer version wrote these lines of the journal, which this version cannot \
    read; upgrade first, then erase again";

/// Why personal values are not erased, or not all of them. Erasing again is safe.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EraseError {
    /// The store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time.
    #[error("the store is not available, try again")]
    Unavailable,
    /// Another change of the journal has been under way for five seconds.
    #[error("a replay of the journal is under way, try again")]
    Busy,
    /// The journal's files cannot be read or written.
    #[error("the journal cannot be searched ({0}); erase again, and if that does not help look at its files")]
    Journal(#[from] io::Error),
}

/// Erases what belongs to a click.
pub(crate) async fn click(shared: &Shared, click: &ClickId, patience: Duration) -> Result<Erased, EraseError> {
    let named = Named::of_click(click.clone());
    let erased = erase(shared, named, vec![Purge::Erase(click.clone())], patience).await?;
    log(&erased, "click");
    Ok(erased)
}

/// Erases what belongs to the sales with a receipt, and to their clicks: those of one source, or of
/// every source.
pub(crate) async fn receipt(
    shared: &Shared,
    receipt: &Receipt,
    source: Option<&OfferSourceId>,
    patience: Duration,
) -> Result<Erased, EraseError> {
    let (mut sources, clicks) = stored(shared, receipt, source, patience).await?;
    match source {
        Some(source) => sources = [source.clone()].into(),
        None => sources.extend(shared.live().tracker.sources().map(|source| source.id().clone())),
    }
    let named = Named::of_receipt(receipt.clone(), source.cloned(), clicks);
    let each = sources.into_iter();
    let each = each.map(|source| Purge::EraseReceipt(source, receipt.clone()));
    let erased = erase(shared, named, each.collect(), patience).await?;
    log(&erased, "receipt");
    Ok(erased)
}

/// The sources and the clicks of the stored events with a receipt. A source may be configured no
/// longer.
async fn stored(
    shared: &Shared,
    receipt: &Receipt,
    source: Option<&OfferSourceId>,
    patience: Duration,
) -> Result<(BTreeSet<OfferSourceId>, BTreeSet<ClickId>), EraseError> {
    let mut filter = EventFilter::default();
    filter.receipt = Some(receipt.clone());
    filter.source = source.cloned();
    let mut request = PageRequest::first(PAGE);
    let (mut sources, mut clicks) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let page = shared.stores.inspect.events(&filter, &request);
        let page = timely::read(patience, page, EraseError::Unavailable).await?;
        for row in page.items {
            sources.insert(row.event.source.clone());
            clicks.extend(row.click);
        }
        match page.next {
            Some(next) => request.after = next,
            None => return Ok((sources, clicks)),
        }
    }
}

/// Erases in the journal first: what is taken in from there meanwhile is erased in the store. So
/// are the clicks that only the journal's lines name.
async fn erase(shared: &Shared, named: Named, mut each: Vec<Purge>, patience: Duration) -> Result<Erased, EraseError> {
    let mut erased = Erased::default();
    if let Some(journal) = shared.journal.clone() {
        let lines = journal.erase_named(named).await.map_err(|error| match error.kind() {
            io::ErrorKind::ResourceBusy => EraseError::Busy,
            _ => EraseError::Journal(error),
        })?;
        erased.journal = lines.erased;
        erased.not_erased = Some(lines.newer)
            .filter(|lines| *lines > 0)
            .map(|lines| NotErased { lines, reason: NEWER });
        for click in lines.clicks.into_iter().map(Purge::Erase) {
            if !each.contains(&click) {
                each.push(click);
            }
        }
    }
    for what in &each {
        let purged = shared.stores.store.purge(what);
        let purged = timely::read(patience, purged, EraseError::Unavailable).await?;
        erased.rows.add(&purged);
    }
    Ok(erased)
}

/// Logs how much was erased, and not whose it was.
fn log(erased: &Erased, by: &'static str) {
    let Purged {
        clicks,
        events,
        deliveries,
        refused,
        ..
    } = erased.rows;
    let journal = erased.journal;
    tracing::info!(
        by,
        clicks,
        events,
        deliveries,
        refused,
        journal,
        "personal values were erased"
    );
    if erased.rows.files_hold {
        tracing::warn!(
            by,
            "personal values were erased, but the files of the store still hold them, since a reader needs them; it is \
             tried again every ten minutes"
        );
    }
    if let Some(NotErased { lines, reason }) = erased.not_erased {
        tracing::warn!(by, lines, reason, "not all personal values were erased");
    }
}
