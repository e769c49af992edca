//! Decides an event again that is stored already, because a person wants it decided under the
//! present configuration.

use super::plan::{Plan, UnknownSource};
use super::work::Work;
use crate::meaning::Decision;
use crate::plan::{EventRow, FactQuery, Facts, Outcome, Reason, Revised};
use crate::value::Timestamp;
use alloc::boxed::Box;

impl Decision<'_> {
    /// Returns which rows [`Decision::decide_again`] needs.
    #[must_use]
    pub fn needs_again(&self, was: &EventRow) -> FactQuery {
        let mut query = self.needs(&was.event);
        if was.outcome == Outcome::Applied {
            query.clicks.extend(was.click.clone());
            query.told.extend(was.event.keys().into_iter().flatten());
            query.conversions.extend(was.conversion.clone());
        }
        query
    }

    /// Decides a stored event again under the present configuration, with every waiting event that
    /// can be decided because of it. Of the outcomes only these can change:
    ///
    /// - an event that is unattributed or unmapped has had no effect yet, so it is decided like a
    ///   new one
    /// - an event that counts without a rate ([`Reason::NoRate`]) keeps all that it did; its
    ///   conversion gets the revenue of today's rates, and a postback that did not fire may fire
    ///
    /// None if nothing would change. `was` must be read after `facts`, or be the same before and
    /// after, so that the guards in the facts protect it too. The function is pure.
    ///
    /// # Errors
    /// [`UnknownSource`]: the event's source is not configured.
    pub fn decide_again(&self, was: &EventRow, facts: &Facts, now: Timestamp) -> Result<Option<Plan>, UnknownSource> {
        let known = self.sources.get(&was.event.source);
        let source = known.ok_or_else(|| UnknownSource(was.event.source.clone()))?;
        let mut work = Work::new(*self, source, facts, now).again(was.outcome);
        let row = match (was.outcome, was.reason) {
            (Outcome::Unattributed | Outcome::Unmapped, _) => {
                let row = work.decide_one(&was.event);
                Some(row).filter(|row| row.outcome != was.outcome)
            }
            (Outcome::Applied, Some(Reason::NoRate)) => work.revalue(was),
            _ => None,
        };
        Ok(row.map(|mut row| {
            row.revised = Some(Box::new(Revised::of(was)));
            work.finish(row)
        }))
    }
}
