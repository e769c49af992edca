//! The parameters of a thank-you page's URL.

use crate::clickbank::check::{self, Check};
use crate::value::Pii;
use alloc::{collections::BTreeMap, string::String};

/// Parameters by name.
pub(super) type Values = BTreeMap<String, Pii>;

pub(super) const ITEM: &str = "item";
pub(super) const RECEIPT: &str = "cbreceipt";
pub(super) const TIME: &str = "time";
pub(super) const CHECK: &str = "cbpop";

/// ClickBank's own parameters beside those that `cbpop` covers.
pub(super) const NAMES: &[&str] = &[
    "cbaffi",
    "cname",
    "cemail",
    "ccountry",
    "czip",
    "cbitems",
    "cupsellreceipt",
    "cbur",
    "cbrblaccpt",
];

/// A parameter that is there and not empty.
pub(super) fn text<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    values.get(name).map(Pii::expose).filter(|text| !text.is_empty())
}

/// The check that a secret makes: the secret first, then receipt, time and item as they came.
pub(super) fn check_of(values: &Values, secret: &[u8]) -> Check {
    let parts = [RECEIPT, TIME, ITEM].map(|name| text(values, name).unwrap_or_default().as_bytes());
    check::of(core::iter::once(secret).chain(parts))
}
