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

/// ClickBank's own parameters that `cbpop` does not cover.
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

/// The value of a parameter that is present and not empty.
pub(super) fn text<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    values.get(name).map(Pii::expose).filter(|text| !text.is_empty())
}

/// Makes the check of a secret: of the secret first, and then of the receipt, the time and the item
/// as they came.
pub(super) fn check_of(values: &Values, secret: &[u8]) -> Check {
    let parts = [RECEIPT, TIME, ITEM].map(|name| text(values, name).unwrap_or_default().as_bytes());
    check::of(core::iter::once(secret).chain(parts))
}
