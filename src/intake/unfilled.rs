//! Macros that came where a status, a type or a currency belongs. What came says that the network
//! tells one and that this one was not told, so no default stands in for it: what is assumed of a
//! message that names none would earn.

use super::door::Intake;
use crate::network::{InboundPostback, InboundPostbackError, MAX_STATUS_WORD, Meaning, currency_of};
use crate::text::prefix;
use crate::value::{MAX_TYPE_NAME, Query, TypeName};
use alloc::string::ToString;

impl Intake<'_> {
    /// Keeps an unfilled status and an unfilled type as the words that came, which mean nothing;
    /// what anyone may send has no currency.
    ///
    /// # Errors
    /// A currency that was not filled beside an amount: nobody knows what the amount is.
    pub(super) fn keep_unfilled(
        &self,
        query: &Query<'_>,
        read: &mut InboundPostback,
        open: bool,
    ) -> Result<(), InboundPostbackError> {
        if read.status_word.is_none()
            && let Some((_, text)) = self.source.unfilled(query, Meaning::Status)
        {
            read.status_word = Some(prefix(text, MAX_STATUS_WORD).to_string());
        }
        if read.type_word.is_none()
            && let Some((_, text)) = self.source.unfilled(query, Meaning::Type)
        {
            read.type_word = TypeName::new(prefix(text, MAX_TYPE_NAME)).ok();
        }
        if read.currency.is_none()
            && read.sum.is_some()
            && !open
            && let Some((name, text)) = self.source.unfilled(query, Meaning::Currency)
        {
            read.currency = Some(currency_of(&self.source.names, name, text)?);
        }
        Ok(())
    }
}
