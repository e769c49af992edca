//! ClickBank's Instant Notification Service (INS): versions 6.0, 7.0 and 8.0, a POST whose body is
//! `{"notification", "iv"}`, AES-256-CBC over JSON; and versions 1.0 to 5.0, a form with a check of
//! 32 bits ([`Form`]). A body of the first kind begins with `{`, of the second never.
//!
//! [`Envelope::parse`] reads the public wrapper, [`KeyRing::open`] decrypts it into a
//! [`Notification`] or answers with one opaque
//! [`Refused`]. The scheme has no MAC: what opens was *decrypted*, and it is trusted only because
//! everything around it is strict. Over a real notification, 251 of 9,344 single-bit changes
//! survive a reading as Latin-1, and none survives this one.
//!
//! ```
//! use postback::clickbank::ins::{Envelope, KeyRing, Notification};
//! use postback::value::Secret;
//!
//! fn receive(body: &[u8], key_ring: &KeyRing) -> Option<Notification> {
//!     let envelope = Envelope::parse(body).ok()?;
//!     key_ring.open(&envelope).ok()
//! }
//!
//! let key_ring = KeyRing::new(vec![Secret::from("SECRETSECRET1234")])?;
//! assert!(receive(br#"{"notification":"AAAAAAAAAAAAAAAAAAAAAA==","iv":"MjAwQkFGNjYyNkNCMkMxMg=="}"#, &key_ring).is_none());
//! # Ok::<(), postback::clickbank::ins::KeyRingError>(())
//! ```
//!
//! Field names, types and quirks are from ClickBank's support article on INS (10535147) and from
//! captured notifications; the tests' vector files name each of them.

pub(super) mod base64;
mod envelope;
mod fields;
pub(super) mod flat;
mod form;
mod json;
pub(super) mod keyring;
mod notification;
mod open;
mod path;
mod scalar;
mod words;
mod wrapper;

pub use envelope::{Envelope, EnvelopeError, MAX_BODY, MAX_CIPHERTEXT};
pub use fields::{
    Address, AffiliateTracking, CommonTracking, Contact, Hopfeed, LineItem, PaymentPlan, Upsell, VendorVariables,
};
pub use form::{
    Form, FormCharset, FormDiagnosis, FormError, FormNotification, FormVersion, MAX_FORM, MAX_FORM_PARAMETERS,
    MAX_MINOR_DIGITS, MinorUnits, MinorUnitsError, ProductType, VendThrough, ZeroDecimal,
};
pub use json::MAX_DEPTH;
pub use keyring::{KeyRing, KeyRingError, MAX_SECRETS, MIN_SECRET, secret_hint};
pub use notification::{Fault, MAX_PLAINTEXT, Notification};
pub use open::{Diagnosis, Refused};
pub use path::{MAX_INDEX, MAX_PATH, Path, PathError};
pub use scalar::{Number, SourceReceipt, SourceTime};
pub use words::{
    LineItemType, PaymentMethod, RebillFrequency, RebillStatus, Role, SubscriptionChange, TransactionType, Version,
};
