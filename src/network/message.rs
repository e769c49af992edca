//! A network's message on the way to becoming an event.

use crate::event::Event;
use crate::value::{AmountError, CurrencyError};
use alloc::{borrow::Cow, string::String, vec::Vec};
use thiserror::Error;

/// What a protocol reads from a message: the event, without the parts that need the tracker's keys
/// and the roles of parameters.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) event: Event,
    /// The texts that may be a click id, best first.
    pub(crate) candidates: Vec<Cow<'a, str>>,
    /// The values of the source's parameters, each with its place in the source's table.
    pub(crate) values: Vec<(usize, Cow<'a, str>)>,
}

/// The reason why a notification that was decrypted or verified is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotTaken {
    /// The source's protocol has no such notifications.
    #[error("the source's protocol has no such notifications")]
    Protocol,
    /// Its version is not among the source's `ins_versions`.
    #[error("version `{0}` is not one of the source's `ins_versions`")]
    Version(String),
    /// Its amount cannot be read exactly.
    #[error("{0}")]
    Amount(#[from] AmountError),
    /// Its amount is not a whole number of minor units. The text says what is wrong with it.
    #[error("{0}")]
    MinorUnits(String),
    /// It names a currency that is not a currency code.
    #[error("{0}")]
    Currency(#[from] CurrencyError),
}
