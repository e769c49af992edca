//! Decides one event until it is committed: in the store's own transaction where the store has
//! that, else by a read, a decision and a commit whose guards compare what was read.

use super::error::{IngestError, MAX_CONFLICTS};
use crate::decide::{Decision, Plan, Reply, ReplyOutcome, UnknownSource};
use crate::event::Event;
use crate::plan::{Committed, Facts, Outcome, Trace};
use crate::port::{Decide, Store, StoreError, StoreErrorKind, Transact, Transacted};
use crate::tracker::Tracker;
use crate::value::{Shared, Timestamp};
use alloc::{boxed::Box, format};
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
    let asked = Asked {
        takes,
        tracker: tracker.clone(),
        event: event.clone(),
        now,
    };
    for _ in 0..MAX_CONFLICTS {
        let came_to = match store.transact() {
            Some(store) => asked.in_its_transaction(store).await?,
            None => asked.in_two_visits(store).await?,
        };
        match came_to {
            CameTo::Applied(plan) => return Ok((plan.reply, Some(*plan))),
            CameTo::Known => return Ok((DUPLICATE, None)),
            CameTo::Conflict => {}
        }
    }
    Err(IngestError::Contended)
}

/// A tracker makes ids for its own tenant, so it must not write into another tenant's store.
pub(super) fn of_one_tenant(tracker: &Tracker, store: &dyn Store) -> Result<(), StoreError> {
    let (compiled, opened) = (tracker.namespace(), store.namespace());
    if compiled == opened {
        return Ok(());
    }
    let said = format!("the tracker was compiled for namespace `{compiled}`, the store is that of `{opened}`");
    Err(StoreError::new(StoreErrorKind::ApiMisuse, said))
}

const DUPLICATE: Reply = Reply {
    outcome: ReplyOutcome::Duplicate,
    reason: None,
    hint: None,
};

/// What one attempt came to.
enum CameTo {
    Applied(Box<Plan>),
    /// The event is stored and is not decided anew.
    Known,
    Conflict,
}

impl CameTo {
    fn of(committed: Committed, plan: Plan) -> Self {
        match committed {
            Committed::Applied => Self::Applied(Box::new(plan)),
            Committed::Duplicate => Self::Known,
            Committed::Conflict => Self::Conflict,
        }
    }
}

/// What a decision said besides its commit.
enum Said {
    Plan(Reply, Trace),
    UnknownSource(UnknownSource),
}

/// An event that is to be decided, with all that this needs besides the facts.
#[derive(Clone)]
struct Asked {
    takes: Takes,
    tracker: Tracker,
    event: Shared<Event>,
    now: Timestamp,
}

impl Asked {
    async fn in_two_visits(&self, store: &dyn Store) -> Result<CameTo, IngestError> {
        let query = Decision::new(&self.tracker).needs(&self.event);
        let facts = store.facts(&query).await?;
        let Some(plan) = self.decide(&facts)? else {
            return Ok(CameTo::Known);
        };
        let committed = store.commit(&plan.commit).await?;
        Ok(CameTo::of(committed, plan))
    }

    async fn in_its_transaction(&self, store: &dyn Transact) -> Result<CameTo, IngestError> {
        let query = Decision::new(&self.tracker).needs(&self.event);
        let (said, decide) = self.clone().into_decision();
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

    /// Makes the decision that a store is to have made, and the place where it says what else it
    /// decided.
    fn into_decision(self) -> (Arc<Mutex<Option<Said>>>, Decide) {
        let said = Arc::new(Mutex::new(None));
        let place = said.clone();
        let decide = move |facts: &Facts| {
            let (commit, said) = match self.decide(facts) {
                Ok(Some(Plan { commit, reply, trace })) => (Some(commit), Some(Said::Plan(reply, trace))),
                Ok(None) => (None, None),
                Err(source) => (None, Some(Said::UnknownSource(source))),
            };
            *place.lock().unwrap_or_else(PoisonError::into_inner) = said;
            commit
        };
        (said, Box::new(decide))
    }

    /// Decides by what is stored; none if the event is known already, or waits and would go on
    /// waiting.
    fn decide(&self, facts: &Facts) -> Result<Option<Plan>, UnknownSource> {
        if !(self.takes)(facts.event) {
            return Ok(None);
        }
        let plan = Decision::new(&self.tracker).decide(&self.event, facts, self.now)?;
        let waits_on = facts.event.is_some() && plan.reply.outcome == ReplyOutcome::Unattributed;
        Ok((!waits_on).then_some(plan))
    }
}
