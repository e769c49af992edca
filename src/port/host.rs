//! The contracts for what else a host provides: a clock, a random source, secrets.

use super::BoxFuture;
use crate::value::{Secret, SecretReference, Timestamp};
use alloc::string::String;
use core::fmt::Debug;
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
    /// not set`.
    #[must_use]
    pub fn new(reference: &SecretReference, problem: impl Into<String>) -> Self {
        Self {
            reference: reference.clone(),
            problem: problem.into(),
        }
    }
}
