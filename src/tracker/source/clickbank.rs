//! What only ClickBank's postbacks have: the Test button's made-up values, and the tracking codes of the order-form pixel.

use super::Source;
use crate::clickbank::pixel::{listed_codes, tracking_codes};
use crate::network::{Meaning, Postback, is_clickbank_test};
use crate::value::Query;
use alloc::borrow::Cow;

impl Source {
    /// Whether a postback is a test: by its word, as the transaction types of notifications begin with `TEST`, or by what ClickBank's Test button
    /// fills in ([`is_clickbank_test`]).
    pub(super) fn is_test(&self, query: &Query<'_>, word: Option<&str>) -> bool {
        let is_word = |word: &str| {
            let (head, rest) = word.split_at_checked(4).unwrap_or_default();
            head.eq_ignore_ascii_case("TEST") && (rest.is_empty() || rest.starts_with('_'))
        };
        self.clickbank_words && (word.is_some_and(is_word) || is_clickbank_test(query))
    }

    /// The texts of a postback that may be a click id. In ClickBank's pixel the code stands under the name that was chosen for the affiliate's
    /// tracking code, or under ClickBank's own `trackingCodes`, and may be a list.
    pub(super) fn postback_candidates<'q>(
        &'q self,
        query: &'q Query<'_>,
        read: &'q Postback,
    ) -> impl Iterator<Item = Cow<'q, str>> {
        let is_pixel = self.clickbank_words && read.type_word.as_ref().is_some_and(|word| self.is_open(word.as_str()));
        let own = read.click_id.as_ref().filter(|_| !is_pixel).map(|id| id.as_str());
        // None of them is repeated: the postback was read.
        let raw = |name| query.raw(name).ok().flatten();
        let listed = is_pixel.then(|| {
            self.names
                .names(Meaning::ClickId)
                .filter_map(raw)
                .flat_map(listed_codes)
        });
        let appended = self.clickbank_words.then(|| tracking_codes(query));
        let found = own.into_iter().chain(listed.into_iter().flatten());
        found.chain(appended.into_iter().flatten()).map(Cow::Borrowed)
    }
}
