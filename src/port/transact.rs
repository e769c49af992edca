//! The contract of a store that has decisions made within its own transaction.

use super::BoxFuture;
use super::store_error::{StoreError, StoreErrorKind};
use crate::plan::{Commit, Committed, FactQuery, Facts};
use alloc::boxed::Box;
use core::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A decision about facts. It returns the transaction to commit; if it returns none, nothing is
/// written. It is pure and takes microseconds: a store may call it on the thread that writes, and
/// may call it again where it has to begin anew. The last call counts.
pub type Decide = Box<dyn Fn(&Facts) -> Option<Commit> + Send>;

/// A store that reads, has decided and commits in one transaction. So nothing can change between
/// the reading and the writing, an event costs one visit of the store instead of two, and callers
/// for one click need not take turns.
///
/// It is for stores that are near: an embedded one, or one in memory. A store that is reached over
/// a network would hold its transaction open meanwhile, and does without
/// ([`Store::transact`](super::Store::transact) returns none).
pub trait Transact: Debug + Send + Sync {
    /// Reads what `query` asks for, as [`Store::facts`](super::Store::facts) does, has it decided,
    /// and applies the commit, as [`Store::commit`](super::Store::commit) does. Returns the commit
    /// with what it came to; none if nothing was to be written. An answer means durable.
    ///
    /// # Errors
    /// [`StoreError`]: whether the commit was applied may be unknown; deciding and committing again
    /// is safe. A decision that panics is an error of its caller's alone.
    fn decide_and_commit<'a>(
        &'a self,
        query: FactQuery,
        decide: Decide,
    ) -> BoxFuture<'a, Result<Option<Transacted>, StoreError>>;
}

/// What was decided and written within a store's own transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transacted {
    /// What was to be committed.
    pub commit: Commit,
    /// What it came to.
    pub committed: Committed,
}

impl Transacted {
    /// Makes the answer for a commit.
    #[must_use]
    pub fn new(commit: Commit, committed: Committed) -> Self {
        Self { commit, committed }
    }
}

/// Has something decided within a store. A decision that panics becomes an error, so that the
/// store's thread goes on and its locks are not left locked.
///
/// # Errors
/// [`StoreErrorKind::ApiMisuse`]: the decision panicked.
pub fn decided(decide: &Decide, facts: &Facts) -> Result<Option<Commit>, StoreError> {
    catch_unwind(AssertUnwindSafe(|| decide(facts)))
        .map_err(|_| StoreError::new(StoreErrorKind::ApiMisuse, "the decision panicked"))
}
