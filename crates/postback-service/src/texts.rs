//! A few texts for each source. They are shown with the source until the next start or reload.

use postback::value::OfferSourceId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

/// The largest number of texts that are kept for a source.
const MOST: usize = 16;

/// The texts of all sources.
#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<BTreeMap<OfferSourceId, BTreeSet<String>>>);

impl Texts {
    /// Keeps a text if there is room for it.
    pub(crate) fn keep(&self, source: &OfferSourceId, text: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = all.entry(source.clone()).or_default();
        if texts.len() < MOST {
            texts.insert(text.to_owned());
        }
    }

    /// Returns the texts of a source, sorted.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = all.get(source);
        texts.map(|texts| texts.iter().cloned().collect()).unwrap_or_default()
    }

    /// Forgets all texts, since another configuration may give them a meaning.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
