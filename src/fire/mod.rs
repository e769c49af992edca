//! Finds the postbacks that a conversion fires, and writes their requests. (Layer 4.)
//!
//! Every rule is evaluated in the same way. What several rules ask alike of the same payout,
//! without their types and statuses, is evaluated once. For twenty rules that ask four different
//! things, `decide` took 36,400 instructions with this and 54,700 without, when rules became
//! conditions. An index of types and statuses as bitsets saved less than 4 % more and was removed.

mod change;
mod request;
mod seconds;

pub(crate) use change::Change;
pub(crate) use request::cause;
use request::{NotWritten, Request};
pub(crate) use seconds::Seconds;

use crate::delivery::Delivery;
use crate::meaning::{Decision, delta};
use crate::model::{Click, Conversion, Status, Updates};
use crate::plan::{EventRow, Fired, MAX_TRACED_RULES, MovedTime, RuleTraces, RuleVerdict, Trace};
use crate::rule::{Condition, RuleAnswer, evaluate_names, evaluate_rest};
use crate::scope::{Names, Scope, ToldPayout};
use crate::telling::Moment;
use crate::tracker::{Campaign, Channel, PayoutRule, PostbackRule, Sends, names};
use crate::value::{CampaignId, DeliveryId, EventId, PostbackId};
use alloc::{string::ToString, vec::Vec};

/// Finds the place of a postback in the list of what has fired for a conversion, or the place where
/// it is to be inserted.
fn place(fired: &[Fired], campaign: &CampaignId, postback: &PostbackId) -> Result<usize, usize> {
    fired.binary_search_by(|known| (&known.campaign, &known.postback).cmp(&(campaign, postback)))
}

/// Whether an account is told of the change as of money that is taken back (`take_back`), and not
/// by an event of a rule that asks for declined sales.
fn is_taken_back(change: &Change<'_>, postback: &PostbackRule) -> bool {
    let is_told = matches!(&postback.sends, Sends::Event(event) if event.account.is_told_of_refunds());
    is_told
        && change.after.shown.status == Status::Declined
        && !postback.conditions.statuses.contains(&Status::Declined)
}

/// Returns what a postback has fired for a conversion, if it has.
fn known<'a>(fired: &'a [Fired], campaign: &Campaign, postback: &PostbackRule) -> Option<&'a Fired> {
    fired.get(place(fired, &campaign.id, &postback.id).ok()?)
}

/// Notes that a postback has fired, and which payout it reported. If the payout is not known now,
/// the channel still has the one before.
pub(crate) fn note(fired: &mut Vec<Fired>, campaign: &Campaign, postback: &PostbackRule, payout: ToldPayout) {
    let now = match payout {
        ToldPayout::Known(money) => Some(money),
        ToldPayout::NoRate | ToldPayout::NoAmount(_) => None,
    };
    match place(fired, &campaign.id, &postback.id) {
        Ok(index) => {
            if let Some(known) = fired.get_mut(index) {
                known.told = now.or(known.told);
                known.forgotten &= now.is_none();
            }
        }
        Err(index) => fired.insert(
            index,
            Fired {
                campaign: campaign.id.clone(),
                postback: postback.id.clone(),
                told: now,
                forgotten: false,
            },
        ),
    }
}

/// Notes that it is not known which payout a postback has reported.
fn forget(fired: &mut [Fired], campaign: &Campaign, postback: &PostbackRule) {
    let place = place(fired, &campaign.id, &postback.id).ok();
    if let Some(known) = place.and_then(|place| fired.get_mut(place)) {
        known.forgotten = true;
    }
}

impl Decision<'_> {
    /// Returns what the event of a row has fired for the conversion that it made alone. Which
    /// payouts were reported is known as long as the configuration is the one that decided then.
    /// A long campaign has rules that the trace leaves out. They may have fired, so they count as
    /// if they had: their deliveries may be deleted already, and then nothing else would keep them
    /// from being sent again.
    pub(crate) fn fired_by(&self, row: &EventRow, click: &Click, made: &Conversion) -> Vec<Fired> {
        let Some((campaign, channel)) = self.campaign(&click.campaign) else {
            return Vec::new();
        };
        let scopes = Scopes::new(*self, campaign, channel, click, made);
        let is_same = row.configuration == *self.fingerprint;
        let mut fired = Vec::new();
        for postback in &campaign.postbacks {
            let traced = row.trace.rules.iter().find(|rule| rule.postback == postback.id);
            let is_known = match &traced {
                Some(rule) if rule.verdict.has_fired() => is_same,
                None if row.trace.more_rules > 0 => false,
                _ => continue,
            };
            let payout = if is_known {
                scopes.payout(postback)
            } else {
                ToldPayout::NoRate
            };
            note(&mut fired, campaign, postback, payout);
            if !is_known {
                forget(&mut fired, campaign, postback);
            }
        }
        fired
    }
}

