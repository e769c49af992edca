//! What tools ask of a decision without making one.

use super::fire::Scopes;
use crate::event::Event;
use crate::meaning::Decision;
use crate::meaning::Meaning;
use crate::model::{Click, Conversion, Entry};
use crate::plan::Reason;
use crate::rule::reasons;
use crate::scope::ToldPayout;
use crate::value::{OfferId, PostbackId};
use alloc::{string::String, vec::Vec};

impl Decision<'_> {
    /// What an event would contribute to a conversion of a click that was sent to `offer`: its
    /// type, status and amount. Without an offer no offer's default status and payout stand in.
    ///
    /// # Errors
    /// The reason why it makes no conversion whatever its click is: its source is not configured or
    /// says nothing of it ([`Reason::Unmapped`]), or matches it to None on purpose
    /// ([`Reason::ChosenNone`]).
    pub fn entry_of(&self, event: &Event, offer: Option<&OfferId>) -> Result<Entry, Reason> {
        let source = self.sources.get(&event.source).ok_or(Reason::Unmapped)?;
        let meaning = self.meaning(source, event);
        let offer = offer.and_then(|id| self.offers.get(id));
        let kind = self.kind(source, event, &meaning);
        let entry = self.entry(source, offer, event, &meaning, &kind);
        entry.ok_or(match meaning {
            Meaning::Chosen => Reason::ChosenNone,
            Meaning::Type(_) | Meaning::Unknown(_) | Meaning::Unmapped => Reason::Unmapped,
        })
    }

    /// Why the status of an event's entry is not what the network's word says
    /// ([`Reason::UnknownStatus`], [`Reason::StatusIsEvent`]); none where the word says one.
    #[must_use]
    pub fn status_doubt(&self, event: &Event, entry: &Entry) -> Option<Reason> {
        self.doubt(self.sources.get(&event.source)?, entry)
    }

    /// What a postback of the click's campaign tells the channel that a conversion is worth; none
    /// where there is no such postback.
    #[must_use]
    pub fn payout_of(&self, click: &Click, conversion: &Conversion, postback: &PostbackId) -> Option<ToldPayout> {
        let campaign = self.campaigns.get(&click.campaign)?;
        let channel = self.channels.get(&campaign.channel)?;
        let postback = campaign.postbacks.iter().find(|known| known.id == *postback)?;
        let adds = self.adds(&conversion.shown);
        Some(self.payout(postback.payout, adds, conversion, channel.currency))
    }

    /// What the rule of a postback wants and sees in a conversion as it is now: one text for each
    /// condition that does not hold, none when all hold or the postback is not one of the click's
    /// campaign.
    #[must_use]
    pub fn reasons(&self, click: &Click, conversion: &Conversion, postback: &PostbackId) -> Vec<String> {
        let campaign = self.campaigns.get(&click.campaign);
        let found = campaign.and_then(|campaign| {
            let postback = campaign.postbacks.iter().find(|known| known.id == *postback)?;
            Some((campaign, self.channels.get(&campaign.channel)?, postback))
        });
        let Some((campaign, channel, postback)) = found else {
            return Vec::new();
        };
        let mut scopes = Scopes::new(*self, campaign, channel, click, conversion);
        let payout = scopes.payout(postback);
        let reasons = reasons(&postback.conditions, scopes.of(postback, payout)).into_iter();
        reasons.map(|(_, said)| said).collect()
    }
}
