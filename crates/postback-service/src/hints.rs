//! What names that mean nothing were probably meant for: told in each answer, logged once an hour
//! for each source, and shown with the source until the next start.

use crate::texts::Texts;
use postback::Timestamp;
use postback::tracker::Source;
use postback::value::OfferSourceId;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often the hints of a source are logged.
const PAUSE: Duration = Duration::from_secs(3_600);

/// Those of all sources.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    texts: Texts,
    logged: Mutex<BTreeMap<OfferSourceId, Timestamp>>,
}

impl Hints {
    /// Notes what a source's postback had, and logs it where that was not done for an hour.
    pub(crate) fn note(&self, source: &Source, hints: &[String], now: Timestamp) {
        for hint in hints {
            self.texts.keep(source.id(), hint);
        }
        if !hints.is_empty() && self.is_due(source.id(), now) {
            tracing::warn!(
                source = source.id().as_str(),
                ?hints,
                "a postback has names that mean nothing"
            );
        }
    }

    fn is_due(&self, source: &OfferSourceId, now: Timestamp) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let last = logged.get(source);
        let is_due = last.is_none_or(|at| now.saturating_since(*at) >= PAUSE);
        if is_due {
            logged.insert(source.clone(), now);
        }
        is_due
    }

    /// Those of a source, sorted.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Vec<String> {
        self.texts.of(source)
    }

    /// Forgets them: another configuration may give the names a meaning.
    pub(crate) fn forget(&self) {
        self.texts.forget();
        self.logged.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
