//! The words in the place of a status that say none here: shown with the source, until the next
//! start or reload.

use crate::texts::Texts;
use postback::decide::Reply;
use postback::plan::Reason;
use postback::value::OfferSourceId;

/// Those of all sources. A postback with a word of more than `MAX_STATUS_WORD` bytes is refused, so
/// each is short.
#[derive(Debug, Default)]
pub(crate) struct UnknownStatuses(Texts);

impl UnknownStatuses {
    /// Notes the word of a postback, where its decision says that the word is no status.
    pub(crate) fn note(&self, source: &OfferSourceId, word: Option<&str>, reply: &Reply) {
        let is_none = matches!(reply.reason, Some(Reason::UnknownStatus | Reason::StatusIsEvent));
        if let Some(word) = word.filter(|_| is_none) {
            self.0.keep(source, word);
        }
    }

    /// Those of a source, sorted.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Vec<String> {
        self.0.of(source)
    }

    /// Forgets them: another configuration may say what the words mean.
    pub(crate) fn forget(&self) {
        self.0.forget();
    }
}
