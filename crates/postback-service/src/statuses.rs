//! The words in postbacks' field of the status that mean no status. They are shown with the source
//! until the next start or reload.

use crate::texts::Texts;
use postback::decide::Reply;
use postback::plan::Reason;
use postback::value::OfferSourceId;

/// The unknown words of all sources. Each is short, since a postback with a word over
/// `MAX_STATUS_WORD` bytes is refused.
#[derive(Debug, Default)]
pub(crate) struct UnknownStatuses(Texts);

impl UnknownStatuses {
    /// Keeps the word of a postback if the decision says that it is no status.
    pub(crate) fn note(&self, source: &OfferSourceId, word: Option<&str>, reply: &Reply) {
        let is_none = matches!(reply.reason, Some(Reason::UnknownStatus | Reason::StatusIsEvent));
        if let Some(word) = word.filter(|_| is_none) {
            self.0.keep(source, word);
        }
    }

    /// Returns the words of a source, sorted.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Vec<String> {
        self.0.of(source)
    }

    /// Forgets all words, since another configuration may give them a meaning.
    pub(crate) fn forget(&self) {
        self.0.forget();
    }
}
