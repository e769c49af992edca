//! A campaign's rules: conditions, payout, updates, and what is sent.

use super::channel::Draft;
use super::reach::Reach;
use super::request;
use crate::accounts::value_of;
use crate::config::Place;
use crate::conversion_api::Account;
use crate::definition;
use crate::delivery::{Lane, RetryPolicy};
use crate::lookup::{Context, named, refer};
use crate::model::Updates;
use crate::rule::Conditions;
use crate::scope::ParameterName;
use crate::template::{BodyTemplate, UrlTemplate};
use crate::tracker::compiled::{EventRule, PayoutRule, PostbackRule, RequestRule, Sends};
use crate::value::{CampaignId, Currency, DeliveryKey, Money, Percent, PostbackId, SecretReference};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

/// What the rules of a campaign are resolved with.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) context: &'a Context<'a>,
    /// The campaign's channel, where it is known.
    pub(super) channel: Option<&'a Draft<'a>>,
    pub(super) reach: &'a Reach<'a>,
    /// The accounts at ad platforms.
    pub(super) accounts: &'a BTreeMap<PostbackId, Arc<Account>>,
}

/// The rules of a campaign: its postbacks, and then what it tells conversion APIs.
pub(super) fn resolve(campaign: &definition::Campaign, place: &Place<'_>, parts: Parts<'_>) -> Vec<PostbackRule> {
    let rows = (place, "postback", campaign.postbacks.as_slice());
    let postbacks: Vec<(PostbackId, PostbackRule)> = named(rows, ("id", |row| &row.id), |row, place| {
        postback(row, &campaign.id, place, parts)
    });
    let taken: BTreeSet<&PostbackId> = campaign.postbacks.iter().map(|row| &row.id).collect();
    let rows = (place, "conversion_api", campaign.conversion_apis.as_slice());
    let events: Vec<(PostbackId, PostbackRule)> = named(rows, ("id", |row| &row.id), |row, place| {
        if taken.contains(&row.id) {
            place
                .at("id")
                .problem(format!("`{}` is the id of a postback of this campaign", row.id));
        }
        event(row, &campaign.id, place, parts)
    });
    postbacks.into_iter().chain(events).map(|(_, rule)| rule).collect()
}

fn postback(
    row: &definition::Postback,
    campaign: &CampaignId,
    place: &Place<'_>,
    parts: Parts<'_>,
) -> Option<PostbackRule> {
    let channel = parts.channel;
    let required = channel.map(|draft| draft.require.clone()).unwrap_or_default();
    let asked = asked(row, required, place, parts);
    if channel.is_none() && row.request.url.is_none() {
        // The channel is missing or broken, which was reported. Whether it has a template is
        // unknown.
        return None;
    }
    let request = own_or_channels(row, place, channel);
    let url = request.url?;
    let lane = lane(&url, request.body.as_ref(), &request.sign);
    let sends = Sends::Request(RequestRule {
        method: request.method,
        url,
        body: request.body,
        success: request.success,
        sign: request.sign,
    });
    Some(asked.rule(row, campaign, (lane, request.retry, sends), parts))
}

/// `[[campaign.conversion_api]]`: which conversions an account at an ad platform is told. What the
/// channel requires of its postbacks is not asked here.
fn event(
    row: &definition::CampaignConversionApi,
    campaign: &CampaignId,
    place: &Place<'_>,
    parts: Parts<'_>,
) -> Option<PostbackRule> {
    refer(&row.api, "conversion API", &parts.context.known.apis, &place.at("api"));
    let value = row.value.as_deref();
    let value = value.map(|text| place.at("value").accept(value_of(text, parts.context)));
    let retry = request::retry(row.retry, &place.at("retry"));
    let row_of = row.as_postback();
    let asked = asked(&row_of, Vec::new(), place, parts);
    let account = parts.accounts.get(&row.api)?.clone();
    let value = value.map_or(Some(account.value), |own| own)?;
    let lane = account.lane.clone();
    let is_deaf = account.adjusts.is_some() && !account.refunds;
    if is_deaf && row.updates == Some(Updates::EveryChange) {
        place.at("updates").problem(
            "tells the changes by corrections at this account, and its `refunds = \"ignore\"` turns them off: \
             leave out `updates` here, or `refunds` there",
        );
    }
    let sends = Sends::Event(EventRule { account, value });
    Some(asked.rule(&row_of, campaign, (lane, retry, sends), parts))
}

/// What a rule asks of a conversion, and what it tells of the money.
struct Asks {
    conditions: Conditions,
    payout: PayoutRule,
}

