//! The one strict reader of query strings and form bodies. What it refuses names the parameter, so that whoever pasted a URL can mend it.

use super::macros::is_unfilled_macro;
use super::text::shown;
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;
use thiserror::Error;

/// The longest query string, in bytes: twice what common servers take as a whole request line.
pub const MAX_QUERY: usize = 16 * 1024;
/// The most parameters of a query string; a full postback has about sixty (20 click slots, 20 conversion slots, roles).
pub const MAX_QUERY_PARAMETERS: usize = 256;
/// Room for a usual postback in one allocation.
const USUAL_PARAMETERS: usize = 16;

/// A query string, or a form body, read whole: names and values decoded, in the order they came.
///
/// ```
/// use postback::value::Query;
/// let query = Query::parse(b"clickid=abc&sum=8.50&type=&tid={tid}")?;
/// assert_eq!(query.value("sum")?, Some("8.50"));
/// assert_eq!(query.value("type")?, None);
/// assert_eq!(query.value("tid")?, None);
/// assert_eq!(query.raw("tid")?, Some("{tid}"));
/// # Ok::<(), postback::value::QueryError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// A query string that is refused, or a name that stands in it more than once.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct QueryError(Kind);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Kind {
    #[error("query string is {0} bytes long, at most {MAX_QUERY} are allowed")]
    TooLong(usize),
    #[error("query string has more than {MAX_QUERY_PARAMETERS} parameters")]
    TooMany,
    #[error("{part} of parameter `{name}` {fault}")]
    Parameter { part: Part, name: String, fault: Fault },
    #[error("parameter `{0}` is repeated")]
    Repeated(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Part {
    #[error("name")]
    Name,
    #[error("value")]
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Fault {
    #[error("holds a malformed percent escape")]
    Escape,
    #[error("is not UTF-8")]
    NotUtf8,
    #[error("holds a control character")]
    Control,
}

/// The bytes that stand for themselves and end nothing, as a table: it takes a quarter off the time of parsing.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses a bad index"
)]
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        table[byte as usize] = !matches!(byte, b'&' | b'=' | b'%' | b'+');
        byte += 1;
    }
    table
};

/// What one scan saw in a name or a value; nothing of it means that the text can be borrowed as it is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    encoded: bool,
    control: bool,
    non_ascii: bool,
}

impl<'a> Query<'a> {
    /// Reads what follows the `?` of a URL, or the body of a form. `+` is a space, `;` is data, `a` alone is `a` with the empty value, and
    /// nothing between two `&` is skipped. A name or value is borrowed unless an escape had to be decoded.
    ///
    /// # Errors
    /// - more than [`MAX_QUERY`] bytes or more than [`MAX_QUERY_PARAMETERS`] parameters
    /// - in a name or a value: a `%` without two hex digits, text that is not UTF-8 before or after decoding, a control character
    pub fn parse(query: &'a [u8]) -> Result<Self, QueryError> {
        if query.len() > MAX_QUERY {
            return Err(QueryError(Kind::TooLong(query.len())));
        }
        let text = core::str::from_utf8(query).map_err(|error| not_utf8(query, error.valid_up_to()))?;
        let mut parsed = Self::default();
        let mut start = 0;
        let mut name: Option<(usize, Seen)> = None;
        let mut seen = Seen::default();
        for (at, byte) in query.iter().enumerate() {
            if PLAIN.get(usize::from(*byte)).is_some_and(|plain| *plain) {
                continue;
            }
            match byte {
                b'&' => {
                    parsed.push(text, start, at, name, seen)?;
                    (start, name, seen) = (at.saturating_add(1), None, Seen::default());
                }
                b'=' if name.is_none() => (name, seen) = (Some((at, seen)), Seen::default()),
                b'%' | b'+' => seen.encoded = true,
                0x00..=0x1f | 0x7f => seen.control = true,
                0x80.. => seen.non_ascii = true,
                _ => {}
            }
        }
        parsed.push(text, start, query.len(), name, seen)?;
        Ok(parsed)
    }

