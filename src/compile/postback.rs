//! A campaign's postbacks: conditions, payout, updates, request.

use super::channel::Draft;
use super::reach::Reach;
use super::rows::{amount, named};
use super::{Context, request};
use crate::config::{Entries, MAX_ENTRIES, Refusal, Table, duration, merge, one_of};
use crate::delivery::Lane;
use crate::model::{Status, Updates};
use crate::rule::{Conditions, Negative, ParameterName};
use crate::tracker::compiled::{PayoutRule, Postback};
use crate::value::{Amount, CampaignId, Currency, DeliveryKey, Money, Percent, PostbackId};
use alloc::{format, vec::Vec};

const KEYS: &[&str] = &[
    "id",
    "values",
    "types",
    "statuses",
    "updates",
    "negative",
    "payout",
    "min_payout",
    "share",
    "within",
    "where",
    "require",
    "test",
];

pub(super) fn read(
    table: &Table<'_>,
    campaign: Option<&CampaignId>,
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
) -> Vec<Postback> {
    let keys = [KEYS, request::KEYS].concat();
    let postbacks: Vec<(PostbackId, Postback)> = named(table, "postback", MAX_ENTRIES, &keys, |row, id| {
        postback(row, (campaign, id), context, channel, reach)
    });
    postbacks.into_iter().map(|(_, postback)| postback).collect()
}

fn postback(
    row: &Table<'_>,
    (campaign, id): (Option<&CampaignId>, Option<&PostbackId>),
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
) -> Option<Postback> {
    let conditions = conditions(row, context, channel, reach);
    let payout = payout(row, context, channel);
    let updates = row.word("updates", "a way to treat updates", Updates::ALL);
    if channel.is_none() && !row.has("url") {
        // The channel is missing or broken, which was reported; whether it has a template cannot be
        // said.
        return None;
    }
    let request = own_or_channels(row, channel);
    let (campaign, id, url) = (campaign?, id?, request.url?);
    Some(Postback {
        id: id.clone(),
        key: DeliveryKey::of(&[context.namespace.as_str(), campaign.as_str(), id.as_str()]),
        lane: Lane::new(url.origin()),
        method: request.method,
        url,
        body: request.body,
        conditions,
        demand: 0,
        payout,
        updates: updates.unwrap_or(Updates::FirstMatch),
        success: request.success,
        retry: request.retry,
    })
}

/// With a URL of its own the postback is a copy and stands alone; without, the channel's template
/// fills in what it leaves out.
fn own_or_channels(row: &Table<'_>, channel: Option<&Draft<'_>>) -> request::Request {
    let values = request::values(row);
    let template = channel.and_then(|draft| draft.postback).filter(|_| !row.has("url"));
    let Some(template) = template else {
        return request::read(row, &values);
    };
    let own = request::KEYS.iter();
    let own = own.filter_map(|key| Some(((*key).into(), row.node(key)?.clone())));
    let mut merged: Entries = own.collect();
    merge(&mut merged, template);
    request::read(&row.other(&merged), &values)
}

/// The currency of the channel, in which it is told amounts.
fn currency(context: &Context<'_>, channel: Option<&Draft<'_>>) -> Currency {
    channel.map_or(context.currency, |draft| draft.channel.currency)
}

fn conditions(row: &Table<'_>, context: &Context<'_>, channel: Option<&Draft<'_>>, reach: &Reach<'_>) -> Conditions {
    const NEGATIVE: &[(&str, Negative)] = &[("skip", Negative::Skip), ("send", Negative::Send)];
    let currency = currency(context, channel);
    let named = |name, text: &str| reach.condition_name(name).map(|name| (name, text.into()));
    Conditions {
        types: row.parsed_list("types", MAX_ENTRIES, |text| context.type_name(text)),
        statuses: row.parsed_list("statuses", MAX_ENTRIES, |word| one_of(word, "a status", Status::ALL)),
        min_payout: row
            .parsed("min_payout", amount)
            .map(|amount| Money { amount, currency }),
        share: row.parsed("share", str::parse),
        within: row.parsed("within", duration),
        test: row.flag("test").unwrap_or_default(),
        negative: row
            .choice("negative", "a way to treat negative payouts", NEGATIVE)
            .unwrap_or_default(),
        matches: row.parsed_entries("where", named).into_values().collect(),
        require: require(row, channel, reach),
    }
}

/// What the channel requires of each of its postbacks, and what this one requires besides.
fn require(row: &Table<'_>, channel: Option<&Draft<'_>>, reach: &Reach<'_>) -> Vec<ParameterName> {
    let mut names = channel.map(|draft| draft.require.clone()).unwrap_or_default();
    for name in row.parsed_list("require", MAX_ENTRIES, |name| reach.condition_name(name)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn payout(row: &Table<'_>, context: &Context<'_>, channel: Option<&Draft<'_>>) -> PayoutRule {
    let whole = PayoutRule::Percent(Percent::whole());
    let Some(table) = row.table("payout") else { return whole };
    table.only(&["percent", "fixed"]);
    let percent = table.parsed("percent", str::parse).map(PayoutRule::Percent);
    let currency = currency(context, channel);
    let fixed = table
        // Without its channel the currency is a guess.
        .parsed("fixed", |text| fixed(text, channel.map(|_| currency)))
        .map(|amount| PayoutRule::Fixed(Money { amount, currency }));
    if table.has("percent") == table.has("fixed") {
        row.problem("payout", "needs either `percent` or `fixed`");
    }
    percent.or(fixed).unwrap_or(whole)
}

/// An amount that a channel can be told as it is written.
fn fixed(text: &str, currency: Option<Currency>) -> Result<Amount, Refusal> {
    let fixed = amount(text)?;
    match currency {
        Some(currency) if fixed.rounded(currency.digits()) != fixed => Err(format!(
            "`{fixed}` is finer than {currency}, which has {} digits after the point",
            currency.digits()
        )
        .into()),
        _ => Ok(fixed),
    }
}
