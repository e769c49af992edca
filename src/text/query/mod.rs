//! The one strict reader of query strings and form bodies. Its errors name the parameter, so that
//! whoever pasted a URL can mend it.

mod decode;
mod each;
mod lookup;
mod refused;
mod scan;
mod whole;
mod written;

pub(crate) use lookup::Lookup;
pub(crate) use refused::{HALF_PAIR, QueryFault};
pub use refused::{MAX_QUERY, MAX_QUERY_PARAMETERS, QueryError};
pub use whole::Query;
pub(crate) use written::written;
