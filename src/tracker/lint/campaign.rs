//! Doubts about a campaign and its postbacks.

use super::{Warning, id};
use crate::config::{Node, Problem};
use crate::model::Counts;
use crate::scope::Field;
use crate::template::placeholders;
use crate::tracker::compile::Reach;
use crate::tracker::compiled::{Campaign, Tracker};
use crate::value::nearest;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

pub(super) fn lint(
    path: &str,
    row: &Node,
    root: &Node,
    campaign: &Campaign,
    tracker: &Tracker,
    found: &mut Vec<Warning>,
) {
    if campaign.paths.is_empty() {
        found.push(Warning::new(
            format!("{path}.path"),
            "there is none, so no click can be sent to an offer",
        ));
    }
    let models = ["cpa", "cpm", "popcpm", "revshare"];
    let model = row.get("cost").and_then(|cost| cost.get("model")).and_then(Node::text);
    if let Some(model) = model.filter(|model| models.contains(model)) {
        let said = format!("`{model}` is accepted, and changes nothing in this version");
        found.push(Warning::new(format!("{path}.cost.model"), said));
    }
    let channel = root
        .rows("traffic_channel")
        .iter()
        .find(|row| id(row) == Some(campaign.channel.as_str()));
    let template = channel.and_then(|row| row.get("postback")?.get("url")?.text());
    let uncounted: Vec<String> = tracker
        .types
        .values()
        .filter(|known| matches!(known.counts, Counts::Step | Counts::Reversal))
        .map(|known| format!("`{}`", known.name))
        .collect();
    let offered = Reach::of_paths(&campaign.paths, &tracker.offers, &tracker.sources);
    let reach = offered.unwrap_or_else(|| Reach::of(tracker.sources.values()));
    for (index, row) in row.rows("postback").iter().enumerate() {
        let path = format!("{path}.postback[{index}]");
        conditions(&path, row, &reach, found);
        let compiled = id(row).and_then(|id| campaign.postbacks.iter().find(|known| known.id.as_str() == id));
        if compiled.is_some_and(|known| known.conditions.types.is_empty()) && !uncounted.is_empty() {
            let said = format!(
                "covers every type, steps and reversals too ({}); name the types that are meant",
                uncounted.join(", ")
            );
            found.push(Warning::new(format!("{path}.types"), said));
        }
        let own = row.get("url").and_then(Node::text);
        if let Some((own, template)) = own.zip(template)
            && drifted(own, template)
        {
            let said = format!(
                "differs from the template of channel `{}`, `{template}`; a copy does not follow it",
                campaign.channel
            );
            found.push(Warning::new(format!("{path}.url"), said));
        }
    }
}

/// Conditions on what no conversion has.
fn conditions(path: &str, row: &Node, reach: &Reach<'_>, found: &mut Vec<Warning>) {
    let matches = row.get("where").and_then(Node::table).into_iter().flatten();
    let matches = matches.map(|(name, _)| (format!("{path}.where.{}", name.escape_debug()), name.as_str()));
    let required = match row.get("require") {
        Some(Node::List(names)) => names.as_slice(),
        _ => &[],
    };
    let required = required.iter().enumerate();
    let required = required.filter_map(|(index, name)| Some((format!("{path}.require[{index}]"), name.text()?)));
    for (place, name) in matches.chain(required) {
        if Field::from_name(name).is_some() || reach.has(name) {
            continue;
        }
        let said = format!(
            "`{}` is neither a macro nor a parameter of the offers' sources, so it is never there",
            name.escape_debug()
        );
        let macros = Field::names().map(|known| -> &str { known });
        let near = nearest(name, macros.chain(reach.names())).map(Into::into);
        found.push(Warning(Problem::new(place, said, near)));
    }
}

/// Whether a copy is no longer its template, with the template's blanks filled in any way.
fn drifted(own: &str, template: &str) -> bool {
    let blanks: BTreeSet<String> = placeholders(template).into_iter().map(|blank| blank.name).collect();
    let split = |url: &str| {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let pairs: BTreeMap<String, String> = pairs
            .map(|(name, value)| {
                (
                    name.into(),
                    if blanks.contains(name) {
                        String::new()
                    } else {
                        value.into()
                    },
                )
            })
            .collect();
        let base: Vec<String> = base.split('/').map(Into::into).collect();
        (base, pairs)
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
