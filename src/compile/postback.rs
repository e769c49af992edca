//! A campaign's postbacks: conditions, payout, updates, request.

use super::channel::Draft;
use super::context::Context;
use super::reach::Reach;
use super::request;
use super::rows::named;
use crate::config::Place;
use crate::definition;
use crate::delivery::Lane;
use crate::model::Updates;
use crate::rule::Conditions;
use crate::scope::ParameterName;
use crate::template::{BodyTemplate, UrlTemplate};
use crate::tracker::compiled::{PayoutRule, PostbackRule};
use crate::value::{CampaignId, Currency, DeliveryKey, Money, Percent, PostbackId, SecretReference};
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(super) fn resolve(
    campaign: &definition::Campaign,
    place: &Place<'_>,
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
) -> Vec<PostbackRule> {
    let rows = (place, "postback", campaign.postbacks.as_slice());
    let postbacks: Vec<(PostbackId, PostbackRule)> = named(rows, ("id", |row| &row.id), |row, place| {
        postback(row, &campaign.id, place, context, channel, reach)
    });
    postbacks.into_iter().map(|(_, postback)| postback).collect()
}

fn postback(
    row: &definition::Postback,
    campaign: &CampaignId,
    place: &Place<'_>,
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
) -> Option<PostbackRule> {
    let conditions = conditions(row, place, context, channel, reach);
    let payout = payout(row, place, context, channel);
    if channel.is_none() && row.request.url.is_none() {
        // The channel is missing or broken, which was reported. Whether it has a template is
        // unknown.
        return None;
    }
    let request = own_or_channels(row, place, channel);
    let url = request.url?;
    let id = row.id.clone();
    Some(PostbackRule {
        key: DeliveryKey::of(&[context.namespace.as_str(), campaign.as_str(), id.as_str()]),
        id,
        lane: lane(&url, request.body.as_ref(), &request.sign),
        method: request.method,
        url,
        body: request.body,
        conditions,
        asks: 0,
        payout,
        updates: row.updates.unwrap_or(Updates::FirstMatch),
        success: request.success,
        retry: request.retry,
        sign: request.sign,
    })
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

fn conditions(
    row: &definition::Postback,
    place: &Place<'_>,
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
) -> Conditions {
    let currency = currency(context, channel);
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
    for name in require(row, place, channel, reach) {
        conditions.require(name);
    }
    for (place, clause) in place.rows("when", &row.when) {
        if place.accept(reach.condition_name(clause.name())).is_some() {
            conditions.when(clause.clone());
        }
    }
    conditions
}

/// What the channel requires of each of its postbacks, and what this one requires besides.
fn require(
    row: &definition::Postback,
    place: &Place<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
) -> Vec<ParameterName> {
    let mut names = channel.map(|draft| draft.require.clone()).unwrap_or_default();
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
