//! This module has the values that everything else is made of. Each is parsed once, at the edge,
//! and valid from then on. Begin with [`Money`], [`Timestamp`] and
//! [`Secret`]. (Layer 0.)
//!
//! ```
//! use postback::value::{Amount, Currency};
//! use postback::{Money, Secret, Timestamp};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let (amount, currency): (Amount, Currency) = ("8.50".parse()?, "USD".parse()?);
//!     assert_eq!(Money { amount, currency }.to_string(), "8.5 USD");
//!     assert!("1,250.50".parse::<Amount>().is_err()); // an amount is never guessed
//!     let at: Timestamp = "2026-04-23T17:00:00+02:00".parse()?;
//!     assert_eq!(at.to_string(), "2026-04-23T15:00:00Z");
//!     // A secret shows itself to nobody who does not ask.
//!     assert!(!format!("{:?}", Secret::from("a password")).contains("password"));
//!     Ok(())
//! }
//! ```

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
