//! The part of the configuration that a decision may see.

use crate::model::Status;
use crate::tracker::{Campaign, Channel, ConversionType, Offer, Rates, Source, Tracker};
use crate::value::{CampaignId, ChannelId, Currency, Fingerprint, OfferId, OfferSourceId, TypeName};
use alloc::collections::{BTreeMap, BTreeSet};

/// Decides by one configuration what events mean. It holds the part of the configuration that a
/// decision may see, and is cheap to make and to copy.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'t> {
    pub(crate) fingerprint: &'t Fingerprint,
    pub(crate) currency: Currency,
    pub(crate) revenue_statuses: &'t BTreeSet<Status>,
    pub(crate) types: &'t BTreeMap<TypeName, ConversionType>,
    pub(crate) default_type: &'t TypeName,
    pub(crate) rates: &'t Rates,
    pub(crate) sources: &'t BTreeMap<OfferSourceId, Source>,
    pub(crate) offers: &'t BTreeMap<OfferId, Offer>,
    pub(crate) channels: &'t BTreeMap<ChannelId, Channel>,
    pub(crate) campaigns: &'t BTreeMap<CampaignId, Campaign>,
    /// Whether an account at an ad platform is told when money is taken back.
    pub(crate) corrects: bool,
}

impl<'t> Decision<'t> {
    /// Makes decisions by the configuration of `tracker`.
    #[must_use]
    pub fn new(tracker: &'t Tracker) -> Self {
        Self {
            fingerprint: &tracker.tables.fingerprint,
            currency: tracker.tables.currency,
            revenue_statuses: &tracker.tables.revenue_statuses,
            types: &tracker.tables.types,
            default_type: &tracker.tables.default_type,
            rates: &tracker.tables.rates,
            sources: &tracker.tables.sources,
            offers: &tracker.tables.offers,
            channels: &tracker.tables.channels,
            campaigns: &tracker.tables.campaigns,
            corrects: tracker.tables.accounts.values().any(|account| account.refunds),
        }
    }
}
