//! The sentences for what stands as a code in a [`Trace`](super::Trace). All tools take them from
//! here.

use super::trace::{DuplicateDecision, Found, RuleVerdict};
use core::fmt;

impl DuplicateDecision {
    /// The code, as it stands in stored rows and in responses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Edited => "edited",
            Self::Incremented => "incremented",
            Self::ReplacedFirst => "replaced_first",
            Self::Kept => "kept",
            Self::Superseded => "superseded",
            Self::Unchanged => "unchanged",
            Self::Bypassed => "bypassed",
        }
    }

    /// What it means, for a person who asks whether the event was a duplicate.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Created => "none: a conversion was made",
            Self::Edited => "of an earlier one: the conversion shows this event's data now",
            Self::Incremented => "of an earlier one: this event's amount was added to the conversion",
            Self::ReplacedFirst => "earlier than what came before: the conversion shows it now",
            Self::Kept => "of an earlier one of this type, which stays",
            Self::Superseded => "the conversion shows a later event, which stays",
            Self::Unchanged => "it says what the conversion shows already",
            Self::Bypassed => "not asked: reversals and tests do not go through the policy",
        }
    }
}

/// How the click was found; it does not name the click.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Candidate { index, .. } => {
                write!(f, "candidate {} of the event's own click ids", index.saturating_add(1))
            }
            Self::Stored { .. } => f.write_str(
                "by a click id of its own that none of the keys has signed: the click is stored, so it was made here",
            ),
            Self::Hand { .. } => f.write_str("by hand: a person has chosen it"),
            Self::EventId { .. } => f.write_str("by its event id, with which another message named the click"),
            Self::Receipt { path, .. } => {
                f.write_str("through the receipts ")?;
                for (number, receipt) in path.iter().enumerate() {
                    let arrow = if number == 0 { "" } else { " -> " };
                    write!(f, "{arrow}`{receipt}`")?;
                }
                Ok(())
            }
        }
    }
}

impl RuleVerdict {
    /// The code, as it stands in stored rows and in responses.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::AlreadyFired => "already_fired",
            Self::NotOnUpdate => "not_on_update",
            Self::Failed(_) => "failed",
            Self::NotRendered(_) => "not_rendered",
        }
    }
}

/// What the rule said, and why.
impl fmt::Display for RuleVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fired => f.write_str("it fired"),
            Self::AlreadyFired => f.write_str("it matches and has fired before; `updates` is first_match"),
            Self::NotOnUpdate => f.write_str("it matches, and `updates` lets no change fire it"),
            Self::Failed(answer) => {
                let mark = if answer.fires() { "" } else { ": " };
                write!(f, "it did not fire{mark}{answer}")
            }
            Self::NotRendered(problem) => write!(f, "it matches, but its request cannot be made: {problem}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::RuleAnswer;
    use alloc::{string::ToString, vec::Vec};

    #[test]
    fn the_codes_are_those_of_stored_traces() {
        use DuplicateDecision::{Bypassed, Created, Edited, Incremented, Kept, ReplacedFirst, Superseded, Unchanged};
        for decision in [
            Created,
            Edited,
            Incremented,
            ReplacedFirst,
            Kept,
            Superseded,
            Unchanged,
            Bypassed,
        ] {
            assert_eq!(serde_json::to_value(decision).unwrap(), decision.as_str());
        }
        let failed = RuleVerdict::Failed(RuleAnswer::try_from(1).unwrap());
        let not_rendered = RuleVerdict::NotRendered("x".into());
        for verdict in [
            RuleVerdict::Fired,
            RuleVerdict::AlreadyFired,
            RuleVerdict::NotOnUpdate,
            failed,
            not_rendered,
        ] {
            let stored = serde_json::to_value(&verdict).unwrap();
            let code = stored.as_str().or_else(|| {
                stored
                    .as_object()
                    .and_then(|object| object.keys().next())
                    .map(|key| key.as_str())
            });
            assert_eq!(code, Some(verdict.as_str()));
        }
    }

    #[test]
    fn a_failed_rule_names_every_condition() {
        let failed = RuleVerdict::Failed(RuleAnswer::try_from(4 + 8).unwrap());
        assert_eq!(
            failed.to_string(),
            "it did not fire: the type is not one of `types`; the status is not one of `statuses`"
        );
    }

    #[test]
    fn a_click_that_was_found_through_receipts_says_which() {
        let path: Vec<_> = ["R2", "R1"].map(|receipt| receipt.parse().unwrap()).into();
        let click: crate::value::ClickId = "c1".parse().unwrap();
        let through = Found::Receipt {
            path,
            click: click.clone(),
        };
        assert_eq!(through.to_string(), "through the receipts `R2` -> `R1`");
        let own = Found::Candidate { index: 0, click };
        assert_eq!(own.to_string(), "candidate 1 of the event's own click ids");
    }
}
