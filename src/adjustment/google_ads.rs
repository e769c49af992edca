//! Adjustments of Google's Ads API: `uploadConversionAdjustments`. Sources: the protocol buffers of
//! `conversion_adjustment_upload_service` (v25) and the texts of its errors.

use super::change::{Change, Told, Written};
use crate::draft::{Members, clock};
use crate::outbound::HoledText;
use crate::value::Timestamp;
use alloc::{borrow::Cow, collections::BTreeMap, format};
use serde::Deserialize;

/// How many days old a conversion may be (`CONVERSION_EXPIRED`).
pub(super) const OLDEST_DAYS: u64 = 54;

/// What Google was told of the conversion, as far as it is named by it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conversion<'a> {
    #[serde(borrow)]
    conversion_action: Cow<'a, str>,
    #[serde(borrow)]
    conversion_date_time: Cow<'a, str>,
    #[serde(borrow, default)]
    order_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    gclid: Option<Cow<'a, str>>,
}

/// When the conversion happened, as Google was told it.
pub(super) fn happened(told: &Told<'_>) -> Option<Timestamp> {
    let conversion: Conversion<'_> = serde_json::from_str(told.json).ok()?;
    conversion.conversion_date_time.replacen(' ', "T", 1).parse().ok()
}

/// Writes the adjustment; none where nothing names the conversion. It is named by its order, and
/// only without one by its click and time: both together are an error.
pub(super) fn write(told: &Told<'_>, change: Change, at: Timestamp) -> Option<Written> {
    let conversion: Conversion<'_> = serde_json::from_str(told.json).ok()?;
    let mut members = Members::default();
    members.text(
        "adjustmentType",
        match change {
            Change::Retract => "RETRACTION",
            Change::Restate(_) => "RESTATEMENT",
        },
    );
    members.text("adjustmentDateTime", &clock::zoned(at));
    members.text("conversionAction", &conversion.conversion_action);
    let name = match (&conversion.order_id, &conversion.gclid) {
        (Some(order), _) => {
            members.text("orderId", order);
            order
        }
        (None, Some(gclid)) => {
            let mut pair = Members::default();
            pair.text("gclid", gclid);
            pair.text("conversionDateTime", &conversion.conversion_date_time);
            members.object("gclidDateTimePair", &pair);
            gclid
        }
        (None, None) => return None,
    };
    if let Change::Restate(total) = change {
        let mut value = Members::default();
        value.amount("adjustedValue", total.amount);
        value.text("currencyCode", total.currency.as_str());
        members.object("restatementValue", &value);
    }
    Some(Written {
        key: format!("{} {name}", conversion.conversion_action),
        text: HoledText::plain(members.into_object()),
        private: BTreeMap::new(),
    })
}
