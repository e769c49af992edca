//! Doubts about a campaign and its postbacks.

use super::inert::INERT;
use super::pasted;
use super::told::{self, Sending, Told};
use crate::compile::Reach;
use crate::condition::Test;
use crate::config::{Place, Refusal};
use crate::definition::{Cost, Definition, Postback};
use crate::model::Counts;
use crate::scope::Field;
use crate::template::placeholders;
use crate::tracker::{PostbackRule, Tracker};
use crate::value::Currency;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

pub(super) fn lint(definition: &Definition, root: &Place<'_>, tracker: &Tracker, sending: Sending<'_>) {
    let channels = definition.traffic_channels.iter();
    let templates: BTreeMap<&str, &str> = channels
        .filter_map(|row| Some((row.id.as_str(), row.postback.as_ref()?.url.as_deref()?)))
        .collect();
    let uncounted = uncounted(tracker);
    for (place, row) in root.rows("campaign", &definition.campaigns) {
        let Some(campaign) = tracker.tables.campaigns.get(&row.id) else {
            continue;
        };
        if campaign.paths.is_empty() {
            place
                .at("path")
                .problem("there is none, so no click can be sent to an offer");
        }
        if let Some(cost) = row.cost
            && !matches!(cost, Cost::Cpc(_) | Cost::None)
        {
            let said = format!("`{}` {INERT}", cost.model());
            place.at("cost").at("model").problem(said);
        }
        let offered = Reach::of_paths(&campaign.paths, &tracker.tables.offers, &tracker.tables.sources);
        let reach = offered.unwrap_or_else(|| Reach::of(tracker.tables.sources.values()));
        let channel_row = tracker.tables.channels.get(&campaign.channel);
        for (place, row) in place.rows("postback", &row.postbacks) {
            pasted::values(&row.values, &place.at("values"));
            let rule = campaign.postbacks.iter().find(|rule| rule.id == row.id);
            let rule = rule.and_then(PostbackRule::request);
            if let (Some(rule), Some(channel), true) = (rule, channel_row, row.request.url.is_some()) {
                let id = campaign.channel.as_str();
                let template = templates.get(id).copied();
                told::own(&row.request, &Told::of(rule), (id, channel), template, sending, &place);
            }
            conditions(row, &place, &reach);
            if let Some(channel) = channel_row {
                never(row, channel.currency, &place);
            }
            covered(row.types.is_empty(), &place, &uncounted);
            let channel = campaign.channel.as_str();
            if let Some(own) = &row.request.url
                && let Some(template) = templates.get(channel)
                && drifted(own, template)
            {
                let said = format!(
                    "differs from the template of channel `{channel}`, `{template}`; a copy does not follow it"
                );
                place.at("url").problem(said);
            }
        }
        for (place, row) in place.rows("conversion_api", &row.conversion_apis) {
            let asks = row.as_postback();
            conditions(&asks, &place, &reach);
            if let Some(channel) = channel_row {
                never(&asks, channel.currency, &place);
            }
            covered(row.types.is_empty(), &place, &uncounted);
        }
    }
}

/// The types that are seldom meant by a postback that names none.
fn uncounted(tracker: &Tracker) -> String {
    let types = tracker.tables.types.values();
    let uncounted = types.filter(|known| matches!(known.counts, Counts::Step | Counts::Reversal));
    let names: Vec<String> = uncounted.map(|known| format!("`{}`", known.name)).collect();
    names.join(", ")
}

fn covered(covers_all: bool, place: &Place<'_>, uncounted: &str) {
    if covers_all && !uncounted.is_empty() {
        let said = format!("covers every type, steps and reversals too ({uncounted}); name the types that are meant");
        place.at("types").problem(said);
    }
}

/// Warns of conditions on a parameter that no conversion has.
fn conditions(row: &Postback, place: &Place<'_>, reach: &Reach<'_>) {
    let matches = row.matches.keys().map(|name| (place.at("where").at(name), name));
    let clauses = place
        .rows("when", &row.when)
        .map(|(place, clause)| (place, clause.name()));
    for (place, name) in matches.chain(place.rows("require", &row.require)).chain(clauses) {
        if Field::from_name(name).is_some() || reach.has(name) {
            continue;
        }
        let message = format!(
            "`{}` is neither a macro nor a parameter of the offers' sources, so no conversion has it",
            name.escape_debug()
        );
        let macros = Field::names().map(|known| -> &str { known });
        place.refuse(Refusal::near(message, name, macros.chain(reach.names())));
    }
}

/// Warns of conditions on a payout in another currency than the channel's, in which it is told.
fn never(row: &Postback, told: Currency, place: &Place<'_>) {
    for (place, clause) in place.rows("when", &row.when) {
        let Test::Number(range) = &clause.test else { continue };
        let bounds = [range.least, range.most].into_iter().flatten();
        let mut asked = bounds.filter_map(|bound| bound.currency);
        if clause.name() == "payout"
            && let Some(other) = asked.find(|currency| *currency != told)
        {
            place.problem(format!(
                "never holds: the channel is told its payouts in {told}, and two currencies are never compared; write the amount in {told}, or \
                 give the channel `currency = \"{other}\"`"
            ));
        }
    }
}

/// Whether a copy differs from its template, whatever fills the template's blanks.
fn drifted(own: &str, template: &str) -> bool {
    let blanks: BTreeSet<String> = placeholders(template).into_iter().map(|blank| blank.name).collect();
    let split = |url: &str| {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let pairs = pairs.map(|(name, value)| {
            let value = if blanks.contains(name) { "" } else { value };
            (name.into(), value.into())
        });
        let segments: Vec<String> = base.split('/').map(Into::into).collect();
        (segments, pairs.collect::<BTreeMap<String, String>>())
    };
    let ((own_base, own_pairs), (base, pairs)) = (split(own), split(template));
    // A blank segment of the path is known by the segment before it.
    let same_base = own_base.len() == base.len()
        && base.iter().zip(&own_base).enumerate().all(|(index, (segment, own))| {
            let before = index.checked_sub(1).and_then(|before| base.get(before));
            segment == own || before.is_some_and(|before| blanks.contains(before))
        });
    !same_base || own_pairs != pairs
}
