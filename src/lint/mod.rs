//! Layer 3: what compiles and is probably not what was meant.

mod campaign;
mod macros;
mod offer;
mod source;

use crate::compile::MAX_ROWS;
use crate::config::{Document, MAX_ENTRIES, Node, Problem, Refusal, Report, Table};
use crate::model::Role;
use crate::tracker::{Protocol, Tracker};
use alloc::{format, vec::Vec};
use core::fmt;

/// Something that works and is probably not what was meant, with its place.
///
/// Prints as one line:
/// `offer_source[0].tokens: anyone may send postbacks: there are neither tokens nor `allow_ips``
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning(Problem);

impl Warning {
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

/// What compiles and is probably not what was meant, in the order of the document's parts.
/// `tracker` is the document, compiled.
///
/// - an offer source that accepts anyone, that sends no event id, that has no secret for its
///   notifications, that leaves transaction types or postbacks unmatched, that matches a word which
///   ClickBank does not send, or that gives ClickBank's earnings another currency
/// - a macro that ClickBank does not have or does not fill for this account, and one that would
///   read another amount as earnings in USD
/// - an open type whose policy lets anyone rewrite a conversion or take an event id, or that is not
///   open since `events` matches it elsewhere
/// - a role that is neither known nor one's own (`x_..`)
/// - a ClickBank offer through which no click id can return, or only a damaged one, or only where
///   nobody looks for it: the seller's code on a hoplink, the affiliate's on a pay link, an
///   affiliate's parameter without version 8.0, a page that a hoplink or a pay link has led to; and
///   a seller's offer that relies on the affiliate's code
/// - a condition on a parameter that is neither a macro nor in the table of an offer source
/// - a postback that covers steps and reversals since it names no type; one that has drifted from
///   its channel's template
/// - a campaign without a path
/// - a part of the document that changes nothing yet
#[must_use]
pub fn lint(document: &Document, tracker: &Tracker) -> Vec<Warning> {
    let expanded = document.expanded(&Report::default());
    let report = Report::default();
    doubts(&Table::new(&expanded, "", &report), tracker);
    report.into_problems().into_iter().map(Warning).collect()
}

/// Reads the document once more. It compiled, so what is reported on the way are doubts alone.
fn doubts(root: &Table<'_>, tracker: &Tracker) {
    let sources = root.rows("offer_source", MAX_ROWS);
    for row in &sources {
        if let Some(source) = row.text("id").and_then(|id| tracker.sources.get(id)) {
            source::lint(row, source, tracker);
            if let Protocol::ClickBank(settings) = &source.protocol {
                macros::lint(row, settings);
            }
        }
        roles(row, |role| !is_channels(role));
    }
    offer::lint(root, tracker);
    inert(root, "timezone");
    inert(root, "conversion_api");
    let channels = root.rows("traffic_channel", MAX_ROWS);
    for row in &channels {
        roles(row, is_channels);
        inert(row, "api");
    }
    campaign::lint(root, &channels, tracker);
}

/// What is said of a part that [`compile`](crate::compile()) accepts for later.
const INERT: &str = "is accepted, and changes nothing in this version";

fn inert(row: &Table<'_>, key: &str) {
    if row.node(key).is_some_and(|node| *node != Node::List(Vec::new())) {
        row.problem(key, INERT);
    }
}

fn is_channels(role: &Role) -> bool {
    role.as_str().starts_with("rt_")
}

/// Roles of a parameter table; `belongs` says which known ones stand there rightly.
fn roles(row: &Table<'_>, belongs: fn(&Role) -> bool) {
    for row in row.rows("parameter", MAX_ENTRIES) {
        let Some(text) = row.text("role") else { continue };
        match Role::from(text) {
            Role::Other(_) if text.starts_with("x_") => {}
            Role::Other(_) => {
                let message = format!(
                    "`{}` is not a known role; one of your own begins with `x_`",
                    text.escape_debug()
                );
                let known = Role::KNOWN.iter().copied();
                let near = known.filter(|word| Role::known(word).is_some_and(|role| belongs(&role)));
                row.refuse(row.at("role"), Refusal::near(message, text, near));
            }
            known if belongs(&known) => {}
            known => {
                let side = if is_channels(&known) {
                    "to a traffic channel's parameter"
                } else {
                    "to an offer source's parameter"
                };
                row.problem("role", format!("`{known}` belongs to the other side: {side}"));
            }
        }
    }
}
