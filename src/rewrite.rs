//! This module writes a postback that was decided earlier again, under the present configuration.
//! Begin with [`Decision::rewrite`]. (Layer 4.)
//!
//! ```
//! use postback::event::Interface;
//! use postback::plan::{ClickFacts, Write};
//! use postback::rewrite::Retold;
//! use postback::{Click, CompileOptions, Decision, Document, Event, Facts, Timestamp, compile};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = |host: &str| Document::from_json(&r#"{
//!         "version": 1, "currency": "USD",
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "default_status": "approved"}],
//!         "offer": [{"id": "book", "source": "network", "url": "https://shop.example.com/?c={clickid}"}],
//!         "traffic_channel": [{"id": "push"}],
//!         "campaign": [{"id": "summer", "channel": "push",
//!             "path": [{"offers": [{"offer": "book"}]}],
//!             "postback": [{"id": "sales", "url": "https://HOST/?type={type}"}]}]
//!     }"#.replace("HOST", host));
//!     let tracker = compile(&document("push.example")?, &CompileOptions::default())?;
//!     let at = Timestamp::from_unix_seconds(1_800_000_000)?;
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let click = Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     let mut event = Event::assume_authentic(
//!         "aaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, "network".parse()?, Interface::Postback, at,
//!     );
//!     event.clicks = vec![click.id.clone()];
//!     let mut facts = Facts::default();
//!     let known = ClickFacts { version: 1, click: Some(click.clone()), tallies: vec![] };
//!     facts.clicks.insert(click.id.clone(), known);
//!     let plan = Decision::new(&tracker).decide(&event, &facts, at)?;
//!     let conversion = plan.commit.writes.iter().find_map(|write| match write {
//!         Write::Conversion(made) => Some(made),
//!         _ => None,
//!     });
//!
//!     // The channel's URL was mended since.
//!     let mended = compile(&document("new.example")?, &CompileOptions::default())?;
//!     let told = Retold {
//!         event: &event,
//!         click: &click,
//!         conversion: conversion.ok_or("no conversion")?,
//!         others: &[],
//!         anyway: false,
//!         tallies: &[],
//!         once: true,
//!     };
//!     let written = Decision::new(&mended).rewrite(&plan.commit.outbox[0], &told, at)?;
//!     assert_eq!(written.delivery.outbound.url.to_string(), "https://new.example/?type=Sale");
//!     Ok(())
//! }
//! ```

use crate::delivery::{Delivery, Replaced};
use crate::event::Event;
use crate::fire::{Change, Scopes, Seconds, cause, note};
use crate::meaning::Decision;
use crate::model::{Click, Conversion, Entry, Revenue, Status};
use crate::plan::Tally;
use crate::take_back::{Rest, rest};
use crate::tracker::{PostbackRule, Sends};
use crate::value::{Amount, CampaignId, DeliveryId, Money, PostbackId, Timestamp};
use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use thiserror::Error;

/// The present state of what a postback reports.
#[derive(Debug, Clone, Copy)]
pub struct Retold<'a> {
    /// The event that fired it.
    pub event: &'a Event,
    /// The event's click.
    pub click: &'a Click,
    /// The conversion in its present state.
    pub conversion: &'a Conversion,
    /// The conversions of the click. Those that take this conversion back are among them.
    pub others: &'a [Conversion],
    /// Whether it is to be written even if the conversion was declined or taken back since.
    pub anyway: bool,
    /// The tallies of the click.
    pub tallies: &'a [Tally],
    /// Whether the postback reported the conversion only once. Earlier and later reports are not
    /// known one by one, so that `{payout_delta}` is known only then.
    pub once: bool,
}

/// A postback that was written again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rewritten {
    /// The delivery.
    pub delivery: Delivery,
    /// The tally with the payout that the channel is told, if that has changed.
    pub tally: Option<Tally>,
    /// The tally with the seconds that the account is told of, if that has changed
    /// ([`TallyKey::Seconds`](crate::plan::TallyKey::Seconds)).
    pub seconds: Option<Tally>,
}

