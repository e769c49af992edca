//! What ClickBank encrypts (AES-256-CBC, no MAC), and the secret keys of its accounts.

pub(super) mod base64;
mod key_ring;
mod open;
mod posted;
mod wrapper;

pub(super) use key_ring::Key;
pub use key_ring::{KeyRing, KeyRingError, MAX_SECRETS, MIN_SECRET, secret_hint};
pub use open::{Diagnosis, Refused};
pub use posted::{Envelope, EnvelopeError, MAX_BODY, MAX_CIPHERTEXT};
