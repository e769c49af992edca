//! Adjustments of Microsoft's offline conversions: `OfflineConversionAdjustments/Apply`. Source:
//! Microsoft's reference of the Campaign Management API (August 2026). Only what came by
//! `OfflineConversions/Apply` is adjusted.

use super::change::{Change, NotAdjusted, Told, Written};
use crate::draft::{Draft, Members, clock};
use crate::value::Timestamp;
use alloc::{borrow::Cow, format, string::String};
use serde::Deserialize;

/// What Microsoft was told of the conversion, as far as it is named by it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Conversion<'a> {
    #[serde(borrow)]
    conversion_name: Cow<'a, str>,
    #[serde(borrow)]
    conversion_time: Cow<'a, str>,
    #[serde(borrow, default)]
    microsoft_click_id: Option<Cow<'a, str>>,
}

/// The hole of the person's hashes in the item of a conversion.
const HASHES: &str = "user_data";

/// When the conversion happened, as Microsoft was told it.
pub(super) fn happened(told: &Told<'_>) -> Option<Timestamp> {
    let conversion: Conversion<'_> = serde_json::from_str(told.json).ok()?;
    conversion.conversion_time.parse().ok()
}

/// Writes the adjustment; none where the item tells of no offline conversion. The conversion is
/// named by its click id, and only without one by the person's hashes.
///
/// # Errors
/// The hashes are needed, and have expired.
pub(super) fn write(told: &Told<'_>, change: Change, at: Timestamp) -> Option<Result<Written, NotAdjusted>> {
    let conversion: Conversion<'_> = serde_json::from_str(told.json).ok()?;
    let mut members = Members::default();
    members.some("MicrosoftClickId", conversion.microsoft_click_id.as_deref());
    members.text("ConversionName", &conversion.conversion_name);
    members.text("ConversionTime", &conversion.conversion_time);
    members.text(
        "AdjustmentType",
        match change {
            Change::Retract => "Retract",
            Change::Restate(_) => "Restate",
        },
    );
    members.text("AdjustmentTime", &clock::utc(at));
    if let Change::Restate(total) = change {
        members.amount("AdjustmentValue", total.amount);
        members.text("AdjustmentCurrencyCode", total.currency.as_str());
    }
    let mut draft = Draft::new();
    draft.members(members);
    let mut key = format!("{} {}", conversion.conversion_name, conversion.conversion_time);
    match &conversion.microsoft_click_id {
        Some(click) => key = format!("{click} {key}"),
        None => {
            let hashes = told.private.get(HASHES).map(|hashes| hashes.expose());
            let Some(hashes) = hashes.filter(|hashes| !hashes.is_empty()) else {
                return Some(Err(NotAdjusted::Expired));
            };
            draft.whole("", HASHES, String::from(hashes), "");
        }
    }
    let (text, private) = draft.finish();
    Some(Ok(Written { text, private, key }))
}
