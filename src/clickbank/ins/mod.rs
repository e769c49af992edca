//! This module reads ClickBank's Instant Notification Service (INS): versions 6.0, 7.0 and 8.0, a
//! POST whose body is `{"notification", "iv"}`, AES-256-CBC over JSON; and versions 1.0 to 5.0, a
//! form with a check of 32 bits (`clickbank::form`). A body of the first kind begins with `{`, of
//! the second never.
//!
//! [`Envelope::parse`] reads the public wrapper, [`KeyRing::open`] decrypts it into a
//! [`Notification`] or answers with one opaque [`Refused`]. The scheme has no MAC: what
//! opens was *decrypted*, and it is trusted only because everything around it is strict. Over a
//! real notification, 251 of 9,344 single-bit changes survive a reading as Latin-1, and none
//! survives this one.
//!
//! ```
//! use postback::{Envelope, KeyRing, Notification};
//! use postback::Secret;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     fn receive(body: &[u8], key_ring: &KeyRing) -> Option<Notification> {
//!         let envelope = Envelope::parse(body).ok()?;
//!         key_ring.open(&envelope).ok()
//!     }
//!
//!     let key_ring = KeyRing::new(vec![Secret::from("SECRETSECRET1234")])?;
//!     assert!(receive(br#"{"notification":"AAAAAAAAAAAAAAAAAAAAAA==","iv":"MjAwQkFGNjYyNkNCMkMxMg=="}"#, &key_ring).is_none());
//!     Ok(())
//! }
//! ```
//!
//! [`Envelope::parse`]: super::envelope::Envelope::parse
//! [`KeyRing::open`]: super::envelope::KeyRing::open
//! [`Refused`]: super::envelope::Refused
//!
//! Field names, types and quirks are from ClickBank's support article on INS (10535147) and from
//! captured notifications; the tests' vector files name each of them.

mod fields;
mod find;
pub(crate) mod notification;
mod open;
mod scalar;
mod words;

pub use super::json::MAX_DEPTH;
pub use super::plaintext::{Fault, MAX_PLAINTEXT};
pub use fields::{Address, CommonTracking, Contact, LineItem, LinkParameters, PaymentPlan, Upsell};
pub(crate) use notification::Notification;
pub use scalar::{Number, SourceReceipt, SourceTime};
pub use words::{SubscriptionChange, TransactionType, Version};
