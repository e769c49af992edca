//! What is special about a network's postbacks beside the names of their parameters.

use super::Meaning;
use crate::value::Currency;

/// One parameter of the URL that is pasted into a network: the query name, its meaning, and the
/// macro.
pub(crate) type PastedRow = (&'static str, Option<Meaning>, &'static str);

/// The special features of one network's postbacks, whatever its parameters are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// The name of the network in an error.
    pub(crate) network: &'static str,
    /// The currency of every amount, whatever currency a postback names.
    pub(crate) currency: Currency,
    /// Whether the number of a rebill follows the receipt of the sale (`-B002`).
    pub(crate) numbers_rebills: bool,
    /// The parameters of the URL to paste, in the order of the network's guide.
    pub(crate) pasted: &'static [PastedRow],
}
