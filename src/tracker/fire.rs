//! Which postbacks a conversion fires, and the requests that they become.

use super::compiled::{Campaign, Channel, PayoutRule, Postback, Tracker};
use super::facts::Fired;
use super::money::delta;
use super::rows;
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

/// The views of a conversion that the rules and templates of its campaign's postbacks read: they differ in what the channel is told.
struct Scopes<'a> {
    tracker: &'a Tracker,
    channel: &'a Channel,
    conversion: &'a Conversion,
    adds: Option<bool>,
    scope: Scope<'a>,
}

impl<'a> Scopes<'a> {
    fn new(
        tracker: &'a Tracker,
        campaign: &'a Campaign,
        channel: &'a Channel,
        click: &'a Click,
        conversion: &'a Conversion,
    ) -> Self {
        let mut scope = Scope::of_click(click);
        scope.conversion = Some(conversion);
        scope.names = tracker.names(campaign, channel, click);
        scope.roles = Some(&channel.roles);
        Self {
            tracker,
            channel,
            conversion,
            adds: tracker.adds(&conversion.shown),
            scope,
        }
    }

    fn of(&mut self, postback: &Postback) -> &Scope<'a> {
        let rule = postback.payout;
        let payout = self
            .tracker
            .payout(rule, self.adds, self.conversion, self.channel.currency);
        self.scope.payout = Some(payout);
        self.scope.payout_delta = Some(payout);
        self.scope.fixed_payout = match rule {
            PayoutRule::Fixed(money) => Some(money),
            PayoutRule::Percent(_) => None,
        };
        &self.scope
    }
}

impl Tracker {
    pub(super) fn names<'a>(&'a self, campaign: &'a Campaign, channel: &'a Channel, click: &Click) -> Names<'a> {
        Names {
            campaign: &campaign.title,
            channel: &channel.title,
            offer: self.offers.get(&click.offer).map_or("", |offer| &offer.title),
            source: self.sources.get(&click.source).map_or("", |source| &source.title),
        }
    }

    /// Evaluates every rule of the click's campaign on a change, and renders what fires into the outbox.
    pub(super) fn fire(
        &self,
        change: &Change<'_>,
        fired: &mut Vec<Fired>,
        now: Timestamp,
        trace: &mut Trace,
        outbox: &mut Vec<Delivery>,
    ) {
        let campaign = self.campaigns.get(&change.click.campaign);
        let Some((campaign, channel)) = campaign.and_then(|c| Some((c, self.channels.get(&c.channel)?))) else {
            return;
        };
        let shown = &change.after.shown;
        let known = self.types.get(&shown.type_name).filter(|_| shown.known);
        let candidates = || {
            let known = known.into_iter();
            known.flat_map(|known| campaign.rules.candidates(known.index, shown.status))
        };
        outbox.reserve_exact(candidates().count());
        let mut scopes = Scopes::new(self, campaign, channel, change.click, change.after);
        let mut one = |postback: &Postback| {
            let scope = scopes.of(postback);
            let answer = evaluate(&postback.conditions, scope);
            if !answer.fires() {
                return RuleVerdict::Failed(answer);
            }
            match self.fire_one(change, campaign, postback, scope, fired, now) {
                Ok(delivery) => {
                    note(fired, campaign, postback, scope.payout);
                    if rows::get(outbox, |known| known.id.cmp(&delivery.id)).is_none() {
                        rows::put(outbox, delivery, |one, other| one.id.cmp(&other.id));
                    }
                    RuleVerdict::Fired
                }
                Err(verdict) => verdict,
            }
        };
        let traced = campaign.postbacks.iter().take(MAX_TRACED_RULES);
        let rules: Vec<RuleTrace> = traced
            .map(|postback| RuleTrace {
                verdict: one(postback),
                postback: postback.id.clone(),
            })
            .collect();
        // Of the others nobody asks why they do not fire, so only those are evaluated whose types and statuses match.
        let others = candidates().filter(|index| *index >= rules.len());
        for postback in others.filter_map(|index| campaign.postbacks.get(index)) {
            one(postback);
        }
        let more = campaign.postbacks.len().saturating_sub(rules.len());
        trace.more_rules = u32::try_from(more).unwrap_or(u32::MAX);
        trace.rules = rules.into();
    }

    fn fire_one(
        &self,
        change: &Change<'_>,
        campaign: &Campaign,
        postback: &Postback,
        scope: &Scope<'_>,
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
        let mut scope = *scope;
        scope.payout_delta = scope.payout.map(|payout| delta(told, payout));
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
        let mut scopes = Scopes::new(self, campaign, channel, click, conversion);
        reasons(&postback.conditions, scopes.of(postback))
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
