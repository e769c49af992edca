//! This module decides what an event means: which click it belongs to, what it does to a
//! conversion, which postbacks fire. Begin with [`Decision`]. (Layer 4.)
//!
//! [`Decision::needs`] says which rows a decision reads and [`Decision::decide`] makes it: a
//! [`Plan`] with one transaction, a reply and a trace. Nothing here reads a clock or a store, so
//! the same inputs give the same plan, and every plan can be made again.
//!
//! ```
//! use postback::intake::{Caller, Intake};
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
//!     // What must be read: the click that the event names. Here the storage knows nothing of it.
//!     let decision = Decision::new(&tracker);
//!     assert_eq!(decision.needs(&event).clicks.len(), 1);
//!     let plan = decision.decide(&event, &Facts::default(), at)?;
//!     assert_eq!(plan.reply.outcome.as_str(), "unattributed");
//!     assert!(plan.commit.outbox.is_empty());
//!     Ok(())
//! }
//! ```

mod again;
mod amounts;
mod attribute;
mod capped;
mod correct;
mod count;
mod ledger;
pub(crate) mod plan;
mod refunded;
mod revalue;
mod reversal;
mod tallies;
mod update;
mod work;

pub use crate::plan::{Mark, mark};
pub(crate) use plan::Plan;
pub use plan::{Reply, ReplyOutcome, UnknownSource};
pub use tallies::MAX_TALLIES;

use crate::event::Event;
pub(crate) use crate::meaning::Decision;
use crate::plan::{FactQuery, Facts};
use crate::value::{Shared, Timestamp};
use reversal::taken_keys;
use work::Work;

impl Decision<'_> {
    /// Returns which rows the decision about `event` needs.
    #[must_use]
    pub fn needs(&self, event: &Event) -> FactQuery {
        let mut query = FactQuery::new(event.source.clone(), event.id.clone());
        query.clicks.extend(event.candidates().cloned());
        query.receipts.extend(event.receipt.clone());
        query.receipts.extend(event.parent.clone());
        if let Some(source) = self.sources.get(&event.source) {
            let meaning = self.meaning(source, event);
            let kind = self.kind(source, event, &meaning);
            query.receipts.extend(self.leading_id(source, event, &meaning, &kind));
            query.told = taken_keys(event, &kind);
            query.reported = self.corrects;
        }
        query
    }

    /// Decides what an event means, and then every waiting event that can be decided because of it.
    /// The function is pure and total: the same arguments give the same plan, and a rule that
    /// cannot be evaluated does not stop the others.
    ///
    /// The event is stored with what became of it. A [`Shared`] one is stored as it is, any other
    /// one is copied.
    ///
    /// # Errors
    /// [`UnknownSource`]: the event's source is not configured.
    pub fn decide(
        &self,
        event: impl Into<Shared<Event>>,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Plan, UnknownSource> {
        self.decide_shared(&event.into(), facts, now)
    }

    fn decide_shared(&self, event: &Shared<Event>, facts: &Facts, now: Timestamp) -> Result<Plan, UnknownSource> {
        let source = self
            .sources
            .get(&event.source)
            .ok_or_else(|| UnknownSource(event.source.clone()))?;
        let mut work = Work::new(*self, source, facts, now);
        let row = work.decide_one(event);
        Ok(work.finish(row))
    }
}
