//! Layer 0: texts that others wrote. This module decodes and escapes them, recognises texts that
//! are not values, cuts them for display, and finds the parts of a URL. The reader of query strings
//! is here too.

mod blank;
mod cut;
mod echo;
mod escape;
mod hex;
mod macros;
mod marks;
pub(crate) mod query;
mod suggest;

pub(crate) use blank::{is_no_amount, trimmed};
pub use cut::cut;
pub(crate) use cut::{Cut, prefix, shown};
pub(crate) use echo::plain;
pub(crate) use escape::{ESCAPED, decoded_so_far, is_escape, lossy, percent_decoded, push_json};
pub(crate) use hex::hex;
pub use macros::is_unfilled_macro;
pub(crate) use marks::{SecondMark, written_pairs};
pub(crate) use query::{HALF_PAIR, QueryFault, written};
pub(crate) use query::{Lookup, Query};
pub use query::{MAX_QUERY, MAX_QUERY_PARAMETERS, QueryError};
pub(crate) use suggest::nearest;
