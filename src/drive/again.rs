//! Decides stored events anew because a person asks for it.

use super::deciding::of_one_tenant;
use super::error::{IngestError, MAX_CONFLICTS};
use crate::decide::{Decision, Plan};
use crate::plan::Committed;
use crate::port::{Inspect, Store};
use crate::tracker::Tracker;
use crate::value::{EventId, Timestamp};

/// Decides a stored event again under the present configuration
/// ([`Decision::decide_again`](crate::Decision::decide_again)), and commits the plan. None if
/// nothing would change, or the event is not stored. Doing it twice changes nothing more.
/// [`Rehearsal`](super::Rehearsal) says what it would do.
///
/// # Errors
/// [`IngestError`]; nothing was written, as far as is known.
pub async fn decide_again(
    tracker: &Tracker,
    store: &dyn Store,
    inspect: &dyn Inspect,
    event: &EventId,
    now: Timestamp,
) -> Result<Option<Plan>, IngestError> {
    of_one_tenant(tracker, store)?;
    let decision = Decision::new(tracker);
    for _ in 0..MAX_CONFLICTS {
        let Some(was) = inspect.event(event).await? else {
            return Ok(None);
        };
        let facts = store.facts(&decision.needs_again(&was)).await?;
        let Some(plan) = decision.decide_again(&was, &facts, now)? else {
            return Ok(None);
        };
        // The row is no part of the facts. If it is the same after they were read, their guards
        // protect it too.
        if inspect.event(event).await?.as_ref() != Some(&was) {
            continue;
        }
        match store.commit(&plan.commit).await? {
            Committed::Applied => return Ok(Some(plan)),
            Committed::Duplicate => return Ok(None),
            Committed::Conflict => {}
        }
    }
    Err(IngestError::Contended)
}
