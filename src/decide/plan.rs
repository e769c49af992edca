//! What a decision says: one transaction as a value, an answer to the sender, and a trace.

use crate::event::ClickHint;
use crate::plan::codes;
use crate::plan::{Commit, EventRow, Outcome, Reason, Trace};
use serde::{Deserialize, Serialize};

/// A decision: what to write, what to answer, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The transaction.
    pub commit: Commit,
    /// What the sender is told.
    pub reply: Reply,
    /// How the event was decided.
    pub trace: Trace,
}

/// What the sender of an event is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// `applied`, `duplicate`, `ignored`, `unattributed` or `test`.
    pub outcome: ReplyOutcome,
    /// Why, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What an unknown click id nearly is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<ClickHint>,
}

codes! {
    /// The outcome in a reply.
    pub enum ReplyOutcome {
        Applied = "applied": "it made or changed a conversion",
        Duplicate = "duplicate": "this very message came before",
        Ignored = "ignored": "it was stored and changes nothing",
        Unattributed = "unattributed": "it was stored; no click is known for it yet",
        Test = "test": "it is a test",
    }
}

impl Reply {
    /// What the sender of a decided event is told.
    pub(super) fn of(row: &EventRow) -> Self {
        let outcome = match row.outcome {
            _ if row.event.test => ReplyOutcome::Test,
            Outcome::Applied => ReplyOutcome::Applied,
            Outcome::Ignored if row.reason == Some(Reason::Unchanged) => ReplyOutcome::Duplicate,
            Outcome::Chosen | Outcome::Unmapped | Outcome::Ignored | Outcome::Expired => ReplyOutcome::Ignored,
            Outcome::Unattributed => ReplyOutcome::Unattributed,
            Outcome::Test => ReplyOutcome::Test,
        };
        Reply {
            outcome,
            reason: row.reason,
            hint: row.event.hint.filter(|_| row.click.is_none()),
        }
    }
}
