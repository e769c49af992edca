//! A campaign's postbacks: conditions, payout, updates, request.

use super::channel::Draft;
use super::{Context, Reach, amount, name, request};
use crate::config::{MAX_ENTRIES, Node, Refusal, Table, duration, merge, one_of};
use crate::model::{Status, Updates};
use crate::rule::{Conditions, Negative};
use crate::tracker::compiled::{PayoutRule, Postback};
use crate::value::{Amount, Currency, Money, Percent, PostbackId};
use alloc::{collections::BTreeSet, format, vec::Vec};

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
    campaign: &Table<'_>,
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
) -> Vec<Postback> {
    let mut seen = BTreeSet::new();
    let rows = campaign.rows("postback", MAX_ENTRIES).into_iter();
    rows.filter_map(|row| postback(&row, context, channel, reach, &mut seen))
        .collect()
}

fn postback(
    row: &Table<'_>,
    context: &Context<'_>,
    channel: Option<&Draft<'_>>,
    reach: &Reach<'_>,
    seen: &mut BTreeSet<PostbackId>,
) -> Option<Postback> {
    let keys: Vec<&str> = KEYS.iter().chain(request::KEYS).copied().collect();
    row.only(&keys);
    let id = name(row, "id", seen);
    let conditions = conditions(row, context, channel, reach);
    let payout = payout(row, context, channel);
    let updates = row
        .word("updates", "a way to treat updates", Updates::ALL)
        .unwrap_or(Updates::FirstMatch);
    if channel.is_none() && !row.has("url") {
        // The channel is missing or broken, which was reported; whether it has a template cannot be said.
        return None;
    }
    let request = own_or_channels(row, channel);
    Some(Postback {
        id: id?,
        method: request.method,
        url: request.url?,
        body: request.body,
        conditions,
        payout,
        updates,
        success: request.success,
        retry: request.retry,
    })
}

/// With a URL of its own the postback is a copy and stands alone; without, the channel's template fills in what it leaves out.
fn own_or_channels(row: &Table<'_>, channel: Option<&Draft<'_>>) -> request::Request {
    let values = request::values(row);
    let template = channel.and_then(|draft| draft.postback).filter(|_| !row.has("url"));
    let Some(template) = template else {
        return request::read(row, &values);
    };
    let own = request::KEYS
        .iter()
        .filter_map(|key| Some(((*key).into(), row.node(key)?.clone())));
    let mut merged = Node::Table(own.collect());
    merge(&mut merged, template);
    match merged.table() {
        Some(entries) => request::read(&row.other(entries), &values),
        None => request::read(row, &values),
    }
}

/// The currency of the channel, in which it is told amounts.
fn currency(context: &Context<'_>, channel: Option<&Draft<'_>>) -> Currency {
    channel.map_or(context.currency, |draft| draft.channel.currency)
}

fn conditions(row: &Table<'_>, context: &Context<'_>, channel: Option<&Draft<'_>>, reach: &Reach<'_>) -> Conditions {
    let currency = currency(context, channel);
    let mut conditions = Conditions {
        types: row.parsed_list("types", MAX_ENTRIES, |text| context.type_name(text)),
        statuses: row.parsed_list("statuses", MAX_ENTRIES, |word| one_of(word, "a status", Status::ALL)),
        min_payout: row
            .parsed("min_payout", amount)
            .map(|amount| Money { amount, currency }),
        share: row.parsed("share", str::parse),
        within: row.parsed("within", duration),
        require: channel.map(|draft| draft.require.clone()).unwrap_or_default(),
        test: row.flag("test").unwrap_or(false),
        negative: row.parsed("negative", negative).unwrap_or_default(),
        ..Conditions::default()
    };
    for (path, name, text) in row.text_entries("where") {
        match reach.condition_name(name) {
            Ok(name) => conditions.matches.push((name, text.into())),
            Err(refusal) => row.refuse(path, refusal),
        }
    }
    for name in row.parsed_list("require", MAX_ENTRIES, |name| reach.condition_name(name)) {
        if !conditions.require.contains(&name) {
            conditions.require.push(name);
        }
    }
    conditions
}

fn negative(word: &str) -> Result<Negative, Refusal> {
    match word {
        "skip" => Ok(Negative::Skip),
        "send" => Ok(Negative::Send),
        other => Err(Refusal::word(
            other,
            "a way to treat negative payouts",
            ["skip", "send"],
        )),
    }
}

fn payout(row: &Table<'_>, context: &Context<'_>, channel: Option<&Draft<'_>>) -> PayoutRule {
    let currency = currency(context, channel);
    let whole = Percent::new(Amount::from(100)).map(PayoutRule::Percent);
    let whole = whole.unwrap_or(PayoutRule::Fixed(Money {
        amount: Amount::ZERO,
        currency,
    }));
    let Some(table) = row.table("payout") else { return whole };
    table.only(&["percent", "fixed"]);
    let percent = table.parsed("percent", str::parse).map(PayoutRule::Percent);
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
