//! Layer 0: the values that everything else is made of. Each is parsed once, at the edge, and valid
//! from then on.

mod amount;
mod currency;
mod field_path;
mod ip_range;
pub(crate) mod money;
mod open_enum;
mod percent;
pub(crate) mod secret;
mod secret_reference;
mod shared;
pub(crate) mod span;
mod text_serde;
pub(crate) mod time;

pub(crate) use self::time::Timestamp;
pub use self::time::{TimestampError, Zone};
pub use crate::id::*;
pub(crate) use crate::text::Query;
pub use crate::text::{MAX_QUERY, MAX_QUERY_PARAMETERS, QueryError, cut, is_unfilled_macro};
pub use amount::{Amount, AmountError, MAX_AMOUNT_DIGITS, MAX_AMOUNT_FRACTION};
pub use currency::{Currency, CurrencyError};
pub(crate) use field_path::Step;
pub use field_path::{FieldPath, FieldPathError};
pub use ip_range::{IpRangeError, ip_range};
pub use ipnet::IpNet;
pub(crate) use money::Money;
pub(crate) use open_enum::open_enum;
pub use percent::{Percent, PercentError};
pub use secret::Pii;
pub(crate) use secret::Secret;
pub use secret_reference::{SecretPlace, SecretReference, SecretReferenceError};
pub use shared::Shared;
pub(crate) use text_serde::text_serde;
