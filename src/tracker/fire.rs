//! Which postbacks a conversion fires, and the requests that they become.

use super::compiled::{Campaign, Channel, Postback, Tracker};
use super::facts::Fired;
use super::money::delta;
use super::trace::{MAX_TRACED_RULES, RuleTrace, RuleVerdict, Trace};
use crate::delivery::{Delivery, Lane};
use crate::event::Event;
use crate::model::{Click, Conversion, Updates};
use crate::outbound::{Hole, HoledText, Outbound};
use crate::rule::{evaluate, reasons};
use crate::scope::{Names, Payout, Scope};
use crate::value::{CampaignId, DeliveryId, EventId, Pii, PostbackId, Timestamp};
use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

/// A conversion before and after an event.
pub(super) struct Change<'a> {
    pub(super) event: &'a Event,
    pub(super) click: &'a Click,
    pub(super) before: Option<&'a Conversion>,
    pub(super) after: &'a Conversion,
}

/// Where a postback stands, or would stand, in what has fired for a conversion.
fn place(fired: &[Fired], campaign: &CampaignId, postback: &PostbackId) -> Result<usize, usize> {
    fired.binary_search_by(|known| (&known.campaign, &known.postback).cmp(&(campaign, postback)))
}

/// What of a postback has fired for a conversion.
fn known<'a>(fired: &'a [Fired], campaign: &Campaign, postback: &Postback) -> Option<&'a Fired> {
    fired.get(place(fired, &campaign.id, &postback.id).ok()?)
}

/// Notes that a postback has fired and what it told. Where no payout is known now, the channel still has the one before.
fn note(fired: &mut Vec<Fired>, campaign: &Campaign, postback: &Postback, payout: Option<Payout>) {
    let now = match payout {
        Some(Payout::Known(money)) => Some(money),
        Some(Payout::NoRate) | None => None,
    };
    match place(fired, &campaign.id, &postback.id) {
        Ok(index) => {
            if let Some(known) = fired.get_mut(index) {
                known.told = now.or(known.told);
            }
        }
        Err(index) => fired.insert(
            index,
            Fired {
                campaign: campaign.id.clone(),
                postback: postback.id.clone(),
                told: now,
            },
        ),
    }
}

