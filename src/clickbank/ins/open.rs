//! Notifications out of envelopes.

use super::Notification;
use crate::clickbank::envelope::{Diagnosis, Envelope, KeyRing, Refused};
use alloc::vec::Vec;

impl KeyRing {
    /// Decrypts and reads a notification. The newest secret is tried first; a refusal has tried
    /// all.
    ///
    /// # Errors
    /// [`Refused`], always the same: a wrong secret, a changed ciphertext or IV, and every
    /// plaintext that [`Notification::parse`] rejects.
    pub fn open(&self, envelope: &Envelope) -> Result<Notification, Refused> {
        self.open_as(envelope, |_, plaintext| Notification::read(plaintext))
    }

    /// Names the failing step for each secret, in the order of the key ring. For a person at the
    /// own machine: to answer a caller with it, or to let it reach a log that others read, is a
    /// padding oracle.
    #[must_use]
    pub fn diagnose(&self, envelope: &Envelope) -> Vec<Diagnosis> {
        self.diagnose_as(envelope, |_, plaintext| Notification::read(plaintext))
    }
}
