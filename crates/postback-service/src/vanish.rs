//! What the configuration before had and the present one has not, with what hangs on it: a renamed
//! postback, source or campaign is easily meant as the same thing, and is another one.

use crate::stores::Stores;
use crate::timely::within;
use postback::delivery::{DeliveryRow, DeliveryState};
use postback::lint::{Vanished, vanished};
use postback::plan::{ConfigurationRow, Outcome};
use postback::port::{DeliveryFilter, EventFilter, PageRequest, StoreError};
use postback::value::OfferSourceId;
use postback::{Definition, Document, Tracker};
use std::{fmt, time::Duration};

/// How long the store may take to say what hangs on the things that are gone.
const COUNT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many rows are read at once, and at most.
const PAGE: u32 = 1_000;
const MOST: usize = 10_000;

/// Something that the configuration before had and the present one has not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gone {
    /// What it is; it prints as what that means.
    pub what: Vanished,
    /// How many of its deliveries are queued, as far as they were counted (10,000 rows); none where
    /// nothing of the kind hangs on it, or the store did not say in time.
    pub deliveries: Option<u64>,
    /// How many of its events wait for a click, likewise.
    pub events: Option<u64>,
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(count) = self.deliveries {
            write!(f, "; queued deliveries of it: {count}")?;
        }
        if let Some(count) = self.events {
            write!(f, "; events that wait: {count}")?;
        }
        Ok(())
    }
}

/// Returns the document of the configuration that was at work last, if it is another one. What
/// cannot be read now keeps nobody from starting.
pub(crate) async fn before(stores: &Stores, tracker: &Tracker) -> Option<String> {
    let last = within(COUNT_TIMEOUT, stores.inspect.last_configuration()).await;
    let ConfigurationRow { fingerprint, document } = last?.ok()??;
    (fingerprint != *tracker.fingerprint()).then_some(document)
}

/// Finds what is gone since the configuration `before`, counts what hangs on it, and warns.
pub(crate) async fn since(stores: &Stores, before: &str, tracker: &Tracker) -> Vec<Gone> {
    let read = |text: &str| Definition::from_document(&Document::from_json(text).ok()?).ok();
    let Some((before, now)) = read(before).zip(read(tracker.document())) else {
        tracing::warn!("the configuration before cannot be read, so nobody knows what is gone");
        return Vec::new();
    };
    let mut gone: Vec<Gone> = vanished(&before, &now).into_iter().map(alone).collect();
    if !gone.is_empty() {
        // Without an answer in time, it is named without the numbers.
        let counted = within(COUNT_TIMEOUT, count(stores, &mut gone)).await;
        if !matches!(counted, Some(Ok(()))) {
            gone.iter_mut()
                .for_each(|gone| (gone.deliveries, gone.events) = (None, None));
        }
    }
    for gone in &gone {
        tracing::warn!(kind = gone.what.kind(), %gone, "the configuration before had what this one has not");
    }
    gone
}

fn alone(what: Vanished) -> Gone {
    Gone {
        what,
        deliveries: None,
        events: None,
    }
}

async fn count(stores: &Stores, gone: &mut [Gone]) -> Result<(), StoreError> {
    let sends = |gone: &&mut Gone| matches!(gone.what, Vanished::Campaign(_) | Vanished::Postback(..));
    if gone.iter_mut().any(|gone| sends(&gone)) {
        let queued = queued(stores).await?;
        for gone in gone.iter_mut().filter(sends) {
            let count = queued.iter().filter(|row| is_of(row, &gone.what)).count();
            gone.deliveries = Some(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }
    for gone in gone {
        if let Vanished::Source(source) = &gone.what {
            gone.events = Some(waiting(stores, source).await?);
        }
    }
    Ok(())
}

/// Returns the newest queued deliveries, at most [`MOST`].
async fn queued(stores: &Stores) -> Result<Vec<DeliveryRow>, StoreError> {
    let filter = DeliveryFilter::in_state(DeliveryState::Queued);
    let (mut request, mut rows) = (PageRequest::first(PAGE), Vec::new());
    loop {
        let page = stores.inspect.deliveries(&filter, &request).await?;
        rows.extend(page.items);
        match page.next {
            Some(next) if rows.len() < MOST => request.after = next,
            _ => return Ok(rows),
        }
    }
}

/// Returns how many events of a source wait, at most [`MOST`].
async fn waiting(stores: &Stores, source: &OfferSourceId) -> Result<u64, StoreError> {
    let mut filter = EventFilter::of_source(source.clone());
    filter.outcome = Some(Outcome::Unattributed);
    let (mut request, mut seen) = (PageRequest::first(PAGE), 0_usize);
    loop {
        let page = stores.inspect.events(&filter, &request).await?;
        seen = seen.saturating_add(page.items.len());
        match page.next {
            Some(next) if seen < MOST => request.after = next,
            _ => return Ok(u64::try_from(seen).unwrap_or(u64::MAX)),
        }
    }
}

fn is_of(row: &DeliveryRow, what: &Vanished) -> bool {
    let Some((campaign, postback)) = row.delivery.cause.rule() else {
        return false;
    };
    match what {
        Vanished::Campaign(id) => id == campaign,
        Vanished::Postback(of, id) => (of, id) == (campaign, postback),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postback::memory::MemoryStore;
    use postback::{CompileOptions, Timestamp, compile::compile, drive};
    use std::sync::Arc;

    fn tracker(source: &str) -> Tracker {
        let text = format!(
            "version = 1\n[[conversion_type]]\nname = \"Sale\"\ndefault = true\n[[offer_source]]\nid = \"{source}\"\ntemplate = \"generic\"\n"
        );
        compile(&Document::from_toml(&text).unwrap(), &CompileOptions::default()).unwrap()
    }

    async fn install(stores: &Stores, tracker: &Tracker) {
        let at = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        drive::install(tracker, &*stores.store, at).await.unwrap();
    }

    #[tokio::test]
    async fn a_service_that_starts_knows_what_was_at_work_last() {
        let stores = Stores::from(Arc::new(MemoryStore::new()));
        let (one, two) = (tracker("one"), tracker("two"));
        assert_eq!(before(&stores, &one).await, None, "nothing was at work before");
        for (was, now) in [(&one, &two), (&two, &one)] {
            install(&stores, was).await;
            assert_eq!(before(&stores, was).await, None, "it is the same");
            let last = before(&stores, now).await.unwrap();
            assert_eq!(last, was.document());
            let gone = since(&stores, &last, now).await;
            let source = was.sources().next().unwrap().id();
            assert_eq!(gone.len(), 1);
            assert_eq!(
                (&gone[0].what, gone[0].events),
                (&Vanished::Source(source.clone()), Some(0))
            );
            assert!(gone[0].to_string().ends_with("; events that wait: 0"), "{}", gone[0]);
        }
    }

    #[tokio::test]
    async fn a_document_of_another_version_stops_nobody() {
        let stores = Stores::from(Arc::new(MemoryStore::new()));
        assert_eq!(since(&stores, "{\"version\": 9}", &tracker("one")).await, []);
    }
}