/// Why a postback cannot be written again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotRewritten {
    /// The delivery was not made by a rule of a campaign.
    #[error("it is not a postback of a campaign; only whoever made it can make it again")]
    NoPostback,
    /// The delivery takes money of a sale back; written again it would tell of the sale.
    #[error("it corrects what an ad platform was told of a sale; `retry` sends it again as it is")]
    Correction,
    /// The campaign is no longer configured.
    #[error("campaign `{0}` is no longer configured")]
    Campaign(CampaignId),
    /// The postback is no longer configured in the campaign.
    #[error("campaign `{0}` has no postback `{1}` any more")]
    Rule(CampaignId, PostbackId),
    /// The conversion is declined now, and the rule does not ask for declined ones.
    #[error("its conversion is {0} now; `anyway=true` sends it all the same")]
    Withdrawn(Status),
    /// Refunds or chargebacks have taken back the whole conversion.
    #[error("its conversion was taken back; `anyway=true` sends it all the same")]
    TakenBack,
    /// Refunds or chargebacks have taken back a part of a sale of which an ad platform is told.
    #[error(
        "a part of its conversion was taken back, and it would tell the whole value; `anyway=true` sends it all the same"
    )]
    PartlyTakenBack,
    /// A value that the template needs is missing, or does not fit its place.
    #[error("it can no longer be written: {0}")]
    Template(String),
}

impl NotRewritten {
    /// Whether the conversion was declined or taken back since.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Withdrawn(_) | Self::TakenBack | Self::PartlyTakenBack)
    }
}

impl Retold<'_> {
    /// Returns the reason if the conversion was declined or taken back since, as the rule sees it.
    /// A conversion that itself takes money back is never withdrawn. If it was paid together with
    /// others, it is taken back where nothing is left of them all, or where a reversal takes just
    /// its amount.
    fn withdrawn(&self, rule: &PostbackRule) -> Option<NotRewritten> {
        let shown = &self.conversion.shown;
        if shown.kind.subtracts() {
            return None;
        }
        if shown.status == Status::Declined && !rule.conditions.statuses.contains(&shown.status) {
            return Some(NotRewritten::Withdrawn(shown.status));
        }
        let by_receipt = |other: &Entry| shown.receipt.is_some() && other.payment() == shown.payment();
        let by_id = |other: &Entry| shown.event_id.is_some() && other.event_id == shown.event_id;
        let is_with_it = |other: &Entry| !other.test && (by_receipt(other) || by_id(other));
        let takes = |other: &&Conversion| other.shown.kind.subtracts() && is_with_it(&other.shown);
        let pays = |other: &&Conversion| {
            other.id != self.conversion.id && !other.shown.kind.subtracts() && is_with_it(&other.shown)
        };
        let own = worth(self.conversion)?;
        let amount = |other: &Conversion| worth(other).filter(|known| known.currency == own.currency);
        let taken = self.others.iter().filter(takes).filter_map(amount);
        let paid = self.others.iter().filter(pays).filter_map(amount);
        let mut left = own.amount;
        let mut is_taken = false;
        for money in taken.clone().chain(paid) {
            left = left.checked_add(money.amount)?;
        }
        for money in taken {
            is_taken |= money.amount.is_negative() && (left <= Amount::ZERO || money.amount.neg() == own.amount);
        }
        is_taken.then_some(NotRewritten::TakenBack)
    }
}

/// Returns the amount of a conversion that counts: in the account's currency, or in its own one if
/// there is no rate.
fn worth(conversion: &Conversion) -> Option<Money> {
    match conversion.revenue {
        Revenue::Counted { money } => Some(money),
        Revenue::NoRate => conversion.sum,
        _ => None,
    }
}

