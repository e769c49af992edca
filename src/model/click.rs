//! A click: one visitor sent to one offer by one campaign.

use crate::value::{CampaignId, ChannelId, ClickId, Money, OfferId, OfferSourceId, Pii, Timestamp};
use alloc::{collections::BTreeMap, string::String};
use serde::{Deserialize, Serialize};

/// How many numbered slots a click has (`sub1`..`sub20`), and a conversion as well: the trackers of
/// the field agree on twenty.
pub const SLOTS: u8 = 20;

/// Values by slot number, 1 to [`SLOTS`].
pub type Slots = BTreeMap<u8, String>;

/// One click as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Click {
    /// Its id, ours or another tracker's.
    pub id: ClickId,
    /// When it happened.
    pub at: Timestamp,
    /// The campaign that it came through.
    pub campaign: CampaignId,
    /// The offer that it was sent to.
    pub offer: OfferId,
    /// The source of that offer: only its events may convert this click.
    pub source: OfferSourceId,
    /// The traffic channel that brought it.
    pub channel: ChannelId,
    /// The channel's own click id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ref_id: Option<String>,
    /// A second id of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What the click cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// `sub1`..`sub20` of the click URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subs: Slots,
    /// What the host knows of the visitor, by macro name (`country`, `os`, `browser` ..). Not
    /// personal by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visitor: BTreeMap<String, String>,
    /// Personal values by macro name (`ip`, `useragent`). Kept apart: a store writes them to its
    /// expiring column alone.
    #[serde(skip)]
    pub private: BTreeMap<String, Pii>,
}

impl Click {
    /// A click with its required parts; set the public fields that are known.
    #[must_use]
    pub fn new(
        id: ClickId,
        at: Timestamp,
        campaign: CampaignId,
        offer: OfferId,
        source: OfferSourceId,
        channel: ChannelId,
    ) -> Self {
        Self {
            id,
            at,
            campaign,
            offer,
            source,
            channel,
            ref_id: None,
            external_id: None,
            cost: None,
            subs: Slots::new(),
            visitor: BTreeMap::new(),
            private: BTreeMap::new(),
        }
    }
}