/// The views of a conversion that the rules and templates of its campaign's postbacks read. They
/// differ in the payout that is reported to the channel.
pub(crate) struct Scopes<'a> {
    decision: Decision<'a>,
    channel: &'a Channel,
    conversion: &'a Conversion,
    adds: Option<bool>,
    scope: Scope<'a>,
}

impl<'a> Scopes<'a> {
    pub(crate) fn new(
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
        }
    }

    /// Returns the payout that a postback reports to the channel.
    pub(crate) fn payout(&self, postback: &PostbackRule) -> ToldPayout {
        let currency = self.channel.currency;
        self.decision
            .payout(postback.payout, self.adds, self.conversion, currency)
    }

    /// Returns the view for a postback that reports this payout.
    pub(crate) fn of(&mut self, postback: &PostbackRule, payout: ToldPayout) -> &Scope<'a> {
        self.scope.payout = Some(payout);
        self.scope.payout_delta = Some(payout);
        self.scope.fixed_payout = match postback.payout {
            PayoutRule::Fixed(money) => Some(money),
            PayoutRule::Percent(_) => None,
        };
        &self.scope
    }

    /// Evaluates each rule of the campaign.
    fn judged(&mut self, campaign: &Campaign) -> Judged {
        let mut asked: Vec<Asked> = Vec::with_capacity(campaign.postbacks.len());
        let mut answers = Vec::with_capacity(campaign.postbacks.len());
        for postback in &campaign.postbacks {
            let known = asked.get(postback.asks).map(|known| known.rest);
            let rest = known.unwrap_or_else(|| {
                let payout = self.payout(postback);
                let rest = evaluate_rest(&postback.conditions, self.conversion, self.of(postback, payout));
                asked.push(Asked { payout, rest });
                rest
            });
            answers.push(rest.and(evaluate_names(&postback.conditions, self.conversion)));
        }
        Judged { asked, answers }
    }
}

/// The rows that firing changes.
pub(crate) struct FireInto<'a> {
    /// What has fired for the conversion.
    pub(crate) fired: &'a mut Vec<Fired>,
    pub(crate) seconds: &'a mut Seconds,
    pub(crate) trace: &'a mut Trace,
    pub(crate) outbox: &'a mut Vec<Delivery>,
}

impl FireInto<'_> {
    /// Notes that a platform is told another second than the conversion's own.
    fn note_moved(&mut self, rule: &PostbackRule, moment: Option<Moment>) {
        let moved = moment.and_then(|moment| Some((moment.at, moment.moved?)));
        if let Some((at, why)) = moved
            && self.trace.moved.len() < MAX_TRACED_RULES
        {
            let postback = rule.id.clone();
            self.trace.moved.push(MovedTime { postback, at, why });
        }
    }
}

/// The answers of a campaign's rules to a conversion.
struct Judged {
    /// The evaluated questions, by [`PostbackRule::asks`].
    asked: Vec<Asked>,
    /// The answer of each rule, in their order.
    answers: Vec<RuleAnswer>,
}

/// The answer to what several rules ask alike, without types and statuses, and the payout that they
/// ask about.
struct Asked {
    payout: ToldPayout,
    rest: RuleAnswer,
}

impl<'t> Decision<'t> {
    /// Returns a campaign and its channel.
    pub(crate) fn campaign(&self, id: &CampaignId) -> Option<(&'t Campaign, &'t Channel)> {
        let campaign = self.campaigns.get(id)?;
        Some((campaign, self.channels.get(&campaign.channel)?))
    }

