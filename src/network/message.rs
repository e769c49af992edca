//! A network's message on the way to an event.

use crate::event::Event;
use crate::value::{AmountError, CurrencyError};
use alloc::{borrow::Cow, string::String, vec::Vec};
use thiserror::Error;

/// What a protocol made of a message: the event, but for what takes keys and roles.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) event: Event,
    /// The texts that may be a click id, best first.
    pub(crate) candidates: Vec<Cow<'a, str>>,
    /// The values of the source's parameters, by their place in its table.
    pub(crate) values: Vec<(usize, Cow<'a, str>)>,
}

/// A notification that was decrypted or verified and is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotTaken {
    /// The source's protocol has no such notifications.
    #[error("the source's protocol has no such notifications")]
    Protocol,
    /// Its version is none of the source's `ins_versions`.
    #[error("version `{0}` is not one of the source's `ins_versions`")]
    Version(String),
    /// Its amount cannot be read exactly.
    #[error("{0}")]
    Amount(#[from] AmountError),
    /// Its amount is no whole number of minor units; what is wrong with it.
    #[error("{0}")]
    MinorUnits(String),
    /// The currency that it names is none.
    #[error("{0}")]
    Currency(#[from] CurrencyError),
}
