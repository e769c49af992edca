//! The words in the place of a status that say none here: shown with the source, until the next
//! start or reload.

use postback::decide::Reply;
use postback::plan::Reason;
use postback::value::OfferSourceId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

/// How many words of a source are kept. A postback with a word of more than `MAX_STATUS_WORD` bytes
/// is refused, so each is short.
const MOST: usize = 16;

/// Those of all sources.
#[derive(Debug, Default)]
pub(crate) struct UnknownStatuses(Mutex<BTreeMap<OfferSourceId, BTreeSet<String>>>);

impl UnknownStatuses {
    /// Notes the word of a postback, where its decision says that the word is no status.
    pub(crate) fn note(&self, source: &OfferSourceId, word: Option<&str>, reply: &Reply) {
        let is_none = matches!(reply.reason, Some(Reason::UnknownStatus | Reason::StatusIsEvent));
        let Some(word) = word.filter(|_| is_none) else { return };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let words = all.entry(source.clone()).or_default();
        if words.len() < MOST {
            words.insert(word.to_owned());
        }
    }

    /// Those of a source, sorted.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let words = all.get(source);
        words.map(|words| words.iter().cloned().collect()).unwrap_or_default()
    }

    /// Forgets them: another configuration may say what the words mean.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