impl Decision<'_> {
    /// Returns the reason if a part of the conversion was taken back, and the rule tells an account
    /// of such changes: the whole value would undo the correction.
    fn partly_taken(&self, rule: &PostbackRule, told: &Retold<'_>) -> Option<NotRewritten> {
        match &rule.sends {
            Sends::Event(event) if event.account.refunds && !told.conversion.shown.kind.subtracts() => {}
            _ => return None,
        }
        let is_other = |other: &&Conversion| other.id != told.conversion.id;
        let others = told.others.iter().filter(is_other);
        let all: Vec<&Conversion> = others.chain([told.conversion]).collect();
        match rest(self, &all, told.conversion) {
            Rest::Whole => None,
            Rest::Nothing => Some(NotRewritten::TakenBack),
            Rest::Part(_) | Rest::NoRate => Some(NotRewritten::PartlyTakenBack),
        }
    }

    /// Writes the postback of a delivery again by the rule as it is configured now, as the next
    /// revision. The result is another delivery, whose id is a function of the id that it replaces.
    /// The function is pure: the same arguments give the same delivery. The rule's conditions are
    /// not evaluated, since whoever calls this wants the postback to be sent. A conversion that was
    /// declined or taken back since, or of which an ad platform was told and a part was taken back,
    /// is reported only if [`Retold::anyway`] is set.
    ///
    /// # Errors
    /// [`NotRewritten`]: a delivery that is not a postback, a campaign or a rule that is gone, a
    /// conversion that was declined or taken back, a value that is missing.
    pub fn rewrite(&self, replaces: &Delivery, told: &Retold<'_>, now: Timestamp) -> Result<Rewritten, NotRewritten> {
        let Some((campaign, postback)) = replaces.cause.rule() else {
            return Err(NotRewritten::NoPostback);
        };
        if replaces.cause.corrects().is_some() {
            return Err(NotRewritten::Correction);
        }
        let known = self.campaign(campaign);
        let (campaign, channel) = known.ok_or_else(|| NotRewritten::Campaign(campaign.clone()))?;
        let rule = campaign.postbacks.iter().find(|rule| rule.id == *postback);
        let rule = rule.ok_or_else(|| NotRewritten::Rule(campaign.id.clone(), postback.clone()))?;
        if !told.anyway
            && let Some(why) = told.withdrawn(rule).or_else(|| self.partly_taken(rule, told))
        {
            return Err(why);
        }
        let mut scopes = Scopes::new(*self, campaign, channel, told.click, told.conversion);
        let payout = scopes.payout(rule);
        let revision = replaces.replaces.as_ref().map_or(1, |known| known.revision);
        let id = DeliveryId::of_bytes(
            Some(told.click.at.unix_seconds()),
            &[rule.key.as_bytes(), b"again", replaces.id.as_bytes()],
        );
        let mut scope = *scopes.of(rule, payout);
        scope.payout_delta = told.once.then_some(payout);
        scope.delivery = Some(&id);
        let change = Change {
            now,
            event: told.event,
            click: told.click,
            before: None,
            after: told.conversion,
            valued: false,
        };
        let mut seconds = Seconds::of(told.tallies);
        let request = seconds.request(*self, &change, rule, &scope);
        let request = request.map_err(|why| NotRewritten::Template(why.to_string()))?;
        let cause = cause(rule, campaign, &change, request.value);
        let mut delivery = Delivery::new(id.clone(), cause, rule.lane.clone(), now, request.outbound);
        delivery.retry = rule.retry.clone();
        delivery.private = request.private;
        delivery.check = request.check;
        delivery.not_before = request.not_before;
        delivery.not_after = request.not_after;
        delivery.replaces = Some(Box::new(Replaced {
            delivery: replaces.id.clone(),
            revision: revision.saturating_add(1),
        }));
        let tally = told.tallies.iter().find(|tally| {
            let shared = tally.conversion.as_ref() == Some(&told.conversion.id);
            shared || (tally.conversion.is_none() && tally.first.event == told.conversion.shown.event)
        });
        let tally = tally.and_then(|known| {
            let mut tally = known.clone();
            note(&mut tally.fired, campaign, rule, payout);
            (tally != *known).then_some(tally)
        });
        let seconds = seconds.into_changed().next();
        Ok(Rewritten {
            delivery,
            tally,
            seconds,
        })
    }
}
