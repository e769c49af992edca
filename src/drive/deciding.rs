//! Decides one event until it is committed: in the store's own transaction where the store has
//! that, else by a read, a decision and a commit whose guards compare what was read.

use super::trouble::{IngestError, MAX_CONFLICTS, of_one_tenant};
use crate::decide::{Decision, Plan, Reply, ReplyOutcome, UnknownSource};
use crate::event::Event;
use crate::plan::{Committed, Facts, Outcome, Trace};
use crate::port::{Decide, Store, Transact, Transacted};
use crate::tracker::Tracker;
use crate::value::{Shared, Timestamp};
use alloc::boxed::Box;
use std::sync::{Arc, Mutex, PoisonError};

/// Says for which stored outcomes an event is decided. For all others it is a duplicate.
pub(super) type Takes = fn(Option<Outcome>) -> bool;

/// Decides an event until it is committed, as long as `takes` accepts what is stored of it.
pub(super) async fn decide_while(
    takes: Takes,
    tracker: &Tracker,
    store: &dyn Store,
    event: &Shared<Event>,
    now: Timestamp,
) -> Result<(Reply, Option<Plan>), IngestError> {
    of_one_tenant(tracker, store)?;
    for _ in 0..MAX_CONFLICTS {
        let came_to = match store.transact() {
            Some(store) => in_its_transaction(takes, tracker, store, event, now).await?,
            None => in_two_visits(takes, tracker, store, event, now).await?,
        };
        match came_to {
            CameTo::Applied(plan) => return Ok((plan.reply, Some(plan))),
            CameTo::Known => return Ok((DUPLICATE, None)),
            CameTo::Conflict => {}
        }
    }
    Err(IngestError::Contended)
}

const DUPLICATE: Reply = Reply {
    outcome: ReplyOutcome::Duplicate,
    reason: None,
    hint: None,
};

/// What one attempt came to.
enum CameTo {
    Applied(Plan),
    /// The event is stored and is not decided anew.
    Known,
    Conflict,
}

impl CameTo {
    fn of(committed: Committed, plan: Plan) -> Self {
        match committed {
            Committed::Applied => Self::Applied(plan),
            Committed::Duplicate => Self::Known,
            Committed::Conflict => Self::Conflict,
        }
    }
}

async fn in_two_visits(
    takes: Takes,
    tracker: &Tracker,
    store: &dyn Store,
    event: &Shared<Event>,
    now: Timestamp,
) -> Result<CameTo, IngestError> {
    let facts = store.facts(&Decision::new(tracker).needs(event)).await?;
    let Some(plan) = decided(takes, tracker, event, &facts, now)? else {
        return Ok(CameTo::Known);
    };
    let committed = store.commit(&plan.commit).await?;
    Ok(CameTo::of(committed, plan))
}

async fn in_its_transaction(
    takes: Takes,
    tracker: &Tracker,
    store: &dyn Transact,
    event: &Shared<Event>,
    now: Timestamp,
) -> Result<CameTo, IngestError> {
    let query = Decision::new(tracker).needs(event);
    let (said, decide) = deciding(takes, tracker.clone(), event.clone(), now);
    let transacted = store.decide_and_commit(query, decide).await?;
    let said = said.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (transacted, said) {
        (Some(Transacted { commit, committed }), Some(Said::Plan(reply, trace))) => {
            Ok(CameTo::of(committed, Plan { commit, reply, trace }))
        }
        (_, Some(Said::UnknownSource(source))) => Err(source.into()),
        _ => Ok(CameTo::Known),
    }
}

/// What a decision said besides its commit.
enum Said {
    Plan(Reply, Trace),
    UnknownSource(UnknownSource),
}

/// Makes the decision that the store is to have made, and the place where it says what else it
/// decided.
fn deciding(
    takes: Takes,
    tracker: Tracker,
    event: Shared<Event>,
    now: Timestamp,
) -> (Arc<Mutex<Option<Said>>>, Decide) {
    let said = Arc::new(Mutex::new(None));
    let place = said.clone();
    let decide = move |facts: &Facts| {
        let (commit, said) = match decided(takes, &tracker, &event, facts, now) {
            Ok(Some(Plan { commit, reply, trace })) => (Some(commit), Some(Said::Plan(reply, trace))),
            Ok(None) => (None, None),
            Err(source) => (None, Some(Said::UnknownSource(source))),
        };
        *place.lock().unwrap_or_else(PoisonError::into_inner) = said;
        commit
    };
    (said, Box::new(decide))
}

/// Decides an event by what is stored; none if it is known already, or waits and would go on
/// waiting.
fn decided(
    takes: Takes,
    tracker: &Tracker,
    event: &Shared<Event>,
    facts: &Facts,
    now: Timestamp,
) -> Result<Option<Plan>, UnknownSource> {
    if !takes(facts.event) {
        return Ok(None);
    }
    let plan = Decision::new(tracker).decide(event, facts, now)?;
    let waits_on = facts.event.is_some() && plan.reply.outcome == ReplyOutcome::Unattributed;
    Ok((!waits_on).then_some(plan))
}
