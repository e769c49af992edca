//! The contracts for what else a host provides: a clock, a random source, secrets.

use super::BoxFuture;
use crate::value::{Secret, SecretReference, Timestamp};
use alloc::string::String;
use core::{fmt::Debug, time::Duration};
use thiserror::Error;

/// A source of the time.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Randomness that nobody can guess.
pub trait Entropy: Debug + Send + Sync {
    /// Sixty-four random bits.
    fn next_u64(&self) -> u64;
}

/// Resolves references to secrets, such as `env:CLICKBANK_SECRET`.
pub trait Secrets: Debug + Send + Sync {
    /// The secret behind a reference.
    ///
    /// # Errors
    /// [`SecretError`] for a reference that leads nowhere.
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>>;

    /// What is known of a secret that renews itself, such as an access token. None, as by default,
    /// of one that stays as it is. It asks nobody.
    fn renewing(&self, _reference: &SecretReference) -> Option<Renewing> {
        None
    }

    /// A receiver refused this secret with HTTP 401. A secret that renews itself is renewed now,
    /// once for each value. Returns whether another value is there or is being asked for, so that
    /// the request may be made once more; by default it is not.
    fn refused(&self, _reference: &SecretReference, _secret: &Secret) -> bool {
        false
    }
}

/// What is known of a secret that renews itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renewing {
    /// In how long the value that is served expires; none if there is no value.
    pub expires_in: Option<Duration>,
    /// Why the last renewal brought no value.
    pub trouble: Option<RenewalTrouble>,
}

/// A renewal that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalTrouble {
    /// How long ago that was.
    pub since: Duration,
    /// Whether a person must do something about it; else it is tried again soon.
    pub refused: bool,
    /// The reason, for a person. It holds no secret.
    pub why: String,
}

/// A reference that cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("secret `{reference}` {problem}")]
pub struct SecretError {
    reference: SecretReference,
    problem: String,
}

impl SecretError {
    /// An error for a reference. `problem` goes on with the sentence that begins with it, as in `is
    /// not set`. It is noted at the deliveries that need the secret, so it holds no secret.
    #[must_use]
    pub fn new(reference: &SecretReference, problem: impl Into<String>) -> Self {
        Self {
            reference: reference.clone(),
            problem: problem.into(),
        }
    }

    /// The error with more behind its sentence, as in `; name it again`.
    #[must_use]
    pub fn and(mut self, more: &str) -> Self {
        self.problem.push_str(more);
        self
    }
}