fn asked(row: &definition::Postback, required: Vec<ParameterName>, place: &Place<'_>, parts: Parts<'_>) -> Asks {
    Asks {
        conditions: conditions(row, required, place, parts),
        payout: payout(row, place, parts.context, parts.channel),
    }
}

impl Asks {
    fn rule(
        self,
        row: &definition::Postback,
        campaign: &CampaignId,
        (lane, retry, sends): (Lane, RetryPolicy, Sends),
        parts: Parts<'_>,
    ) -> PostbackRule {
        let id = row.id.clone();
        PostbackRule {
            key: DeliveryKey::of(&[parts.context.namespace.as_str(), campaign.as_str(), id.as_str()]),
            id,
            lane,
            conditions: self.conditions,
            asks: 0,
            payout: self.payout,
            updates: row.updates.unwrap_or(Updates::FirstMatch),
            retry,
            sends,
        }
    }
}

/// The destination of a postback and the credentials there. A missing secret holds up what needs
/// it, but no other campaign's postbacks to the same receiver.
fn lane(url: &UrlTemplate, body: Option<&BodyTemplate>, sign: &[SecretReference]) -> Lane {
    let named: BTreeSet<_> = url
        .secrets()
        .chain(body.into_iter().flat_map(BodyTemplate::secrets))
        .chain(sign)
        .collect();
    let account: Vec<String> = named.into_iter().map(ToString::to_string).collect();
    Lane::new(url.origin()).with_account(&account.join(","))
}

/// A postback with a URL of its own is a copy and stands alone. Without one, the channel's template
/// fills in what the postback leaves out.
fn own_or_channels(row: &definition::Postback, place: &Place<'_>, channel: Option<&Draft<'_>>) -> request::Request {
    let own = &row.request;
    let template = channel.and_then(|draft| draft.postback).filter(|_| own.url.is_none());
    match template {
        Some(template) => request::resolve(&own.or(template), &row.values, place),
        None => request::resolve(own, &row.values, place),
    }
}

/// The currency of the channel, in which it is told amounts.
fn currency(context: &Context<'_>, channel: Option<&Draft<'_>>) -> Currency {
    channel.map_or(context.currency, |draft| draft.channel.currency)
}

/// The conditions of a rule. `required` are parameters that must be there besides its own.
fn conditions(
    row: &definition::Postback,
    required: Vec<ParameterName>,
    place: &Place<'_>,
    parts: Parts<'_>,
) -> Conditions {
    let Parts { context, reach, .. } = parts;
    let currency = currency(context, parts.channel);
    let mut conditions = Conditions::default();
    conditions.types = context.type_names(&row.types, "types", place);
    conditions.statuses.clone_from(&row.statuses);
    conditions.test = row.test;
    conditions.negative = row.negative.unwrap_or_default();
    if let Some(amount) = row.min_payout {
        conditions.min_payout(Money { amount, currency });
    }
    match row.share {
        Some(share) if share > Percent::whole() => {
            let over = format!("a share is at most 100%, not {share}%");
            place.at("share").problem(over);
        }
        Some(share) => conditions.share(share),
        None => {}
    }
    if let Some(longest) = row.within {
        conditions.within(longest);
    }
    for (name, text) in &row.matches {
        if let Some(name) = place.at("where").at(name).accept(reach.condition_name(name)) {
            conditions.matches(name, text);
        }
    }
    for name in require(row, required, place, reach) {
        conditions.require(name);
    }
    for (place, clause) in place.rows("when", &row.when) {
        if place.accept(reach.condition_name(clause.name())).is_some() {
            conditions.when(clause.clone());
        }
    }
    conditions
}

/// These parameters, and what the rule requires besides.
fn require(
    row: &definition::Postback,
    mut names: Vec<ParameterName>,
    place: &Place<'_>,
    reach: &Reach<'_>,
) -> Vec<ParameterName> {
    for (place, name) in place.rows("require", &row.require) {
        if let Some(name) = place.accept(reach.condition_name(name))
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

fn payout(
    row: &definition::Postback,
    place: &Place<'_>,
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
) -> PayoutRule {
    match row.payout {
        None => PayoutRule::Percent(Percent::whole()),
        Some(definition::Payout::Percent(percent)) => PayoutRule::Percent(percent),
        Some(definition::Payout::Fixed(amount)) => {
            let currency = currency(context, channel);
            // Without its channel the currency would be a guess.
            if channel.is_some() && amount.rounded(currency.digits()) != amount {
                let said = format!(
                    "`{amount}` is finer than {currency}, which has {} digits after the point",
                    currency.digits()
                );
                place.at("payout").at("fixed").problem(said);
            }
            PayoutRule::Fixed(Money { amount, currency })
        }
    }
}
