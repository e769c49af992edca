//! INS 1.0 to 5.0: a form whose `cverify` is a check of 32 bits made with the account's secret key.
//! ClickBank still sends them where a URL was set up with such a version, and advises against it.
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
//! use postback::clickbank::{envelope::KeyRing, form::{Form, FormVersion}};
//! use postback::value::Secret;
//!
//! let key_ring = KeyRing::new(vec![Secret::from("SECRETSECRET1234")])?;
//! let form = Form::parse(b"ctransaction=SALE&ctransreceipt=R1&ctranstime=1383932433&cverify=00000000")?;
//! assert_eq!(form.version(), FormVersion::V1);
//! assert!(form.verify(&key_ring).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decode;
mod fields;
mod lookup;
mod money;
mod notification;
mod shape;
mod vend_through;
mod verify;
mod version;

pub use decode::{FormError, MAX_FORM, MAX_FORM_PARAMETERS};
pub use money::{MAX_MINOR_DIGITS, MinorUnits, MinorUnitsError, ZeroDecimal};
pub use notification::{FormNotification, ProductType};
pub use vend_through::VendThrough;
pub use verify::FormDiagnosis;
pub use version::FormVersion;

use crate::value::Pii;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};
use core::fmt;

/// The parameters of a posted form by name: those of the body alone. The parameters of the URL that
/// it was posted to are not ClickBank's, and would spoil the check.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    /// Any of them may be personal, so they are wiped on drop. In the order of the names' bytes,
    /// which is the order of the check.
    values: BTreeMap<String, Pii>,
    /// The names of the values that were not UTF-8, so that each byte was read as the character of
    /// that number.
    latin1: BTreeSet<String>,
}

/// How the bytes of a form are read as text.
///
/// No post with a character outside of ASCII is known (ClickBank's sample converts to UTF-8 before
/// it checks). So the default is strict; where an account turns out to post ISO 8859-1,
/// [`FormCharset::Latin1`] is the way out. A guess then has two checks to hit in place of one, and
/// a body that was cut inside a character is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FormCharset {
    /// UTF-8, and what is not is refused.
    #[default]
    Utf8,
    /// UTF-8, and a name or a value that is not is read as ISO 8859-1. Each by itself, so that what
    /// is not covered changes nothing that is. The check may be over the bytes as they came or over
    /// the UTF-8 of the text.
    Latin1,
}

impl Form {
    /// Reads the body of the POST as UTF-8, whatever its content type says.
    ///
    /// Line breaks around it are taken off: a form holds none that is not escaped. `+` is a space,
    /// a name alone has the empty value, nothing between two `&` is skipped. A parameter that did
    /// not come is absent, not empty.
    ///
    /// # Errors
    /// - more than [`MAX_FORM`] bytes ([`FormError::is_too_large`]) or [`MAX_FORM_PARAMETERS`]
    ///   parameters
    /// - a `%` without two hex digits
    /// - what is not UTF-8 before or after decoding
    /// - a name that stands twice
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        Self::parse_as(body, FormCharset::Utf8)
    }

    /// As [`Form::parse`], in a charset.
    ///
    /// # Errors
    /// As [`Form::parse`]; with [`FormCharset::Latin1`] every sequence of bytes is text.
    pub fn parse_as(body: &[u8], charset: FormCharset) -> Result<Self, FormError> {
        decode::form(body, charset)
    }

    /// The version that the form's parameters tell of, before anything is checked.
    #[must_use]
    pub fn version(&self) -> FormVersion {
        FormVersion::of(|name| self.values.get(name).map(Pii::expose))
    }
}

/// The values are personal data, so only their number is shown.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({} parameters)", self.values.len())
    }
}
