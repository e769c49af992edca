//! Which postbacks a conversion fires, and the requests that they become.

use super::Decision;
use super::money::delta;
use crate::delivery::Delivery;
use crate::event::Event;
use crate::model::{Click, Conversion, Updates};
use crate::outbound::{Hole, HoledText, Outbound};
use crate::plan::{Fired, MAX_TRACED_RULES, RuleTraces, RuleVerdict, Trace};
use crate::rule::{Accepted, Answer, evaluate, evaluate_names};
use crate::scope::{Names, Payout, Scope};
use crate::tracker::{Campaign, Channel, PayoutRule, Postback, names};
use crate::value::{CampaignId, DeliveryId, EventId, Pii, PostbackId, Timestamp};
use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// A conversion before and after an event, which is decided `now`.
pub(super) struct Change<'a> {
    pub(super) now: Timestamp,
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

/// Notes that a postback has fired and what it told. Where no payout is known now, the channel
/// still has the one before.
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

/// The views of a conversion that the rules and templates of its campaign's postbacks read: they
/// differ in what the channel is told.
pub(super) struct Scopes<'a> {
    decision: Decision<'a>,
    channel: &'a Channel,
    conversion: &'a Conversion,
    adds: Option<bool>,
    scope: Scope<'a>,
    /// What is known so far of what the channel is told, by the places of the campaign's demands.
    payouts: Vec<Option<Payout>>,
}

impl<'a> Scopes<'a> {
    pub(super) fn new(
        decision: Decision<'a>,
        campaign: &'a Campaign,
        channel: &'a Channel,
        click: &'a Click,
        conversion: &'a Conversion,
    ) -> Self {
        let mut scope = Scope::of_click(click);
        scope.conversion = Some(conversion);
        scope.names = decision.names(campaign, channel, click);
        scope.roles = Some(&channel.roles);
        Self {
            decision,
            channel,
            conversion,
            adds: decision.adds(&conversion.shown),
            scope,
            payouts: vec![None; campaign.demands.len()],
        }
    }

    /// The view of a postback.
    pub(super) fn of(&mut self, postback: &Postback) -> &Scope<'a> {
        let payout = match self.payouts.get(postback.demand) {
            Some(Some(known)) => *known,
            _ => self.payout(postback),
        };
        self.scope.payout = Some(payout);
        self.scope.payout_delta = Some(payout);
        self.scope.fixed_payout = match postback.payout {
            PayoutRule::Fixed(money) => Some(money),
            PayoutRule::Percent(_) => None,
        };
        &self.scope
    }

    fn payout(&mut self, postback: &Postback) -> Payout {
        let currency = self.channel.currency;
        let payout = self
            .decision
            .payout(postback.payout, self.adds, self.conversion, currency);
        if let Some(place) = self.payouts.get_mut(postback.demand) {
            *place = Some(payout);
        }
        payout
    }
}

/// What the rules of a campaign say of a conversion.
struct Answers<'a> {
    campaign: &'a Campaign,
    scopes: Scopes<'a>,
    /// What the index says; absent where the configuration does not know the type.
    indexed: Option<Accepted<'a>>,
    /// What is known so far, by the places of the campaign's demands.
    demanded: Vec<Option<Answer>>,
}

impl Answers<'_> {
    /// The answer of the rule of a postback, which stands in that place.
    fn of(&mut self, place: usize, postback: &Postback) -> Answer {
        let names = match &self.indexed {
            Some(indexed) => indexed.answer(place),
            None => evaluate_names(&postback.conditions, self.scopes.conversion),
        };
        let rest = match self.demanded.get(postback.demand) {
            Some(Some(known)) => *known,
            _ => self.demanded(postback),
        };
        names.and(rest)
    }

    fn demanded(&mut self, postback: &Postback) -> Answer {
        let demand = self.campaign.demands.get(postback.demand);
        let conditions = demand.map_or(&postback.conditions, |demand| &demand.conditions);
        let answer = evaluate(conditions, self.scopes.of(postback));
        if let Some(place) = self.demanded.get_mut(postback.demand) {
            *place = Some(answer);
        }
        answer
    }
}