impl Tracker {
    /// The view of a conversion that the rules and templates of a postback read.
    pub(super) fn scope<'a>(
        &'a self,
        campaign: &'a Campaign,
        channel: &'a Channel,
        postback: &'a Postback,
        click: &'a Click,
        conversion: &'a Conversion,
    ) -> Scope<'a> {
        let payout = self.payout(postback.payout, conversion, channel.currency);
        let mut scope = Scope::of_click(click);
        scope.conversion = Some(conversion);
        scope.names = self.names(campaign, channel, click);
        scope.roles = Some(&channel.roles);
        scope.payout = Some(payout);
        scope.payout_delta = Some(payout);
        scope.fixed_payout = match postback.payout {
            super::compiled::PayoutRule::Fixed(money) => Some(money),
            super::compiled::PayoutRule::Percent(_) => None,
        };
        scope
    }

    pub(super) fn names<'a>(&'a self, campaign: &'a Campaign, channel: &'a Channel, click: &Click) -> Names<'a> {
        Names {
            campaign: &campaign.title,
            channel: &channel.title,
            offer: self.offers.get(&click.offer).map_or("", |offer| &offer.title),
            source: self.sources.get(&click.source).map_or("", |source| &source.title),
        }
    }

    /// Evaluates every rule of the click's campaign on a change, and renders what fires.
    pub(super) fn fire(
        &self,
        change: &Change<'_>,
        fired: &mut Vec<Fired>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Vec<Delivery> {
        let campaign = self.campaigns.get(&change.click.campaign);
        let Some((campaign, channel)) = campaign.and_then(|c| Some((c, self.channels.get(&c.channel)?))) else {
            return Vec::new();
        };
        let shown = &change.after.shown;
        let known = self.types.get(&shown.type_name).filter(|_| shown.known);
        let mut survives = alloc::vec![false; campaign.postbacks.len()];
        for index in known
            .into_iter()
            .flat_map(|known| campaign.rules.candidates(known.index, shown.status))
        {
            if let Some(slot) = survives.get_mut(index) {
                *slot = true;
            }
        }
        let mut deliveries = Vec::new();
        for (postback, survives) in campaign.postbacks.iter().zip(survives) {
            let traced = trace.rules.len() < MAX_TRACED_RULES;
            if !survives && !traced {
                trace.more_rules = trace.more_rules.saturating_add(1);
                continue;
            }
            let scope = self.scope(campaign, channel, postback, change.click, change.after);
            let answer = evaluate(&postback.conditions, &scope);
            let verdict = if answer.fires() {
                match self.fire_one(change, campaign, postback, scope, fired, now) {
                    Ok(delivery) => {
                        note(fired, campaign, postback, scope.payout);
                        deliveries.push(delivery);
                        RuleVerdict::Fired
                    }
                    Err(verdict) => verdict,
                }
            } else {
                RuleVerdict::Failed(answer)
            };
            if traced {
                trace.rules.push(RuleTrace {
                    postback: postback.id.clone(),
                    verdict,
                });
            } else {
                trace.more_rules = trace.more_rules.saturating_add(1);
            }
        }
        deliveries
    }

    fn fire_one(
        &self,
        change: &Change<'_>,
        campaign: &Campaign,
        postback: &Postback,
        scope: Scope<'_>,
        fired: &[Fired],
        now: Timestamp,
    ) -> Result<Delivery, RuleVerdict> {
        let known = known(fired, campaign, postback);
        let revision = match (change.before, postback.updates) {
            (None, _) => None,
            (Some(_), Updates::Never) => return Err(RuleVerdict::NotOnUpdate),
            (Some(_), Updates::FirstMatch) => {
                if known.is_some() {
                    return Err(RuleVerdict::AlreadyFired);
                }
                None
            }
            (Some(_), Updates::EveryChange) => Some(&change.event.id),
        };
        let id = self.delivery_id(change.click, change.after, campaign, postback, revision);
        // Of what was never told, everything is new.
        let told = known.and_then(|known| known.told).map(|told| match scope.payout {
            // The channel's currency may have been changed since.
            Some(Payout::Known(now)) => self
                .convert(told, now.currency, change.after.shown.at)
                .map_or(Payout::NoRate, Payout::Known),
            _ => Payout::Known(told),
        });
        let mut scope = scope;
        scope.payout_delta = scope.payout.map(|payout: Payout| delta(told, payout));
        scope.delivery = Some(&id);
        let outbound = render(postback, &scope).map_err(RuleVerdict::NotRendered)?;
        let private = private_values(&outbound, change.click, change.event);
        Ok(Delivery {
            lane: Lane::new(postback.url.origin()),
            conversion: change.after.id.clone(),
            click: change.click.id.clone(),
            event: change.event.id.clone(),
            campaign: campaign.id.clone(),
            postback: postback.id.clone(),
            created_at: now,
            outbound,
            success: postback.success.clone(),
            retry: postback.retry.clone(),
            private,
            id,
        })
    }

    /// What the rule of a postback wants and sees in a conversion as it is now: one text for each condition that does not hold, none when all
    /// hold or the postback is not one of the click's campaign.
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
        let scope = self.scope(campaign, channel, postback, click, conversion);
        reasons(&postback.conditions, &scope)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// One id for (namespace, conversion, campaign, postback, revision), over retries, restarts and replays.
    fn delivery_id(
        &self,
        click: &Click,
        conversion: &Conversion,
        campaign: &Campaign,
        postback: &Postback,
        revision: Option<&EventId>,
    ) -> DeliveryId {
        DeliveryId::of(
            Some(click.at.unix_seconds()),
            &[
                self.namespace.as_str(),
                conversion.id.as_str(),
                campaign.id.as_str(),
                postback.id.as_str(),
                revision.map_or("", |event| event.as_str()),
            ],
        )
    }
}

fn render(postback: &Postback, scope: &Scope<'_>) -> Result<Outbound, String> {
    let url = postback.url.render(scope).map_err(|error| error.to_string())?;
    let mut outbound = Outbound::new(postback.method, url);
    if let Some(body) = &postback.body {
        outbound.body = Some(body.render(scope).map_err(|error| error.to_string())?);
        outbound
            .headers
            .push(("content-type".into(), HoledText::plain(body.content_type().as_str())));
    }
    Ok(outbound)
}

/// The personal values that the holes of a request name: of the click, else of the event.
fn private_values(outbound: &Outbound, click: &Click, event: &Event) -> BTreeMap<String, Pii> {
    let names = outbound.holes().filter_map(|hole| match hole {
        Hole::Private { field, .. } => Some(field),
        _ => None,
    });
    names
        .filter_map(|name| {
            let value = click.private.get(name).or_else(|| event.private.get(name))?;
            Some((name.clone(), value.clone()))
        })
        .collect()
}
