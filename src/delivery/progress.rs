//! How far a delivery has come, for a correction that depends on it.

use super::attempt::Attempt;
use super::state::DeliveryState;
use crate::value::DeliveryId;

/// How far a delivery has come, as far as a correction of what it tells must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// Nothing is stored of it: it was never queued, or it was forgotten by
    /// [`Purge`](crate::port::Purge).
    Unknown,
    /// It was withdrawn before it was sent ([`Attempt::withdrawn`]).
    Withdrawn,
    /// It was given up.
    Dead,
    /// It is queued, and nothing of it has left: it was never handed out, or its lane was held each
    /// time, or it waited for another delivery.
    Unsent,
    /// It is queued and was handed out before, so that it may have arrived.
    Tried,
    /// It is queued, and it was handed out under a lease of which nothing was heard.
    UnderWay,
    /// The receiver gave a receipt, which is still to be checked.
    Accepted,
    /// It counts as delivered, but the receiver refused a part of its request and does not say
    /// which ([`Attempt::is_in_part`]).
    InPart,
    /// The receiver has it.
    Delivered,
}

/// What a store knows of an open or closed delivery, for [`Progress::of`].
#[derive(Debug, Clone, Copy)]
pub struct Footing<'a> {
    /// Its state.
    pub state: DeliveryState,
    /// Whether a lease on it was given out and no verdict was written since. It may have ended.
    pub leased: bool,
    /// The fencing number of its last lease; 0 if there was none.
    pub fence: u64,
    /// How often it was sent.
    pub attempts: u32,
    /// Whether its own last verdict has held its lane.
    pub held: bool,
    /// Whether its requests were made smaller.
    pub smaller: bool,
    /// The last attempt.
    pub last: Option<&'a Attempt>,
}

impl Progress {
    /// How far a stored delivery has come; for stores, so that all say the same.
    #[must_use]
    pub fn of(row: &Footing<'_>) -> Self {
        let is_withdrawn = || row.last.is_some_and(Attempt::is_withdrawn);
        match row.state {
            DeliveryState::Delivered if row.last.is_some_and(Attempt::is_in_part) => Self::InPart,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Dead if is_withdrawn() => Self::Withdrawn,
            DeliveryState::Dead => Self::Dead,
            DeliveryState::Accepted => Self::Accepted,
            DeliveryState::Queued if row.leased => Self::UnderWay,
            DeliveryState::Queued if row.fence == 0 => Self::Unsent,
            DeliveryState::Queued => {
                let waited = row.held || row.last.is_some_and(Attempt::is_wait);
                match waited && row.attempts == 0 && !row.smaller {
                    true => Self::Unsent,
                    false => Self::Tried,
                }
            }
        }
    }

    /// Whether its verdict is still to come.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Unsent | Self::Tried | Self::UnderWay | Self::Accepted)
    }
}

/// A delivery that a commit withdraws, because what it tells of was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The delivery.
    pub delivery: DeliveryId,
    /// How far it had come when the facts were read. If that has changed, the commit is a conflict.
    pub from: Progress,
    /// Its last attempt, which is none.
    pub attempt: Attempt,
}
