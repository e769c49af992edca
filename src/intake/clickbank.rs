//! What anyone may send, and what only ClickBank's postbacks have: the Test button's made-up
//! values, the tracking codes of the order-form pixel.

use crate::clickbank::pixel::{MAX_TRACKING_CODES, TRACKING_CODES, listed_codes, tracking_codes};
use crate::clickbank::s2s::is_test_button;
use crate::definition::Protocol;
use crate::network::{Meaning, Postback, PostbackError};
use crate::tracker::Source;
use crate::value::Query;
use alloc::borrow::Cow;

impl Source {
    pub(super) fn is_clickbank(&self) -> bool {
        matches!(self.protocol, Protocol::ClickBank(_))
    }

    /// Whether a query's word is that of an open type. A word that is repeated is refused later.
    pub(super) fn is_sent_by_anyone(&self, query: &Query<'_>) -> bool {
        let mut words = self
            .names
            .names(Meaning::Type)
            .filter_map(|name| query.value(name).ok()?);
        words.next().is_some_and(|word| self.is_open(word))
    }

    /// Reads a query by the source's names. What anyone may send (`open`) is read without its
    /// amount, which counts nothing and so refuses nothing. ClickBank's pixel fills the field of
    /// the click id as it does tracking codes, so that is a list, and not the list but each code of
    /// it has the length of a click id.
    pub(super) fn read(&self, query: &Query<'_>, own: &[&str], open: bool) -> Result<Postback, PostbackError> {
        use Meaning::{ClickId, Currency, Sum};
        let unread: &[Meaning] = match (open, self.is_clickbank()) {
            (false, _) => &[],
            (true, false) => &[Sum, Currency],
            (true, true) => &[Sum, Currency, ClickId],
        };
        let mut read = match unread {
            [] => Postback::read(query, &self.names, own)?,
            unread => Postback::read(query, &self.names.without(unread), own)?,
        };
        if self.is_clickbank() {
            // Codes are read by [`Source::postback_candidates`].
            read.ignored
                .retain(|name| !TRACKING_CODES.contains(&name.as_str()) && self.names.meaning(name) != Some(ClickId));
            for name in self.names.names(ClickId) {
                query.raw(name)?;
            }
        }
        Ok(read)
    }

    /// Whether a postback is a test: by its word, as the transaction types of notifications begin
    /// with `TEST`, or by what ClickBank's Test button fills in ([`is_test_button`]).
    pub(super) fn is_test(&self, read: &Postback) -> bool {
        let is_word = |word: &str| {
            let (head, rest) = word.split_at_checked(4).unwrap_or_default();
            head.eq_ignore_ascii_case("TEST") && (rest.is_empty() || rest.starts_with('_'))
        };
        let by_word = read.type_word.as_ref().is_some_and(|word| is_word(word.as_str()));
        self.is_clickbank() && (by_word || is_test_button(read))
    }

    /// The texts of a postback that may be a click id. In ClickBank's pixel the code stands under
    /// the name that was chosen for the affiliate's tracking code, or under ClickBank's own
    /// `trackingCodes`, and may be a list.
    pub(super) fn postback_candidates<'q>(
        &'q self,
        query: &'q Query<'_>,
        read: &'q Postback,
    ) -> impl Iterator<Item = Cow<'q, str>> {
        let is_pixel = self.is_clickbank() && read.type_word.as_ref().is_some_and(|word| self.is_open(word.as_str()));
        let own = read.click_id.as_ref().map(|id| id.as_str());
        // None of them is repeated: the postback was read.
        let raw = |name| query.raw(name).ok().flatten();
        let listed = is_pixel.then(|| {
            let values = self.names.names(Meaning::ClickId).filter_map(raw);
            values.flat_map(listed_codes).take(MAX_TRACKING_CODES)
        });
        let appended = self.is_clickbank().then(|| tracking_codes(query));
        let found = own.into_iter().chain(listed.into_iter().flatten());
        found.chain(appended.into_iter().flatten()).map(Cow::Borrowed)
    }
}
