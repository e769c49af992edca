//! Unfilled macros in place of a status, a type or a currency. They show that the network has such
//! a value and did not send it. So no default is used: the default of a message without the value
//! could earn money.

use super::door::Intake;
use crate::network::{InboundPostback, InboundPostbackError, MAX_STATUS_WORD, Meaning, currency_of};
use crate::text::prefix;
use crate::value::{MAX_TYPE_NAME, Query, TypeName};

impl Intake<'_> {
    /// Keeps an unfilled status and an unfilled type as they came, which are words without a
    /// meaning. A type that anyone may send has no currency.
    ///
    /// # Errors
    /// An unfilled currency beside an amount, since nobody knows what the amount is.
    pub(super) fn keep_unfilled(
        &self,
        query: &Query<'_>,
        read: &mut InboundPostback,
        open: bool,
    ) -> Result<(), InboundPostbackError> {
        if read.status_word.is_none()
            && let Some((_, text)) = self.source.unfilled(query, Meaning::Status)
        {
            read.status_word = Some(prefix(text, MAX_STATUS_WORD).into());
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