    /// Every parameter, decoded, in the order it came; repeated names and unfilled macros too.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The value of `name` (compared exactly), or none when it is absent, empty or an unfilled macro as [`is_unfilled_macro`] tells.
    ///
    /// # Errors
    /// - the name stands there more than once, with whatever values: none of them is more right than the other
    pub fn value(&self, name: &str) -> Result<Option<&str>, QueryError> {
        Ok(self
            .raw(name)?
            .filter(|value| !value.is_empty() && !is_unfilled_macro(value)))
    }

    /// The value of `name` as it came, empty or an unfilled macro too; none when it is absent.
    ///
    /// # Errors
    /// - the name stands there more than once
    pub fn raw(&self, name: &str) -> Result<Option<&str>, QueryError> {
        let mut found = self.pairs.iter().filter(|(own, _)| own == name);
        let first = found.next();
        if found.next().is_some() {
            return Err(QueryError(Kind::Repeated(shown(name))));
        }
        Ok(first.map(|(_, value)| value.as_ref()))
    }

    /// Adds the parameter at `start..end`, whose name ends where `name` says.
    fn push(
        &mut self,
        text: &'a str,
        start: usize,
        end: usize,
        name: Option<(usize, Seen)>,
        seen: Seen,
    ) -> Result<(), QueryError> {
        if start == end {
            return Ok(());
        }
        if self.pairs.len() >= MAX_QUERY_PARAMETERS {
            return Err(QueryError(Kind::TooMany));
        }
        // The ends are those of ASCII separators, so `get` always finds text.
        let (raw_name, name_seen, raw_value, value_seen) = match name {
            Some((at, name_seen)) => (
                text.get(start..at),
                name_seen,
                text.get(at.saturating_add(1)..end),
                seen,
            ),
            None => (text.get(start..end), seen, Some(""), Seen::default()),
        };
        let (raw_name, raw_value) = (raw_name.unwrap_or_default(), raw_value.unwrap_or_default());
        let refused = |part| {
            move |fault| {
                QueryError(Kind::Parameter {
                    part,
                    name: shown(raw_name),
                    fault,
                })
            }
        };
        let name = decoded(raw_name, name_seen).map_err(refused(Part::Name))?;
        let value = decoded(raw_value, value_seen).map_err(refused(Part::Value))?;
        if self.pairs.capacity() == 0 {
            self.pairs.reserve(USUAL_PARAMETERS);
        }
        self.pairs.push((name, value));
        Ok(())
    }
}

/// The values may be tokens and personal data, so only their number is shown.
impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({} parameters)", self.pairs.len())
    }
}

#[inline]
fn decoded(raw: &str, seen: Seen) -> Result<Cow<'_, str>, Fault> {
    if seen == Seen::default() {
        return Ok(Cow::Borrowed(raw));
    }
    if seen.control {
        return Err(Fault::Control);
    }
    let text = if seen.encoded {
        Cow::Owned(percent_decoded(raw)?)
    } else {
        Cow::Borrowed(raw)
    };
    if (seen.encoded || seen.non_ascii) && text.contains(char::is_control) {
        return Err(Fault::Control);
    }
    Ok(text)
}

fn percent_decoded(raw: &str) -> Result<String, Fault> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        out.push(match first {
            b'+' => b' ',
            b'%' => {
                let [high, low, after @ ..] = rest else {
                    return Err(Fault::Escape);
                };
                rest = after;
                let (high, low) = (hex(*high).ok_or(Fault::Escape)?, hex(*low).ok_or(Fault::Escape)?);
                (high << 4) | low
            }
            other => *other,
        });
    }
    String::from_utf8(out).map_err(|_| Fault::NotUtf8)
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 0x0f),
        b'a'..=b'f' | b'A'..=b'F' => Some((digit & 0x0f).wrapping_add(9)),
        _ => None,
    }
}

/// Names the parameter whose raw bytes are not UTF-8, the first of them at `bad`.
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
