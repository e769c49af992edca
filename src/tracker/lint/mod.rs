//! What compiles and is probably not what was meant.

mod campaign;
mod offer;
mod source;

use super::compiled::{Source, Tracker};
use crate::config::{Document, Node, Problem, Report};
use crate::model::Role;
use crate::value::nearest;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// Something that works and is probably not what was meant, with its place.
///
/// Prints as one line: `offer_source[0].tokens: anyone may send postbacks: there are neither tokens nor `allow_ips``
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning(Problem);

impl Warning {
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Problem::new(path, message, None))
    }

    /// Where it is, as in `campaign[0].postback[1].types`; lists count from 0.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// What is doubtful.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.message()
    }

    /// What was probably meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.0.suggestion()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What compiles and is probably not what was meant, in the order of the document's parts. `tracker` is the document, compiled.
///
/// - an offer source that accepts anyone, that sends no event id, that has no secret for its notifications, that leaves transaction types
///   or postbacks unmatched, that matches a word which ClickBank does not send, or that gives ClickBank's earnings another currency
/// - an open type whose policy lets anyone rewrite a conversion or take an event id
/// - a role that is neither known nor one's own (`x_..`)
/// - a ClickBank offer through which no click id can return, or only a damaged one, or only where nobody looks for it
/// - a condition on a parameter that is neither a macro nor in the table of an offer source
/// - a postback that covers steps and reversals since it names no type; one that has drifted from its channel's template
/// - a campaign without a path
/// - a part of the document that changes nothing yet
#[must_use]
pub fn lint(document: &Document, tracker: &Tracker) -> Vec<Warning> {
    let root = document.expanded(&Report::default());
    let mut found = Vec::new();
    for (index, row) in root.rows("offer_source").iter().enumerate() {
        let path = format!("offer_source[{index}]");
        if let Some(source) = id(row).and_then(|id| tracker.sources.get(id)) {
            source::lint(&path, row, source, tracker, &mut found);
        }
        roles(&path, row, |role| !role.as_str().starts_with("rt_"), &mut found);
    }
    for (index, row) in root.rows("offer").iter().enumerate() {
        let path = format!("offer[{index}]");
        let offer = id(row).and_then(|id| tracker.offers.get(id));
        if let Some((offer, source)) = offer.and_then(|offer| Some((offer, tracker.sources.get(&offer.source)?))) {
            offer::lint(&path, offer, source, template(&root, source), &mut found);
        }
    }
    inert("", &root, "timezone", &mut found);
    inert("", &root, "conversion_api", &mut found);
    for (index, row) in root.rows("traffic_channel").iter().enumerate() {
        let path = format!("traffic_channel[{index}]");
        roles(&path, row, |role| role.as_str().starts_with("rt_"), &mut found);
        inert(&path, row, "api", &mut found);
    }
    for (index, row) in root.rows("campaign").iter().enumerate() {
        let path = format!("campaign[{index}]");
        if let Some(campaign) = id(row).and_then(|id| tracker.campaigns.get(id)) {
            campaign::lint(&path, row, &root, campaign, tracker, &mut found);
        }
        inert(&path, row, "conversion_api", &mut found);
    }
    found
}

/// The template that a source names.
fn template<'a>(root: &'a Node, source: &Source) -> Option<&'a str> {
    let mut rows = root.rows("offer_source").iter();
    let row = rows.find(|row| id(row) == Some(source.id.as_str()))?;
    row.get("template").and_then(Node::text)
}

fn id(row: &Node) -> Option<&str> {
    row.get("id").and_then(Node::text)
}

/// A part that [`compile`](super::compile) accepts for later.
fn inert(path: &str, row: &Node, key: &str, found: &mut Vec<Warning>) {
    let Some(node) = row.get(key) else { return };
    if *node != Node::List(Vec::new()) {
        let path = if path.is_empty() {
            key.to_string()
        } else {
            format!("{path}.{key}")
        };
        found.push(Warning::new(path, "is accepted, and changes nothing in this version"));
    }
}

/// Roles of a parameter table; `here` says which known ones belong there.
fn roles(path: &str, row: &Node, here: impl Fn(&Role) -> bool, found: &mut Vec<Warning>) {
    for (index, parameter) in row.rows("parameter").iter().enumerate() {
        let Some(text) = parameter.get("role").and_then(Node::text) else {
            continue;
        };
        let path = format!("{path}.parameter[{index}].role");
        match Role::from(text) {
            Role::Other(_) if text.starts_with("x_") => {}
            Role::Other(_) => {
                let message = format!(
                    "`{}` is not a known role; one of your own begins with `x_`",
                    text.escape_debug()
                );
                let known = Role::KNOWN
                    .iter()
                    .copied()
                    .filter(|word| Role::known(word).is_some_and(|role| here(&role)));
                found.push(Warning(Problem::new(
                    path,
                    message,
                    nearest(text, known).map(Into::into),
                )));
            }
            known if here(&known) => {}
            known => found.push(Warning::new(
                path,
                format!("`{known}` belongs to the other side: {}", side(&known)),
            )),
        }
    }
}

fn side(role: &Role) -> &'static str {
    if role.as_str().starts_with("rt_") {
        "to a traffic channel's parameter"
    } else {
        "to an offer source's parameter"
    }
}
