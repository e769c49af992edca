//! What of the configuration a decision may see.

use crate::model::Status;
use crate::tracker::{Campaign, Channel, ConversionType, Offer, Rates, Source, Tracker};
use crate::value::{CampaignId, ChannelId, Currency, Fingerprint, OfferId, OfferSourceId, TypeName};
use alloc::collections::{BTreeMap, BTreeSet};

/// Decides what events mean by one configuration. It holds what of the configuration a decision may
/// see; cheap to make and to copy.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'t> {
    pub(super) fingerprint: &'t Fingerprint,
    pub(super) currency: Currency,
    pub(super) revenue_statuses: &'t BTreeSet<Status>,
    pub(super) types: &'t BTreeMap<TypeName, ConversionType>,
    pub(super) default_type: &'t TypeName,
    pub(super) rates: &'t Rates,
    pub(super) sources: &'t BTreeMap<OfferSourceId, Source>,
    pub(super) offers: &'t BTreeMap<OfferId, Offer>,
    pub(super) channels: &'t BTreeMap<ChannelId, Channel>,
    pub(super) campaigns: &'t BTreeMap<CampaignId, Campaign>,
}

impl<'t> Decision<'t> {
    /// Decisions by the configuration of `tracker`.
    #[must_use]
    pub fn new(tracker: &'t Tracker) -> Self {
        Self {
            fingerprint: &tracker.fingerprint,
            currency: tracker.currency,
            revenue_statuses: &tracker.revenue_statuses,
            types: &tracker.types,
            default_type: &tracker.default_type,
            rates: &tracker.rates,
            sources: &tracker.sources,
            offers: &tracker.offers,
            channels: &tracker.channels,
            campaigns: &tracker.campaigns,
        }
    }
}
