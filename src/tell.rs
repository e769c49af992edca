//! Answers questions of tools about a decision, without making one. (Layer 4.)

use crate::conversion_api::{Told, ToldMember};
use crate::event::Event;
use crate::fire::Scopes;
use crate::meaning::{Decision, Meaning};
use crate::model::{Click, Conversion, Entry};
use crate::plan::Reason;
use crate::rule::reasons;
use crate::scope::ToldPayout;
use crate::value::{OfferId, PostbackId};
use alloc::{string::String, vec::Vec};

impl Decision<'_> {
    /// Returns what an event would contribute to a conversion of a click that was sent to `offer`:
    /// its type, status and amount. Without an offer, the default status and payout of an offer are
    /// not used.
    ///
    /// # Errors
    /// The reason why the event makes no conversion, whatever its click is: its source is not
    /// configured or says nothing about it ([`Reason::Unmapped`]), or maps it to no type on purpose
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

    /// Returns the reason if the status of an event's entry does not come from the network's word
    /// ([`Reason::UnknownStatus`], [`Reason::StatusIsEvent`]); none if it does.
    #[must_use]
    pub fn status_doubt(&self, event: &Event, entry: &Entry) -> Option<Reason> {
        self.doubt(self.sources.get(&event.source)?, entry)
    }

    /// Returns the payout that a postback of the click's campaign reports for a conversion; none if
    /// there is no such postback.
    #[must_use]
    pub fn payout_of(&self, click: &Click, conversion: &Conversion, postback: &PostbackId) -> Option<ToldPayout> {
        let (campaign, channel) = self.campaign(&click.campaign)?;
        let postback = campaign.postbacks.iter().find(|known| known.id == *postback)?;
        let adds = self.adds(&conversion.shown);
        Some(self.payout(postback.payout, adds, conversion, channel.currency))
    }

    /// Says what the ad platform of a rule is told of the person and the click of a conversion,
    /// member by member: where each comes from and in which form it is sent, or why it is left out.
    /// `event` is the message that made or changed the conversion; it has the personal values. The
    /// list is empty if the click's campaign has no such rule, or if the rule is a postback.
    ///
    /// Whether the event is sent at all is another question: [`Self::decide`] answers it.
    #[must_use]
    pub fn told_members(
        &self,
        click: &Click,
        conversion: &Conversion,
        event: &Event,
        rule: &PostbackId,
    ) -> Vec<ToldMember> {
        let Some((campaign, channel)) = self.campaign(&click.campaign) else {
            return Vec::new();
        };
        let Some(rule) = campaign.postbacks.iter().find(|known| known.id == *rule) else {
            return Vec::new();
        };
        let Some(account) = rule.account() else {
            return Vec::new();
        };
        let mut scopes = Scopes::new(*self, campaign, channel, click, conversion);
        let payout = scopes.payout(rule);
        let source = self.sources.get(&conversion.source);
        account.members(&Told {
            scope: scopes.of(rule, payout),
            conversion,
            message: event,
            parameters: source.map_or(&[], |source| source.parameters.as_slice()),
            value: None,
            taken: &[],
            now: event.received_at,
        })
    }

    /// Compares the conditions of a postback's rule with a conversion as it is now. Returns one
    /// text for each condition that does not hold: what the rule wants, and what the conversion
    /// has. The list is empty if all hold, or if the click's campaign has no such postback.
    #[must_use]
    pub fn reasons(&self, click: &Click, conversion: &Conversion, postback: &PostbackId) -> Vec<String> {
        let Some((campaign, channel)) = self.campaign(&click.campaign) else {
            return Vec::new();
        };
        let Some(postback) = campaign.postbacks.iter().find(|known| known.id == *postback) else {
            return Vec::new();
        };
        let mut scopes = Scopes::new(*self, campaign, channel, click, conversion);
        let payout = scopes.payout(postback);
        let reasons = reasons(&postback.conditions, scopes.of(postback, payout)).into_iter();
        reasons.map(|(_, said)| said).collect()
    }
}
