//! What a network's postbacks have beside the names of their parameters.

use super::Meaning;
use crate::value::Currency;

/// A row of the URL that is pasted into a network: the query name, what it means and the macro.
pub(crate) type PastedRow = (&'static str, Option<Meaning>, &'static str);

/// What sets the postbacks of one network apart, whatever its parameters are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// What the network is called in an error.
    pub(crate) network: &'static str,
    /// The currency of every amount, whatever a postback says.
    pub(crate) currency: Currency,
    /// Whether the number of a rebill stands behind the receipt of the sale (`-B002`).
    pub(crate) numbers_rebills: bool,
    /// The URL to paste, in its guide's order.
    pub(crate) pasted: &'static [PastedRow],
}
