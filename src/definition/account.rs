//! What belongs to the account as a whole: domains, conversion types, rates, the keys of click ids.

use super::limits::{MAX_ROWS, MAX_TYPES};
use crate::config::part::part;
use crate::config::setters::setters;
use crate::model::{Counts, Duplicates, ReferrerPolicy};
use crate::value::{Amount, Currency, DomainId, SecretReference, Timestamp, TypeName};
use alloc::{string::String, vec::Vec};

/// `click_id`: how click ids are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClickIds {
    /// References to the keys that sign them, newest first.
    pub keys: Vec<SecretReference>,
}
part!(ClickIds, 1, {
    keys,
});
setters!(ClickIds {
    more with_keys(keys: SecretReference),
});

/// A tracking domain, with which printed URLs begin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Domain {
    /// The id by which campaigns and sources refer to it.
    pub id: DomainId,
    /// Its URL without a path, as in `https://trk.example.com`.
    pub url: String,
    /// The URL to which a visitor is sent when no offer can take the click, or when the campaign of
    /// the click URL is unknown.
    pub fallback: Option<String>,
    /// What browsers tell offers about where visitors come from; by default what they tell by
    /// themselves.
    pub referrer_policy: Option<ReferrerPolicy>,
}
part!(Domain, MAX_ROWS, {
    id,
    url,
    fallback,
    referrer_policy,
});
part!(@serde Domain);
setters!(Domain {
    option with_fallback(fallback: String),
    option with_referrer_policy(referrer_policy: ReferrerPolicy),
});

impl Domain {
    /// A domain without a fallback.
    #[must_use]
    pub fn new(id: DomainId, url: impl Into<String>) -> Self {
        let url = url.into();
        Self {
            id,
            url,
            fallback: None,
            referrer_policy: None,
        }
    }
}

/// A conversion type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConversionType {
    /// Its name, which channels are told.
    pub name: TypeName,
    /// Whether conversions without a type get this one. Exactly one type must be the default.
    pub default: bool,
    /// What it counts as; a sale by default.
    pub counts: Option<Counts>,
    /// Its own duplicate policy; the source's by default.
    pub duplicates: Option<Duplicates>,
}
part!(ConversionType, MAX_TYPES, {
    name,
    default,
    counts,
    duplicates,
});
part!(@serde ConversionType);
setters!(ConversionType {
    value with_default(default: bool),
    option with_counts(counts: Counts),
    option with_duplicates(duplicates: Duplicates),
});

impl ConversionType {
    /// A type that counts as sale and is not the default.
    #[must_use]
    pub fn new(name: TypeName) -> Self {
        Self {
            name,
            default: false,
            counts: None,
            duplicates: None,
        }
    }
}

/// An exchange rate: one unit of `from` is `rate` units of `to`, from a time on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// The currency that is converted.
    pub from: Currency,
    /// The currency that it becomes.
    pub to: Currency,
    /// How many units of `to` one unit of `from` is.
    pub rate: Amount,
    /// The time from which it holds, until the next rate of the same pair.
    pub since: Timestamp,
}
part!(Rate, MAX_ROWS, {
    from,
    to,
    rate,
    since,
});
part!(@serde Rate);

impl Rate {
    /// A rate that holds from `since` on.
    #[must_use]
    pub fn new(from: Currency, to: Currency, rate: Amount, since: Timestamp) -> Self {
        Self { from, to, rate, since }
    }
}
