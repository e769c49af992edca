//! The type `Query`: a query string that was read as a whole.

use super::refused::{Fault, Kind, MAX_QUERY, Part, QueryError};
use super::scan::{Pair, Scan};
use crate::text::cut::shown;
use crate::text::macros::is_unfilled_macro;
use alloc::{string::String, vec::Vec};
use core::fmt;

/// A query string or a form body that was read as a whole: decoded names and values, in the order
/// in which they came.
///
/// ```
/// use postback::Query;
/// let query = Query::parse(b"clickid=abc&sum=8.50&type=&tid={tid}")?;
/// assert_eq!(query.value("sum")?, Some("8.50"));
/// assert_eq!(query.value("type")?, None);
/// assert_eq!(query.value("tid")?, None);
/// assert_eq!(query.raw("tid")?, Some("{tid}"));
/// # Ok::<(), postback::value::QueryError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Query<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    /// The parameters that cannot be read: each with its name, decoded as far as possible, and its
    /// error.
    pub(super) faulty: Vec<(String, QueryError)>,
    /// The marks of all names. A reader asks for many more names than there are, and nearly each
    /// of them is seen to be absent by its mark alone.
    pub(super) marks: u64,
}

/// Returns the bit of a name, by its length and its ends.
pub(super) fn mark(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let [length, ..] = bytes.len().to_le_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return 1;
    };
    let mixed = length
        .wrapping_mul(11)
        .wrapping_add(first.wrapping_mul(7))
        .wrapping_add(*last);
    1 << (mixed % 64)
}

impl<'a> Query<'a> {
    /// Reads the text after the `?` of a URL, or the body of a form. `+` is a space, `;` is data,
    /// `a` alone is `a` with the empty value, and an empty text between two `&` is skipped. A name
    /// or a value is borrowed unless an escape had to be decoded.
    ///
    /// # Errors
    /// - more than [`MAX_QUERY`] bytes or more than
    ///   [`MAX_QUERY_PARAMETERS`](super::MAX_QUERY_PARAMETERS) parameters
    /// - in a name or a value: a `%` without two hex digits, text that is not UTF-8 before or after
    ///   decoding, a control character
    pub fn parse(query: &'a [u8]) -> Result<Self, QueryError> {
        if query.len() > MAX_QUERY {
            return Err(QueryError(Kind::TooLong(query.len())));
        }
        let text = core::str::from_utf8(query).map_err(|error| not_utf8(query, error.valid_up_to()))?;
        let pairs = Scan::of(text)?;
        Ok(Self {
            marks: pairs.iter().fold(0, |marks, (name, _)| marks | mark(name)),
            pairs,
            faulty: Vec::new(),
        })
    }

    /// Every parameter, decoded, in the order in which they came. Repeated names and unfilled
    /// macros are included.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The names of the parameters that cannot be read, which [`Query::parse_each`] left out.
    pub fn faulty(&self) -> impl Iterator<Item = &str> {
        self.faulty.iter().map(|(name, _)| name.as_str())
    }

    /// Returns the value of `name` (compared exactly). None when it is absent, empty, or an
    /// unfilled macro (see [`is_unfilled_macro`]).
    ///
    /// # Errors
    /// - a name that stands in the query more than once, with whatever values, since none of them
    ///   is more right than another
    /// - a parameter that cannot be read, which [`Query::parse_each`] left out
    pub fn value(&self, name: &str) -> Result<Option<&str>, QueryError> {
        Ok(self
            .raw(name)?
            .filter(|value| !value.is_empty() && !is_unfilled_macro(value)))
    }

    /// Returns the value of `name` as it came, even if it is empty or an unfilled macro; none when
    /// it is absent.
    ///
    /// # Errors
    /// - a name that stands in the query more than once
    /// - a parameter that cannot be read, which [`Query::parse_each`] left out
    pub fn raw(&self, name: &str) -> Result<Option<&str>, QueryError> {
        if !self.may_have(name) {
            return Ok(None);
        }
        if let Some((_, error)) = self.faulty.iter().find(|(own, _)| own == name) {
            return Err(error.clone());
        }
        let mut found = self.pairs.iter().filter(|(own, _)| own == name);
        let first = found.next();
        if found.next().is_some() {
            return Err(QueryError(Kind::Repeated(shown(name))));
        }
        Ok(first.map(|(_, value)| value.as_ref()))
    }

    /// Whether a parameter may have this name; no is certain.
    fn may_have(&self, name: &str) -> bool {
        self.may_have_marked(mark(name))
    }

    /// Whether a parameter may have a name with this mark; no is certain.
    pub(super) fn may_have_marked(&self, mark: u64) -> bool {
        self.marks & mark != 0
    }
}

/// The values may be tokens and personal data, so only their number is shown.
impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({} parameters)", self.pairs.len())
    }
}

/// The error for the parameter whose raw bytes are not UTF-8; `bad` is the place of the first such
/// byte.
fn not_utf8(query: &[u8], bad: usize) -> QueryError {
    let (before, after) = query.split_at_checked(bad).unwrap_or((query, &[]));
    let begun = before.rsplit(|b| *b == b'&').next().unwrap_or_default();
    let mut parts = begun.splitn(2, |b| *b == b'=');
    let name = parts.next().unwrap_or_default();
    if parts.next().is_some() {
        let name = shown(&String::from_utf8_lossy(name));
        return QueryError(Kind::Parameter {
            part: Part::Value,
            name,
            fault: Fault::NotUtf8,
        });
    }
    let mut name = name.to_vec();
    name.extend(after.iter().take_while(|b| !matches!(b, b'&' | b'=')));
    QueryError(Kind::Parameter {
        part: Part::Name,
        name: shown(&String::from_utf8_lossy(&name)),
        fault: Fault::NotUtf8,
    })
}
