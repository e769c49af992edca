//! Layer 3: what a decision and a store tell each other: all that the author of a store sees.
//!
//! A decision asks for [`Facts`] with a [`FactQuery`] and ends in a [`Commit`]: guards, rows
//! ([`Write`]) and deliveries as one value, so that a store may apply it again after a lost
//! connection. Nothing here decides anything and nothing here stores anything.

mod codes;
mod commit;
mod event_row;
pub(crate) mod facts;
mod outcome;
mod records;
mod refused;
mod refused_reason;
pub(crate) mod rows;
mod trace;
mod walk;
mod words;

pub(crate) use codes::codes;
pub use commit::{Commit, Committed, ConfigurationRow, Guard, GuardKey, Write};
pub use event_row::EventRow;
pub(crate) use facts::Facts;
pub use facts::{ClickFacts, FactQuery, MAX_HOPS, MAX_ORPHANS, ReceiptFacts};
pub use outcome::{Outcome, Reason};
pub use records::{Added, Fired, ReceiptClick, ReceiptRecord, Tally, TallyKey, Told};
pub use refused::{DEFAULT_REFUSED, DEFAULT_REFUSED_DAYS, RefusedBody, RefusedCount, RefusedRow, Ring};
pub use refused_reason::RefusedReason;
pub use trace::{DuplicateDecision, Found, MAX_TRACED_RULES, RuleTrace, RuleTraces, RuleVerdict, Trace};
pub use walk::PointReads;
