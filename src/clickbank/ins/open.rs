//! Opens envelopes and reads the notifications in them.

use super::Notification;
use crate::clickbank::envelope::{Diagnosis, Envelope, KeyRing, Refused};
use alloc::vec::Vec;

impl KeyRing {
    /// Decrypts and reads a notification. The newest secret is tried first; before a refusal all
    /// are tried.
    ///
    /// # Errors
    /// [`Refused`] is the same for all of these: a wrong secret, a changed ciphertext or IV, and
    /// every plaintext that [`Notification::parse`] rejects.
    pub fn open(&self, envelope: &Envelope) -> Result<Notification, Refused> {
        self.open_as(envelope, |_, plaintext| Notification::read(plaintext))
    }

    /// Returns for each secret which step failed, in the order of the key ring. This is for a
    /// person at their own machine. If the result is returned to a caller or reaches a log that
    /// others read, it is a padding oracle.
    #[must_use]
    pub fn diagnose(&self, envelope: &Envelope) -> Vec<Diagnosis> {
        self.diagnose_as(envelope, |_, plaintext| Notification::read(plaintext))
    }
}
