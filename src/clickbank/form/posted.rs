//! A form as it was posted.

use super::decode::{self, FormCharset, FormError};
use super::version::FormVersion;
use crate::value::Pii;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};
use core::fmt;

/// The parameters of a posted form by name. Only those of the body count: the parameters of the URL
/// to which it was posted are not ClickBank's, and would break the check.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    /// Any value may be personal, so they are wiped on drop. They stand in the byte order of their
    /// names, which is the order of the check.
    pub(super) values: BTreeMap<String, Pii>,
    /// The names of the values that were not UTF-8 and were read as ISO 8859-1.
    pub(super) latin1: BTreeSet<String>,
}

impl Form {
    /// Reads the body of the POST as UTF-8, whatever its content type says.
    ///
    /// Line breaks around the body are removed: an unescaped line break is never part of a form.
    /// `+` is a space, a name without `=` has the empty value, and an empty text between two `&` is
    /// skipped. A parameter that did not come is absent, not empty.
    ///
    /// # Errors
    /// - more than [`MAX_FORM`](super::MAX_FORM) bytes ([`FormError::is_too_large`]) or
    ///   [`MAX_FORM_PARAMETERS`](super::MAX_FORM_PARAMETERS) parameters
    /// - a `%` without two hex digits
    /// - a text that is not UTF-8 before or after decoding
    /// - a name that stands twice
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        Self::parse_as(body, FormCharset::Utf8)
    }

    /// Reads the body as [`Form::parse`] does, in the given charset.
    ///
    /// # Errors
    /// As [`Form::parse`]; with [`FormCharset::Latin1`] every sequence of bytes is accepted as
    /// text.
    pub fn parse_as(body: &[u8], charset: FormCharset) -> Result<Self, FormError> {
        let (values, latin1) = decode::form(body, charset)?;
        Ok(Self { values, latin1 })
    }

    /// The version that the form's parameters indicate, before anything is checked.
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