impl<'t> Decision<'t> {
    fn names(&self, campaign: &'t Campaign, channel: &'t Channel, click: &Click) -> Names<'t> {
        names(
            campaign,
            channel,
            self.offers.get(&click.offer),
            self.sources.get(&click.source),
        )
    }

    /// Evaluates every rule of the click's campaign on a change, and renders what fires into the
    /// outbox.
    pub(super) fn fire(
        &self,
        change: &Change<'_>,
        fired: &mut Vec<Fired>,
        trace: &mut Trace,
        outbox: &mut Vec<Delivery>,
    ) {
        let campaign = self.campaigns.get(&change.click.campaign);
        let Some((campaign, channel)) = campaign.and_then(|c| Some((c, self.channels.get(&c.channel)?))) else {
            return;
        };
        let shown = &change.after.shown;
        let known = self.types.get(&shown.type_name).filter(|_| shown.known);
        let mut answers = Answers {
            campaign,
            indexed: known.map(|known| campaign.rules.accepted(known.index, shown.status)),
            scopes: Scopes::new(*self, campaign, channel, change.click, change.after),
            demanded: vec![None; campaign.demands.len()],
        };
        let traced = campaign.postbacks.iter().enumerate().take(MAX_TRACED_RULES);
        let traced = traced.map(|(place, postback)| RuleVerdict::Failed(answers.of(place, postback)));
        let mut verdicts: Vec<RuleVerdict> = traced.collect();
        let matches = |verdict: &RuleVerdict| *verdict == RuleVerdict::Failed(Answer::FIRES);
        // Rows are large, so there is room for those that are made and for no others.
        outbox.reserve_exact(verdicts.iter().filter(|verdict| matches(verdict)).count());
        let mut one = |scope: &Scope<'_>, postback: &Postback| {
            let verdict = self.fire_one(change, campaign, postback, scope, fired, outbox);
            if verdict == RuleVerdict::Fired {
                note(fired, campaign, postback, scope.payout);
            }
            verdict
        };
        for (verdict, postback) in verdicts.iter_mut().zip(&campaign.postbacks) {
            if matches(verdict) {
                *verdict = one(answers.scopes.of(postback), postback);
            }
        }
        // Of the others nobody asks why they do not fire, so only those are evaluated whose types
        // and statuses match.
        let candidates = known.into_iter();
        let candidates = candidates.flat_map(|known| campaign.rules.candidates(known.index, shown.status));
        for place in candidates.filter(|place| *place >= verdicts.len()) {
            if let Some(postback) = campaign.postbacks.get(place)
                && answers.of(place, postback).fires()
            {
                one(answers.scopes.of(postback), postback);
            }
        }
        let more = campaign.postbacks.len().saturating_sub(verdicts.len());
        trace.more_rules = u32::try_from(more).unwrap_or(u32::MAX);
        trace.rules = RuleTraces::new(campaign.traced.clone(), verdicts);
    }

    fn fire_one(
        &self,
        change: &Change<'_>,
        campaign: &Campaign,
        postback: &Postback,
        scope: &Scope<'_>,
        fired: &[Fired],
        outbox: &mut Vec<Delivery>,
    ) -> RuleVerdict {
        let known = known(fired, campaign, postback);
        let revision = match (change.before, postback.updates) {
            (None, _) => None,
            (Some(_), Updates::Never) => return RuleVerdict::NotOnUpdate,
            (Some(_), Updates::FirstMatch) => {
                if known.is_some() {
                    return RuleVerdict::AlreadyFired;
                }
                None
            }
            (Some(_), Updates::EveryChange) => Some(&change.event.id),
        };
        let id = delivery_id(change, postback, revision);
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
        let outbound = match render(postback, &scope) {
            Ok(outbound) => outbound,
            Err(why) => return RuleVerdict::NotRendered(why),
        };
        // In the order of their ids, and each once. The row is made in its place: it is large.
        if let Err(place) = outbox.binary_search_by(|known| known.id.cmp(&id)) {
            let private = private_values(&outbound, change.click, change.event);
            outbox.insert(
                place,
                Delivery {
                    lane: postback.lane.clone(),
                    conversion: change.after.id.clone(),
                    click: change.click.id.clone(),
                    event: change.event.id.clone(),
                    campaign: campaign.id.clone(),
                    postback: postback.id.clone(),
                    created_at: change.now,
                    outbound,
                    success: postback.success.clone(),
                    retry: postback.retry.clone(),
                    private,
                    id,
                },
            );
        }
        RuleVerdict::Fired
    }
}

/// One id for (namespace, campaign, postback, conversion, revision), over retries, restarts and
/// replays.
fn delivery_id(change: &Change<'_>, postback: &Postback, revision: Option<&EventId>) -> DeliveryId {
    DeliveryId::of_bytes(
        Some(change.click.at.unix_seconds()),
        &[
            postback.key.as_bytes(),
            change.after.id.as_bytes(),
            revision.map_or(b"", |event| event.as_bytes()),
        ],
    )
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
