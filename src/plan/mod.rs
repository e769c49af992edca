//! This module has what a decision and a store tell each other: all that the author of a store
//! sees. Begin with [`FactQuery`], [`Facts`] and [`Commit`]. (Layer 3.)
//!
//! A decision asks for facts with a query and ends in a commit: guards, rows
//! ([`Write`]) and deliveries as one value, so that a store may apply it again after a lost
//! connection. Nothing here decides anything and nothing here stores anything.
//!
//! ```
//! use postback::intake::{Caller, Intake};
//! use postback::plan::{Outcome, Write};
//! use postback::{CompileOptions, Credentials, Decision, Document, Facts, Received, Timestamp, compile};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1, "currency": "USD",
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "default": true}]
//!     }"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!     let at = Timestamp::from_unix_seconds(1_800_000_000)?;
//!     let source = tracker.source(Some("network")).ok_or("no such source")?;
//!     let credentials = Credentials::default(); // the source has no token
//!     let intake = Intake::new(source, &credentials, Received { at, nonce: 1 });
//!     let event = intake.postback(&Caller::default(), b"clickid=p2345&sum=8.50")?;
//!
//!     let plan = Decision::new(&tracker).decide(&event, &Facts::default(), at)?;
//!     // One transaction: the identity that must be new, the guards that must not have moved, the rows.
//!     let commit = &plan.commit;
//!     assert_eq!(commit.identity.as_ref(), Some(&event.id));
//!     let outcomes = commit.writes.iter().filter_map(|write| match write {
//!         Write::Event(row) => Some(row.outcome),
//!         _ => None,
//!     });
//!     assert!(outcomes.eq([Outcome::Unattributed]));
//!     Ok(())
//! }
//! ```

mod codes;
mod commit;
mod correction;
mod event_row;
pub(crate) mod facts;
mod mark;
mod moved;
mod outcome;
mod receipts;
mod records;
mod refused;
mod refused_bound;
mod refused_reason;
pub(crate) mod rows;
mod trace;
mod walk;
mod words;

pub(crate) use codes::codes;
pub use commit::{Commit, Committed, ConfigurationRow, Guard, GuardKey, Standing, Write};
pub use correction::{Correction, CorrectionTrace};
pub use event_row::{EventRow, Revised};
pub(crate) use facts::Facts;
pub use facts::{ClickFacts, FactQuery, MAX_HOPS, MAX_ORPHANS, ReceiptFacts, Reported};
pub use mark::{Mark, mark};
pub use moved::{MAX_TAKEN_SECONDS, MovedTime, TakenSecond, WhyMoved};
pub use outcome::{Outcome, Reason};
pub(crate) use receipts::Receipts;
pub use records::{Added, Fired, ReceiptClick, ReceiptRecord, Share, Tally, TallyKey, Told};
pub use refused::{RefusedBody, RefusedCount, RefusedRow, Ring};
pub use refused_bound::{
    DEFAULT_REFUSED, DEFAULT_REFUSED_BYTES, DEFAULT_REFUSED_DAYS, REFUSED_ROW_BYTES, RefusedBound, RefusedBounds,
};
pub use refused_reason::RefusedReason;
pub use trace::{DuplicateDecision, Found, MAX_TRACED_RULES, RuleTrace, RuleTraces, RuleVerdict, Trace};
pub use walk::PointReads;
