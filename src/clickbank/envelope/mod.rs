//! What ClickBank encrypts (AES-256-CBC, no MAC), and the secret keys of its accounts:
//! [`Envelope`] and [`KeyRing`] stand at the top of the crate.

pub(super) mod base64;
pub(crate) mod key_ring;
mod open;
pub(crate) mod posted;
#[cfg(feature = "testing")]
pub(crate) mod seal;
mod wrapper;

pub(super) use key_ring::Key;
pub(crate) use key_ring::{KeyRing, MAX_SECRETS};
pub use key_ring::{KeyRingError, secret_hint};
pub use open::{Diagnosis, Refused};
pub(crate) use posted::Envelope;
pub use posted::{EnvelopeError, MAX_BODY, MAX_CIPHERTEXT};
