//! This module opens what ClickBank encrypts (AES-256-CBC, no MAC), and holds the secret keys of
//! its accounts. Begin with [`Envelope`] and [`KeyRing`], which
//! stand at the top of the crate.
//!
//! ```
//! use postback::{Envelope, KeyRing, Secret};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // Two secrets may be live while one is changed in ClickBank.
//!     let key_ring = KeyRing::new(vec![Secret::from("SECRETSECRET1234"), Secret::from("OLDSECRET1234567")])?;
//!     let body = br#"{"notification":"AAAAAAAAAAAAAAAAAAAAAA==","iv":"MjAwQkFGNjYyNkNCMkMxMg=="}"#;
//!     let envelope = Envelope::parse(body)?;
//!     // Whatever is wrong with it, the answer is the same and tells a stranger nothing.
//!     assert!(key_ring.open(&envelope).is_err());
//!     // A secret that is too short to be one is refused.
//!     assert!(KeyRing::new(vec![Secret::from("SHORT")]).is_err());
//!     Ok(())
//! }
//! ```

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
