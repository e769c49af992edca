//! The result of a decision: a transaction as a value, a response to the sender, and a trace.

use crate::event::ClickHint;
use crate::plan::{Commit, EventRow, Outcome, Reason, Trace, codes};
use crate::value::OfferSourceId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The error for an event whose offer source is not configured.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("offer source `{0}` is not configured")]
pub struct UnknownSource(pub(super) OfferSourceId);

/// A decision: what is written, what is answered, and how the decision was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The transaction to commit.
    pub commit: Commit,
    /// The response to the sender.
    pub reply: Reply,
    /// The steps by which the event was decided.
    pub trace: Trace,
}

/// The response to the sender of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// The outcome: `applied`, `duplicate`, `ignored`, `unattributed` or `test`.
    pub outcome: ReplyOutcome,
    /// The reason, if there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What is nearly right about an unknown click id.
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
    /// Makes the response for a decided event.
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
