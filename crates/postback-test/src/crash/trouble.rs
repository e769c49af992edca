//! What happens to a server in a cycle.

use clap::ValueEnum;
use postback::conformance::{Call, Fault};
use postback::port::Entropy;
use postback::testing::SeededEntropy;

/// A point between two steps, at which a call of the store hangs until the server is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Point {
    /// An event is decided, and not committed.
    BeforeCommit,
    /// An event is committed, and not answered.
    AfterCommit,
    /// A click is recorded, and its visitor is not redirected.
    AfterRecord,
    /// Deliveries are leased, and not sent.
    AfterClaim,
    /// Deliveries are sent, and not settled.
    BeforeSettle,
    /// Deliveries are settled, and the server does not know it.
    AfterSettle,
}

impl Point {
    /// The call that hangs, and how.
    pub(crate) fn fault(self) -> (Call, Fault) {
        match self {
            Self::BeforeCommit => (Call::Commit, Fault::Hangs),
            Self::AfterCommit => (Call::Commit, Fault::HangsAfter),
            Self::AfterRecord => (Call::Record, Fault::HangsAfter),
            Self::AfterClaim => (Call::Claim, Fault::HangsAfter),
            Self::BeforeSettle => (Call::Settle, Fault::Hangs),
            Self::AfterSettle => (Call::Settle, Fault::HangsAfter),
        }
    }
}

/// What happens to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is killed at a random moment.
    Killed,
    /// It is killed at a point.
    At(Point),
    /// Another process holds the database's lock for a while.
    Locked,
    /// The files cannot grow any more, as on a full disk.
    Full,
    /// Its clock jumps by so many seconds while it works.
    Jumps(i64),
    /// It is killed while it deletes personal values.
    Purging,
    /// It is told to stop under load.
    Stopped,
    /// It is killed while it updates a database of an older version.
    Migrating,
}

/// An hour, and a little more than a day.
const JUMPS: (i64, i64) = (60 * 60, 25 * 60 * 60);

/// All that can happen, in a random order. Each thing happens once, and the random moment twice,
/// before any happens again.
pub(crate) fn deck(random: &SeededEntropy) -> Vec<Trouble> {
    let points = Point::value_variants().iter().map(|point| Trouble::At(*point));
    let mut deck: Vec<Trouble> = points.collect();
    deck.extend([
        Trouble::Killed,
        Trouble::Killed,
        Trouble::Locked,
        Trouble::Full,
        Trouble::Jumps(JUMPS.0),
        Trouble::Jumps(-JUMPS.1),
        Trouble::Purging,
        Trouble::Stopped,
        Trouble::Migrating,
    ]);
    for place in (1..deck.len()).rev() {
        deck.swap(place, below(random, place as u64 + 1) as usize);
    }
    deck
}

/// A random number below another.
pub(crate) fn below(random: &SeededEntropy, bound: u64) -> u64 {
    random.next_u64() % bound.max(1)
}
