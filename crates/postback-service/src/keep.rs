//! Keeps refused messages, each in a commit of its own, so that a wrong secret, a wrong format or a
//! typing error loses nothing. In a full ring each new message replaces the oldest, and a warning
//! asks somebody to look.

use crate::durable::{self, Durable, Unstored};
use crate::journal::Journal;
use crate::meter;
use crate::shared::Shared;
use postback::Timestamp;
use postback::plan::{Commit, RefusedBody, RefusedBounds, RefusedCount, Write};
use postback::port::StoreError;
use postback::tracker::Source;
use postback::value::{OfferSourceId, RefusedId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::timeout;

/// The time between two looks at the rings of a source, while the source refuses messages.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The time between two warnings of a full ring.
const TELL_EVERY: Duration = Duration::from_secs(60 * 60);

/// Keeps a refused body and returns its id; none if it is not kept, as far as is known. If the
/// store is not available, a postback goes to the journal, since networks seldom send a refused
/// postback again.
pub(crate) async fn keep(shared: &Arc<Shared>, source: &Source, body: RefusedBody) -> Option<RefusedId> {
    let bounds = source.refused_bounds();
    let is_sent_again = durable::is_sent_again(body.row.interface);
    let store = || {
        let (shared, body) = (shared.clone(), body.clone());
        async move { durable::timely(&shared, keep_waiting(&shared, body, bounds)).await }
    };
    let journal = async |place: &Journal, why: &Unstored| journal(place, &body, why).await;
    match durable::keep_message(shared, is_sent_again, store, journal).await {
        Durable::Stored(()) => look_now_and_then(shared, source),
        Durable::Journalled => {}
        Durable::Nowhere(_) => return None,
    }
    Some(body.row.id)
}

/// Stores a refused body that waited in the journal.
pub(crate) async fn keep_waiting(shared: &Shared, body: RefusedBody, bounds: RefusedBounds) -> Result<(), StoreError> {
    let (at, keep) = (body.row.at, bounds.of(body.row.ring));
    let commit = Commit::of(vec![Write::Refused { body, keep }], at);
    shared.stores.store.commit(&commit).await.map(drop)
}

async fn journal(journal: &Journal, body: &RefusedBody, why: &Unstored) -> bool {
    let is_journalled = journal.append_refused(body).await.is_ok();
    if is_journalled {
        meter::journalled(body.row.source.as_str(), &why.why);
    }
    is_journalled
}

/// When the rings of each source were last looked at, and when a full one was last reported.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<BTreeMap<OfferSourceId, (Timestamp, Option<Timestamp>)>>);

impl Looks {
    /// Whether it is time to look at a source's rings. If so, the look is noted as done.
    fn is_due(&self, source: &OfferSourceId, now: Timestamp) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = match looks.get(source) {
            Some((looked, _)) if now.saturating_since(*looked) < LOOK_EVERY => return false,
            Some((_, told)) => *told,
            None => None,
        };
        looks.insert(source.clone(), (now, told));
        true
    }

    /// Whether it is time to report a full ring of a source. If so, the report is noted as done.
    fn is_to_be_told(&self, source: &OfferSourceId, now: Timestamp) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, told) = looks.entry(source.clone()).or_insert((now, None));
        let due = told.is_none_or(|told| now.saturating_since(told) >= TELL_EVERY);
        if due {
            *told = Some(now);
        }
        due
    }
}

/// Looks at the rings from time to time, without letting the sender wait.
fn look_now_and_then(shared: &Arc<Shared>, source: &Source) {
    if shared.looks.is_due(source.id(), shared.now()) {
        let (shared, id, bounds) = (shared.clone(), source.id().clone(), source.refused_bounds());
        tokio::spawn(async move { look(&shared, &id, bounds).await });
    }
}

/// Measures the rings of a source, and warns of those that are full.
pub(crate) async fn look(shared: &Shared, source: &OfferSourceId, bounds: RefusedBounds) {
    let counts = match timeout(shared.limits.store, shared.stores.inspect.refused_counts(source)).await {
        Ok(Ok(counts)) => counts,
        _ => return,
    };
    meter::refused_kept(source.as_str(), &counts);
    let is_full = |count: &&RefusedCount| bounds.of(count.last.ring).is_reached(count);
    let full: Vec<&RefusedCount> = counts.iter().filter(is_full).collect();
    if !full.is_empty() && shared.looks.is_to_be_told(source, shared.now()) {
        meter::refused_full(source.as_str(), &full);
    }
}
