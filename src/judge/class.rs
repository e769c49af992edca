//! What kind of fault a code means, and what follows from it.

use super::outcome::Outcome;
use core::time::Duration;

/// How long a lane is held. A person mends credentials and settings, and looks at the alarm first.
/// (Our choice.)
const HELD: Duration = Duration::from_secs(15 * 60);

/// The shortest wait after a rate limit: the windows that the platforms count in are of minutes to
/// an hour. (Our choice.)
const SLOWED: Duration = Duration::from_secs(5 * 60);

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// The platform has it already.
    Done,
    /// It will pass.
    Passing,
    /// There were too many requests.
    Rate,
    /// It will have passed when this wait is over, not sooner.
    Wait(Duration),
    /// Token, permission, settings or the version of the API: a person must mend it.
    Settings,
    /// Something is wrong with one delivery, for good.
    Row,
    /// Two rows of one request stood in each other's way.
    Alone,
}

impl Class {
    /// What follows for a delivery that the answer names, or that was sent alone.
    pub(super) fn named(self, rows: usize) -> Outcome {
        match self {
            Self::Done => Outcome::AlreadyThere,
            Self::Passing => Outcome::Again,
            Self::Rate => Outcome::Later { at_least: SLOWED },
            Self::Wait(wait) => Outcome::After { wait },
            Self::Settings => Outcome::Held { wait: HELD },
            Self::Row => Outcome::Refused,
            Self::Alone if rows > 1 => Outcome::Smaller { most: 1 },
            Self::Alone => Outcome::Again,
        }
    }

    /// What follows for each of the deliveries when the answer does not say which of them it means:
    /// the bad one stands alone at last.
    pub(super) fn unnamed(self, rows: usize) -> Outcome {
        match self {
            Self::Row if rows > 1 => half(rows),
            // Whether the others are there already is not known either.
            Self::Done if rows > 1 => half(rows),
            class => class.named(rows),
        }
    }
}

/// Requests of half as many, rounded up.
pub(super) fn half(rows: usize) -> Outcome {
    most(rows.div_ceil(2))
}

/// The others of a request of which one was named.
pub(super) fn others(rows: usize) -> Outcome {
    most(rows.saturating_sub(1))
}

fn most(rows: usize) -> Outcome {
    let most = u32::try_from(rows).unwrap_or(u32::MAX).max(1);
    Outcome::Smaller { most }
}

/// What follows where the answer leaves open what became of a delivery: the same ids go again.
pub(super) fn untold(rows: usize) -> Outcome {
    if rows > 1 { half(rows) } else { Outcome::Again }
}
