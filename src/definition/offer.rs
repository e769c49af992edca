//! Offers.

use super::limits::MAX_ROWS;
use crate::config::part::part;
use crate::config::setters::setters;
use crate::model::Status;
use crate::value::{Amount, Currency, OfferId, OfferSourceId};
use alloc::string::String;

/// An offer: where a click is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offer {
    /// The id by which paths refer to it.
    pub id: OfferId,
    /// Its title, for people; the id by default.
    pub title: Option<String>,
    /// The source that reports its conversions.
    pub source: OfferSourceId,
    /// Its URL, a template with `{clickid}` in it.
    pub url: String,
    /// The amount of a sale that comes without one.
    pub payout: Option<Amount>,
    /// The currency of the payout; the source's by default.
    pub currency: Option<Currency>,
    /// The status of its conversions that come without one; the source's by default.
    pub default_status: Option<Status>,
}
part!(Offer, MAX_ROWS, {
    id,
    title,
    source,
    url,
    payout,
    currency,
    default_status,
});
part!(@serde Offer);
setters!(Offer {
    option with_title(title: String),
    option with_payout(payout: Amount),
    option with_currency(currency: Currency),
    option with_default_status(default_status: Status),
});

impl Offer {
    /// An offer without a payout of its own.
    #[must_use]
    pub fn new(id: OfferId, source: OfferSourceId, url: impl Into<String>) -> Self {
        Self {
            id,
            title: None,
            source,
            url: url.into(),
            payout: None,
            currency: None,
            default_status: None,
        }
    }
}
