//! This module reads INS 1.0 to 5.0: a form whose `cverify` is a check of 32 bits made with the
//! account's secret key. ClickBank still sends them where a URL was set up with such a version, and
//! advises against it.
//!
//! [`Form::parse`] decodes the body once, [`Form::verify`] checks it and reads the same decoded
//! list. What is known of these versions:
//!
//! - 1.0: the rule of the check is recomputed from a published vector whose values are all equal,
//!   so that the number of fields and the place of the secret are known from it; several receivers
//!   agree on the order of the fields.
//! - 2.0 and 2.1: the sorted rule, several receivers agree; what sets the two apart is not known,
//!   and neither names itself.
//! - 4.0: the sorted rule, recomputed from captured posts.
//! - 3.0 and 5.0: assumed to follow the sorted rule; no post of either is known.
//!
//! The check is weak, and what it covers is less than it seems: 32 bits, the values in the order of
//! their names but neither the names nor where one value ends and the next begins; in 1.0 fifteen
//! fields alone, and the time and the receipt of the first sale are not among them. So
//! [`Form::verify`] also asks for what a genuine form of its version looks like. What remains: **a
//! body and its check, read in a log, are worth a few other events.** Where a captured form lacks
//! parameters of its version the values that it has fit more than one set of names; where one holds
//! free text with a `|` its end can be moved. Treat captured bodies as secrets, and choose 6.0 or
//! later. [`Assurance::Verified32`](crate::event::Assurance) says so wherever such a notification
//! goes.
//!
//! An account with an old URL and a new one tells of an order of several products in one form each
//! and in one notification of 6.0 or later: those are not the same message, so such an order is
//! counted by both.
//!
//! ```
//! use postback::KeyRing;
//! use postback::clickbank::form::{Form, FormVersion};
//! use postback::Secret;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let key_ring = KeyRing::new(vec![Secret::from("SECRETSECRET1234")])?;
//!     let form = Form::parse(b"ctransaction=SALE&ctransreceipt=R1&ctranstime=1383932433&cverify=00000000")?;
//!     assert_eq!(form.version(), FormVersion::V1);
//!     assert!(form.verify(&key_ring).is_err());
//!     Ok(())
//! }
//! ```

mod decode;
mod fields;
mod lookup;
mod money;
mod notification;
mod posted;
mod repair;
mod shape;
#[cfg(feature = "testing")]
pub(crate) mod sign;
mod vend_through;
mod verify;
mod version;

pub use decode::{FormCharset, FormError, MAX_FORM, MAX_FORM_PARAMETERS};
pub use money::{MinorUnits, MinorUnitsError, ZeroDecimal};
pub use notification::FormNotification;
pub use posted::Form;
pub use repair::FormRepairs;
pub use vend_through::VendThrough;
pub use verify::FormDiagnosis;
pub use version::FormVersion;
