//! Doubts about a campaign and its postbacks.

use super::{INERT, inert};
use crate::compile::MAX_ROWS;
use crate::compile::Reach;
use crate::config::{MAX_ENTRIES, Refusal, Table};
use crate::model::Counts;
use crate::scope::Field;
use crate::template::placeholders;
use crate::tracker::compiled::{Postback, Tracker};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

pub(super) fn lint(root: &Table<'_>, channels: &[Table<'_>], tracker: &Tracker) {
    let templates: BTreeMap<&str, &str> = channels
        .iter()
        .filter_map(|row| Some((row.text("id")?, row.table("postback")?.text("url")?)))
        .collect();
    let uncounted = uncounted(tracker);
    for row in root.rows("campaign", MAX_ROWS) {
        let Some(campaign) = row.text("id").and_then(|id| tracker.campaigns.get(id)) else {
            continue;
        };
        if campaign.paths.is_empty() {
            row.problem("path", "there is none, so no click can be sent to an offer");
        }
        if let Some(cost) = row.table("cost")
            && let Some(model) = cost.text("model")
            && !matches!(model, "cpc" | "none")
        {
            cost.problem("model", format!("`{model}` {INERT}"));
        }
        let offered = Reach::of_paths(&campaign.paths, &tracker.offers, &tracker.sources);
        let reach = offered.unwrap_or_else(|| Reach::of(tracker.sources.values()));
        for (row, compiled) in row.rows("postback", MAX_ENTRIES).iter().zip(&campaign.postbacks) {
            conditions(row, &reach);
            covered(row, compiled, &uncounted);
            let channel = campaign.channel.as_str();
            if let Some(own) = row.text("url")
                && let Some(template) = templates.get(channel)
                && drifted(own, template)
            {
                let said = format!(
                    "differs from the template of channel `{channel}`, `{template}`; a copy does not follow it"
                );
                row.problem("url", said);
            }
        }
        inert(&row, "conversion_api");
    }
}

/// The types that are seldom meant where none is named.
fn uncounted(tracker: &Tracker) -> String {
    let types = tracker.types.values();
    let uncounted = types.filter(|known| matches!(known.counts, Counts::Step | Counts::Reversal));
    let names: Vec<String> = uncounted.map(|known| format!("`{}`", known.name)).collect();
    names.join(", ")
}

fn covered(row: &Table<'_>, compiled: &Postback, uncounted: &str) {
    if compiled.conditions.types.is_empty() && !uncounted.is_empty() {
        let said = format!("covers every type, steps and reversals too ({uncounted}); name the types that are meant");
        row.problem("types", said);
    }
}

/// Conditions on what no conversion has.
fn conditions(row: &Table<'_>, reach: &Reach<'_>) {
    let matches = row.text_entries("where").into_iter();
    let matches = matches.map(|(path, name, _)| (path, name));
    for (path, name) in matches.chain(row.texts("require", MAX_ENTRIES)) {
        if Field::from_name(name).is_some() || reach.has(name) {
            continue;
        }
        let message = format!(
            "`{}` is neither a macro nor a parameter of the offers' sources, so it is never there",
            name.escape_debug()
        );
        let macros = Field::names().map(|known| -> &str { known });
        row.refuse(path, Refusal::near(message, name, macros.chain(reach.names())));
    }
}

/// Whether a copy is no longer its template, with the template's blanks filled in any way.
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
    // A blank segment of the path is known by the one before it.
    let same_base = own_base.len() == base.len()
        && base.iter().zip(&own_base).enumerate().all(|(index, (segment, own))| {
            let before = index.checked_sub(1).and_then(|before| base.get(before));
            segment == own || before.is_some_and(|before| blanks.contains(before))
        });
    !same_base || own_pairs != pairs
}
