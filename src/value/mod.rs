//! Layer 0: the values that everything else is made of. Each is parsed once, at the edge, and valid
//! from then on.

mod amount;
pub(crate) mod base32;
mod currency;
mod escape;
mod field_path;
mod id;
mod id_hash;
mod id_text;
mod ip_range;
mod macros;
mod money;
mod open_enum;
mod percent;
mod query;
mod secret;
mod secret_reference;
mod shared;
pub(crate) mod span;
mod suggest;
mod text;
mod time;

pub use self::time::{Timestamp, TimestampError};
pub use amount::{Amount, AmountError, MAX_AMOUNT_DIGITS, MAX_AMOUNT_FRACTION};
pub use currency::{Currency, CurrencyError};
pub(crate) use escape::{ESCAPED, is_escape, percent_decoded, push_json};
pub(crate) use field_path::Step;
pub use field_path::{FieldPath, FieldPathError, MAX_INDEX, MAX_PATH};
pub use id::*;
pub(crate) use id_hash::DeliveryKey;
pub use ip_range::{IpRangeError, ip_range};
pub use ipnet::IpNet;
pub use macros::is_unfilled_macro;
pub use money::Money;
pub(crate) use open_enum::open_enum;
pub use percent::{MAX_PERCENT, Percent, PercentError};
pub use query::{MAX_QUERY, MAX_QUERY_PARAMETERS, Query, QueryError};
pub use secret::{Pii, Secret};
pub use secret_reference::{SecretPlace, SecretReference, SecretReferenceError};
pub use shared::Shared;
pub(crate) use suggest::nearest;
pub use text::cut;
pub(crate) use text::{Cut, shown};