    fn names(&self, campaign: &'t Campaign, channel: &'t Channel, click: &Click) -> Names<'t> {
        names(
            campaign,
            channel,
            self.offers.get(&click.offer),
            self.sources.get(&click.source),
        )
    }

    /// Evaluates every rule of the click's campaign after a change, and writes the postbacks that
    /// fire into the outbox. Returns whether one does not fire just because no amount came.
    pub(crate) fn fire(&self, change: &Change<'_>, to: &mut FireInto<'_>) -> bool {
        let Some((campaign, channel)) = self.campaign(&change.click.campaign) else {
            return false;
        };
        let mut scopes = Scopes::new(*self, campaign, channel, change.click, change.after);
        let Judged { asked, answers } = scopes.judged(campaign);
        // Rows are large, so that memory is reserved for exactly those that are made.
        to.outbox
            .reserve_exact(answers.iter().filter(|answer| answer.fires()).count());
        let mut verdicts = Vec::with_capacity(answers.len().min(MAX_TRACED_RULES));
        let mut lacks_amount = false;
        for (answer, postback) in answers.into_iter().zip(&campaign.postbacks) {
            let payout = asked.get(postback.asks).filter(|_| answer.fires());
            let verdict = match payout.map(|asked| asked.payout) {
                None => {
                    lacks_amount |= answer.failed_only_on(Condition::NoAmount);
                    RuleVerdict::Failed(answer)
                }
                Some(payout) => {
                    let scope = scopes.of(postback, payout);
                    match self.fire_one(change, campaign, postback, scope, to) {
                        Ok(verdict) => {
                            if verdict == RuleVerdict::Fired {
                                note(to.fired, campaign, postback, payout);
                            }
                            verdict
                        }
                        Err(why) => {
                            lacks_amount |= why.lacks_amount();
                            RuleVerdict::NotRendered(why.to_string())
                        }
                    }
                }
            };
            if verdicts.len() < MAX_TRACED_RULES {
                verdicts.push(verdict);
            }
        }
        let more = campaign.postbacks.len().saturating_sub(verdicts.len());
        to.trace.more_rules = u32::try_from(more).unwrap_or(u32::MAX);
        to.trace.rules = RuleTraces::new(campaign.traced.clone(), verdicts);
        lacks_amount
    }

    fn fire_one(
        &self,
        change: &Change<'_>,
        campaign: &Campaign,
        postback: &PostbackRule,
        scope: &Scope<'_>,
        to: &mut FireInto<'_>,
    ) -> Result<RuleVerdict, NotWritten> {
        let known = known(to.fired, campaign, postback);
        let revision = match (change.before, postback.updates) {
            (None, _) => None,
            _ if change.valued && known.is_none() => None,
            (Some(_), Updates::Never) => return Ok(RuleVerdict::NotOnUpdate),
            (Some(_), Updates::FirstMatch) => {
                if known.is_some() {
                    return Ok(RuleVerdict::AlreadyFired);
                }
                None
            }
            // The account takes no event twice: a change is told as a correction (`take_back`).
            (Some(before), Updates::EveryChange)
                if known.is_some()
                    && postback.sends.is_adjusted()
                    && before.shown.type_name == change.after.shown.type_name =>
            {
                return Ok(RuleVerdict::AlreadyFired);
            }
            // A declined sale is told as money that is taken back, unless the rule asks for it.
            (Some(_), Updates::EveryChange) if known.is_some() && is_taken_back(change, postback) => {
                return Ok(RuleVerdict::AlreadyFired);
            }
            (Some(_), Updates::EveryChange) => Some(&change.event.id),
        };
        let id = delivery_id(change, postback, revision);
        let forgotten = known.filter(|known| known.forgotten).map(|_| ToldPayout::NoRate);
        // If nothing was reported before, the whole payout is new.
        let told = known.and_then(|known| known.told).map(|told| match scope.payout {
            // The channel's currency may have changed since.
            Some(ToldPayout::Known(now)) => self
                .convert(told, now.currency, change.after.shown.at)
                .map_or(ToldPayout::NoRate, ToldPayout::Known),
            _ => ToldPayout::Known(told),
        });
        let told = told.or(forgotten);
        let mut scope = *scope;
        scope.payout_delta = scope.payout.map(|payout| delta(told, payout));
        scope.delivery = Some(&id);
        let Request {
            outbound,
            private,
            check,
            not_before,
            not_after,
            value,
            moment,
        } = to.seconds.request(*self, change, postback, &scope)?;
        to.note_moved(postback, moment);
        // The rows stand in the order of their ids, each once. A row is made in its place, since it
        // is large.
        if let Err(place) = to.outbox.binary_search_by(|known| known.id.cmp(&id)) {
            to.outbox.insert(
                place,
                Delivery {
                    cause: cause(postback, campaign, change, value),
                    lane: postback.lane.clone(),
                    not_before,
                    not_after,
                    created_at: change.now,
                    outbound,
                    check,
                    retry: postback.retry.clone(),
                    replaces: None,
                    after: Vec::new(),
                    private,
                    id,
                },
            );
        }
        Ok(RuleVerdict::Fired)
    }
}

/// Returns the id of a delivery. It is the same for the same namespace, campaign, postback,
/// conversion and revision, over retries, restarts and replays.
fn delivery_id(change: &Change<'_>, postback: &PostbackRule, revision: Option<&EventId>) -> DeliveryId {
    DeliveryId::of_bytes(
        Some(change.click.at.unix_seconds()),
        &[
            postback.key.as_bytes(),
            change.after.id.as_bytes(),
            revision.map_or(b"", |event| event.as_bytes()),
        ],
    )
}
