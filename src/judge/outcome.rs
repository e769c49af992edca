//! What an answer means for one delivery, before its attempts and the clock are asked.

use alloc::string::String;
use core::{fmt, time::Duration};

/// What follows for one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was delivered.
    Delivered,
    /// It was delivered, and something is to be said about it.
    Warned,
    /// The platform has it already.
    AlreadyThere,
    /// It was taken under a receipt, which is checked after half an hour.
    Accepted {
        /// The receipt.
        receipt: String,
    },
    /// The receipt says nothing yet: it is checked again, after twice the wait.
    CheckAgain,
    /// It is sent (or checked) again, by its retry policy.
    Again,
    /// It is sent again by its retry policy, and not before this wait is over.
    Later {
        /// The shortest wait.
        at_least: Duration,
    },
    /// It is sent again when exactly this wait is over.
    After {
        /// The wait.
        wait: Duration,
    },
    /// It is sent again at once, in smaller requests. No attempt is counted.
    Smaller {
        /// The most deliveries of a request.
        most: u32,
    },
    /// Credentials or settings are wrong: its lane is held. No attempt is counted.
    Held {
        /// For how long.
        wait: Duration,
    },
    /// The platform will never take it: it is given up.
    Refused,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = |wait: &Duration| wait.as_secs().div_ceil(60);
        match self {
            Self::Delivered => f.write_str("delivered"),
            Self::Warned => f.write_str("delivered, with a warning"),
            Self::AlreadyThere => f.write_str("it was there already"),
            Self::Accepted { .. } => f.write_str("accepted; the receipt is checked after 30 minutes"),
            Self::CheckAgain => f.write_str("the receipt is checked again"),
            Self::Again => f.write_str("it is sent again"),
            Self::Later { at_least } => write!(f, "it is sent again after {} minutes or later", minutes(at_least)),
            Self::After { wait } => write!(f, "it is sent again after {} minutes", minutes(wait)),
            Self::Smaller { most } => write!(f, "it is sent again at once, in requests of {most} at most"),
            Self::Held { wait } => write!(f, "its lane is held for {} minutes", minutes(wait)),
            Self::Refused => f.write_str("given up"),
        }
    }
}

/// What an answer says of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// What follows.
    pub outcome: Outcome,
    /// The platform's code and our word for it, as in `meta 100/2804009 missing_value`. It quotes
    /// nothing of what was sent.
    pub why: Option<String>,
}

impl Reading {
    pub(super) fn plain(outcome: Outcome) -> Self {
        Self { outcome, why: None }
    }

    pub(super) fn new(outcome: Outcome, why: impl Into<String>) -> Self {
        let why = Some(why.into());
        Self { outcome, why }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Some(why) => write!(f, "{} ({why})", self.outcome),
            None => write!(f, "{}", self.outcome),
        }
    }
}
