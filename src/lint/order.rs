//! Warnings about how a source's postbacks tell of an order: its id, its status, and what another
//! message about it does.

use crate::config::Place;
use crate::definition::OfferSource;
use crate::event::Kind;
use crate::model::{Counts, Duplicates, ParameterRole};
use crate::network::Meaning;
use crate::tracker::compiled::{Source, Tracker};
use alloc::format;

/// The names of parameters and macros that hold the number of a goal at some networks.
const GOALS: &[&str] = &["goal", "goal_id", "goalid", "goal_name"];
/// The macros that hold the name of an event at some networks.
const EVENTS: &[&str] = &[
    "action",
    "conversion_type",
    "event",
    "event_name",
    "event_type",
    "goal",
    "goal_name",
    "transaction_type",
    "type",
];
/// Macros that only Everflow has. Its `{event_id}` is the number of a goal.
const EVERFLOWS: &[&str] = &["payout_amount", "sale_amount"];

/// Returns whether it warned that the policy does not follow orders.
pub(super) fn lint(row: &OfferSource, place: &Place<'_>, source: &Source, tracker: &Tracker) -> bool {
    statuses(row, place, source);
    if source.protocol.usual_duplicates() != Duplicates::Update || !names_event_id(source) {
        return false;
    }
    goals(place, source);
    let against = against(source.duplicates);
    if let Some(against) = against {
        place.at("duplicates").problem(format!(
            "`{}` {against}; `update` follows an order by its event id",
            source.duplicates
        ));
    }
    types(place, source, tracker) || against.is_some()
}

/// Warns of types whose own policy leaves the total of an order wrong, and of rebills that cannot
/// be told from their order. Returns whether there is such a policy.
fn types(place: &Place<'_>, source: &Source, tracker: &Tracker) -> bool {
    let mut warned = false;
    let paid = tracker.tables.types.values().filter(|known| {
        let pays = matches!(known.counts, Counts::Sale | Counts::Revenue);
        pays && !source.open_types.contains(&known.name)
    });
    let reverses = tracker
        .tables
        .types
        .values()
        .any(|known| known.counts == Counts::Reversal);
    for known in paid {
        if let Some((policy, against)) = known.duplicates.and_then(|policy| Some((policy, against(policy)?))) {
            warned = true;
            place.at("duplicates").problem(format!(
                "the type `{}` has the policy `{policy}` of its own, which {against}; leave that out, so that the source's policy holds, or \
                 write `duplicates = \"update\"` there",
                known.name
            ));
        }
        let is_rebill = known.name.as_str().eq_ignore_ascii_case(Kind::Rebill.as_str());
        let is_followed = known.duplicates.unwrap_or(source.duplicates) == Duplicates::Update;
        if is_rebill && is_followed && reverses {
            place.at("duplicates").problem(format!(
                "a refund of a `{}` under the event id of its order is not told from a refund of the order: if the order is rejected as \
                 well, the total is too high by that refund; have the network name each rebill by an event id of its own, or upload such an \
                 order with the sum 0",
                known.name
            ));
        }
    }
    warned
}

/// Why a policy does not suit an order that the network tells of more than once. The page on
/// duplicates says the same.
fn against(policy: Duplicates) -> Option<&'static str> {
    match policy {
        Duplicates::Create | Duplicates::CreateMarked => Some(
            "makes a conversion of each message: an order that is confirmed later becomes two conversions, and a later refusal or correction \
             takes nothing back",
        ),
        Duplicates::Ignore => Some(
            "shows the first message of a click and type: a second order is left out, and so is every later message about the first one",
        ),
        Duplicates::Edit => {
            Some("shows the last message of a click and type: if there are two orders, one is left out")
        }
        Duplicates::Increment => {
            Some("shows the first message and adds what is approved: a later refusal or correction takes nothing back")
        }
        Duplicates::IgnoreEventId => {
            Some("shows the first message of an event id: every later message about the order is left out")
        }
        Duplicates::Update => None,
    }
}

/// Whether the postbacks carry the network's event id, as far as the configuration says it.
pub(super) fn names_event_id(source: &Source) -> bool {
    let is_id = |name: &str| source.names.meaning(name) == Some(Meaning::EventId);
    let by_row = source
        .parameters
        .iter()
        .any(|row| row.role == Some(ParameterRole::EventId) || is_id(&row.name));
    let mut names = source.names.names(Meaning::EventId);
    by_row || source.pasted.contains_key("event_id") || names.any(|name| !["rdtk_event_id", "eventid"].contains(&name))
}

/// Warns of an event id that is the number of a goal: all conversions of the goal have it.
fn goals(place: &Place<'_>, source: &Source) {
    let view = source.view();
    let pairs = view.pasted_pairs();
    let is_everflows = pairs.iter().any(|(_, filled)| EVERFLOWS.contains(&bare(filled)));
    let is_goal = |name: &str, filled: &str| {
        let by_macro = GOALS.contains(&bare(filled)) || (is_everflows && bare(filled) == "event_id");
        by_macro || GOALS.contains(&name) || (name == "event_id" && filled.is_empty())
    };
    let filled_in = |name: &str| {
        pairs
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, filled)| *filled)
    };
    let said = |name: &str| {
        format!(
            "`{}` is the number of a goal at many networks (as Everflow's `event_id` is), and all conversions of the goal have it; name the \
             parameter with the id of the conversion",
            name.escape_debug()
        )
    };
    for name in source.names.names(Meaning::EventId) {
        if is_goal(name, filled_in(name)) {
            place.at("names").at("event_id").problem(said(name));
        }
    }
}

/// Warns of a status that holds the name of an event, and of a word for money taken back that would
/// earn.
fn statuses(row: &OfferSource, place: &Place<'_>, source: &Source) {
    let view = source.view();
    for (name, filled) in view.pasted_pairs() {
        let is_status = source.names.meaning(name) == Some(Meaning::Status);
        if is_status && EVENTS.contains(&bare(filled)) {
            place.at("postback").at("status").problem(format!(
                "`{}` is the name of an event, not a status; send it as the type",
                filled.escape_debug()
            ));
        }
    }
    for (word, status) in &row.statuses {
        let Some(read) = source.statuses.get(word).filter(|read| *read != status) else {
            continue;
        };
        place.at("statuses").at(word).problem(format!(
            "`{}` takes money back and never earns, so it is read as `{read}`, not as `{status}`",
            word.escape_debug()
        ));
    }
}

/// The name of a macro without the marks around it, in any dialect.
pub(super) fn bare(filled: &str) -> &str {
    filled.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}
