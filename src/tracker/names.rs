//! The titles that macros insert.

use super::compiled::{Campaign, Channel, Offer, Source};
use crate::scope::Names;

/// The titles of a click's campaign, channel, offer and offer source. A title is empty if the
/// configuration no longer has the item.
pub(crate) fn names<'t>(
    campaign: &'t Campaign,
    channel: &'t Channel,
    offer: Option<&'t Offer>,
    source: Option<&'t Source>,
) -> Names<'t> {
    Names {
        campaign: &campaign.title,
        channel: &channel.title,
        offer: offer.map_or("", |offer| &offer.title),
        source: source.map_or("", |source| &source.title),
    }
}
