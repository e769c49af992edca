//! What names that mean nothing were probably meant for: told in each answer, logged once an hour
//! for each source, and shown with the source until the next start.

use postback::Timestamp;
use postback::tracker::Source;
use postback::value::OfferSourceId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often the hints of a source are logged.
const PAUSE: Duration = Duration::from_secs(3_600);
/// How many hints of a source are kept.
const MOST: usize = 16;

/// Those of all sources.
#[derive(Debug, Default)]
pub(crate) struct Hints(Mutex<BTreeMap<OfferSourceId, Told>>);

#[derive(Debug, Default)]
struct Told {
    hints: BTreeSet<String>,
    logged: Option<Timestamp>,
}

impl Hints {
    /// Notes what a source's postback had, and logs it where that was not done for an hour.
    pub(crate) fn note(&self, source: &Source, hints: &[String], now: Timestamp) {
        if hints.is_empty() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = all.entry(source.id().clone()).or_default();
        for hint in hints {
            if told.hints.len() < MOST {
                told.hints.insert(hint.clone());
            }
        }
        if told.logged.is_none_or(|at| now.saturating_since(at) >= PAUSE) {
            told.logged = Some(now);
            tracing::warn!(
                source = source.id().as_str(),
                ?hints,
                "a postback has names that mean nothing"
            );
        }
    }

    /// Those of a source, sorted.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = all.get(source);
        told.map(|told| told.hints.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Forgets them: another configuration may give the names a meaning.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
