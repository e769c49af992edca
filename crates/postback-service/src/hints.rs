//! Hints at what unknown parameter names were probably meant for, and at what came in place of
//! missing amounts. They are in each response, the former are logged once an hour for each source,
//! and all are shown with the source until the next start or reload.

use crate::texts::Texts;
use postback::Timestamp;
use postback::tracker::Source;
use postback::value::OfferSourceId;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The time between two log lines with the hints of a source.
const PAUSE: Duration = Duration::from_secs(3_600);

/// The hints of all sources.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    texts: Texts,
    logged: Mutex<BTreeMap<OfferSourceId, Timestamp>>,
}

impl Hints {
    /// Keeps the hints for a postback of a source, and logs them if that was not done within the
    /// last hour.
    pub(crate) fn note(&self, source: &Source, hints: &[String], now: Timestamp) {
        self.keep(source, hints);
        if !hints.is_empty() && self.is_due(source.id(), now) {
            tracing::warn!(
                source = source.id().as_str(),
                ?hints,
                "a postback has parameters that mean nothing"
            );
        }
    }

    /// Keeps hints for a source.
    pub(crate) fn keep(&self, source: &Source, hints: &[String]) {
        for hint in hints {
            self.texts.keep(source.id(), hint);
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

    /// Returns the hints of a source, sorted.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Vec<String> {
        self.texts.of(source)
    }

    /// Forgets all hints, since another configuration may give the names a meaning.
    pub(crate) fn forget(&self) {
        self.texts.forget();
        self.logged.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
