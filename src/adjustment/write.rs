//! Writes an adjustment.

use super::change::{Change, NotAdjusted, Told};
use super::{google_ads, microsoft_offline};
use crate::conversion_api::{Account, Terms};
use crate::delivery::fill_private;
use crate::draft::clock::second;
use crate::outbound::{Item, Outbound};
use crate::value::{Pii, Timestamp};
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::time::Duration;

/// A conversion as the platform was told of it, by the delivery that told it.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'a> {
    /// The item of that delivery.
    pub item: &'a Item,
    /// Its personal values. They are needed where the platform knows the conversion by hashes
    /// alone.
    pub private: &'a BTreeMap<String, Pii>,
    /// The time that the last adjustment of the conversion told, if there was one: a platform takes
    /// only a later one.
    pub adjusted_at: Option<Timestamp>,
}

/// An adjustment as an item of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adjustment {
    /// The request with its item.
    pub outbound: Outbound,
    /// The personal values of its holes.
    pub private: BTreeMap<String, Pii>,
    /// The time that is told, a whole second: that of the change, or later where the platform takes
    /// no such one.
    pub at: Timestamp,
    /// The time from which the platform takes it, where that is later than now.
    pub not_before: Option<Timestamp>,
    /// The time until which the platform takes it, where it has a limit.
    pub not_after: Option<Timestamp>,
}

const A_SECOND: Duration = Duration::from_secs(1);
const DAY: u64 = 24 * 60 * 60;
/// How long before a platform's limit an adjustment is last sent: the platform compares with the
/// time at which it arrives there.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Writes an adjustment of a conversion that an account was told of. `at` is the time of the change
/// and `now` that of the decision. The same arguments give the same bytes.
///
/// The time that is told is never one of the future, never before the conversion, and always after
/// the last adjustment; it may lie a second ahead for that, and is then sent when it has come.
///
/// # Errors
/// [`NotAdjusted`]: an interface without such a message, a conversion that was told by another
/// interface, one that is too old, or one that only expired data would name.
pub fn write(
    account: &Account,
    sale: &Sale<'_>,
    change: Change,
    at: Timestamp,
    now: Timestamp,
) -> Result<Adjustment, NotAdjusted> {
    let interface = account.interface();
    let frame = account.adjusts.as_ref().ok_or(NotAdjusted::Unsupported(interface))?;
    let foreign = || NotAdjusted::ToldOtherwise(interface);
    let json = fill_private(&sale.item.text, &BTreeMap::new(), now).map_err(|_| foreign())?;
    let told = Told {
        json: &json,
        private: sale.private,
    };
    let (happened, days) = match &account.terms {
        Terms::GoogleAds(_) => (google_ads::happened(&told), Some(google_ads::OLDEST_DAYS)),
        _ => (microsoft_offline::happened(&told), None),
    };
    let happened = happened.ok_or_else(foreign)?;
    let after = sale.adjusted_at.and_then(|last| second(last).checked_add(A_SECOND));
    let at = second(at.min(now)).max(happened).max(after.unwrap_or(happened));
    let not_after = days.map(|days| latest(happened, days, now)).transpose()?;
    let written = match &account.terms {
        Terms::GoogleAds(_) => google_ads::write(&told, change, at).ok_or_else(foreign)?,
        _ => microsoft_offline::write(&told, change, at).ok_or_else(foreign)??,
    };
    let mut outbound = frame.clone();
    let mut item = Item::new(account.limit, written.text);
    item.key = Some(written.key);
    outbound.item = Some(item);
    Ok(Adjustment {
        outbound,
        private: written.private,
        at,
        not_before: Some(at).filter(|at| *at > now),
        not_after,
    })
}

/// The time until which the platform corrects a conversion.
fn latest(happened: Timestamp, days: u64, now: Timestamp) -> Result<Timestamp, NotAdjusted> {
    let longest = Duration::from_secs(days.saturating_mul(DAY)).saturating_sub(MARGIN);
    let last = happened.checked_add(longest).unwrap_or(happened);
    if last < now {
        return Err(NotAdjusted::TooOld { days });
    }
    Ok(last)
}
