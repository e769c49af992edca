//! Reads the query of a page's URL, before it is checked.

use super::flat;
use super::loose::{self, Charset};
use super::page::ThankYouPage;
use super::parameters::{CHECK, ITEM, NAMES, RECEIPT, TIME, Values, check_of, text};
use super::times::{ThankYouRefused, Times};
use crate::clickbank::check;
use crate::clickbank::envelope::{Envelope, Key, KeyRing, base64};
use crate::clickbank::plaintext::Fault;
use crate::value::{Pii, QueryError, Timestamp};
use alloc::{collections::BTreeSet, string::String, vec::Vec};
use core::{fmt, time::Duration};
use subtle::Choice;
use thiserror::Error;

/// The parameters that must be read completely: those that `cbpop` covers, and the encrypted ones.
const STRICT: &[&str] = &[ITEM, RECEIPT, TIME, CHECK, "iv", "params"];

/// The query of a thank-you page's URL, in either form. Nothing in it is checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ThankYou(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Plain {
        values: Values,
        /// The names of the parameters that could not be read completely.
        damaged: BTreeSet<String>,
        times: Times,
    },
    Encrypted(Envelope),
}

impl ThankYou {
    /// Reads the text after the `?` of the URL. With `iv` and `params` it is the encrypted form,
    /// and the parameters beside these two are ignored.
    ///
    /// A `+` in the base64 that was not escaped arrives as a space and is read as a `+`. An INS
    /// notification repeats these two parameters in `vendorVariables`, encoded as in the URL; such
    /// values become a query again with `iv=` and `params=` before them.
    ///
    /// A buyer is not turned away for a parameter that `cbpop` does not cover. Its unreadable parts
    /// become U+FFFD, and of a repeated parameter the first counts; [`ThankYouPage::damaged`] names
    /// it.
    ///
    /// # Errors
    /// - more bytes or parameters than [`Query::parse`](crate::value::Query::parse) accepts
    /// - an `item`, `cbreceipt`, `time`, `cbpop`, `iv` or `params` that is repeated, has a `%`
    ///   without two hex digits, is not UTF-8, or has a control character
    /// - in plain form: `item`, `cbreceipt`, `time` or `cbpop` missing or empty, or a `time` that
    ///   is not whole seconds since 1970
    /// - in encrypted form: a text that is not strict base64, an `iv` that is not 16 bytes long, or
    ///   `params` that are empty or not a multiple of 16 bytes long
    pub fn parse(query: &[u8]) -> Result<Self, ThankYouError> {
        Self::read(query, Charset::Utf8).map_err(ThankYouError)
    }

    /// Reads as [`ThankYou::parse`] does, except that a name or a value outside `cbpop` that is not
    /// UTF-8 is read as ISO 8859-1.
    ///
    /// # Errors
    /// As [`ThankYou::parse`].
    pub fn parse_latin_1(query: &[u8]) -> Result<Self, ThankYouError> {
        Self::read(query, Charset::Latin1).map_err(ThankYouError)
    }

    fn read(query: &[u8], charset: Charset) -> Result<Self, Problem> {
        let read = loose::read(query, charset, STRICT).map_err(Problem::Query)?;
        let (mut values, mut damaged) = (Values::new(), BTreeSet::new());
        for loose::Parameter {
            name,
            value,
            damaged: odd,
        } in read
        {
            let is_repeated = values.contains_key(&name);
            if is_repeated && STRICT.contains(&name.as_str()) {
                return Err(Problem::Repeated(name));
            }
            if odd || (is_repeated && NAMES.contains(&name.as_str())) {
                damaged.insert(name.clone());
            }
            values.entry(name).or_insert_with(|| Pii::new(value));
        }
        if let (Some(iv), Some(params)) = (values.get("iv"), values.get("params")) {
            return encrypted(iv.expose(), params.expose());
        }
        for name in [ITEM, RECEIPT, TIME, CHECK] {
            if text(&values, name).is_none() {
                return Err(Problem::Missing(name));
            }
        }
        let times = text(&values, TIME).and_then(Times::parse).ok_or(Problem::Time)?;
        Ok(Self(Form::Plain { values, damaged, times }))
    }

    /// Checks or decrypts the page, and checks its age. `now` may be at most `max_age` after the
    /// page's time, and at most [`MAX_SKEW`](super::MAX_SKEW) before it. Every secret is tried.
    ///
    /// An encrypted page that does not open is refused as in [`KeyRing::open`], with the same work.
    /// An encrypted page that is too old or too new gives the same error, because a visitor who may
    /// have changed the text must not learn whether it was right.
    ///
    /// # Errors
    /// - [`ThankYouRefused::Refused`]: a check that no secret makes; a text that does not decrypt
    ///   to a strict JSON object with `item`, `cbreceipt` and `time`, or whose `cbpop` is there and
    ///   wrong; an encrypted page outside the allowed age
    /// - [`ThankYouRefused::TooOld`], [`ThankYouRefused::TooNew`]: a page whose check was right and
    ///   whose age was not allowed
    pub fn verify(
        &self,
        key_ring: &KeyRing,
        now: Timestamp,
        max_age: Duration,
    ) -> Result<ThankYouPage, ThankYouRefused> {
        match &self.0 {
            Form::Plain { values, damaged, times } => {
                let right = key_ring
                    .keys
                    .iter()
                    .fold(Choice::from(0), |right, key| right | is_right(values, key));
                if !bool::from(right) {
                    return Err(ThankYouRefused::Refused);
                }
                times.check(now, max_age)?;
                Ok(ThankYouPage::verified(values.clone(), damaged.clone(), *times))
            }
            Form::Encrypted(envelope) => {
                let opened = key_ring.open_as(envelope, read);
                let page = opened.map_err(|_| ThankYouRefused::Refused)?;
                let fresh = page.times().check(now, max_age);
                fresh.map(|()| page).map_err(|_| ThankYouRefused::Refused)
            }
        }
    }

    /// Whether the query is in the encrypted form.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        matches!(self.0, Form::Encrypted(_))
    }
}

/// The values are personal data, so none is shown.
impl fmt::Debug for ThankYou {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Plain { values, .. } => write!(f, "ThankYou({} parameters)", values.len()),
            Form::Encrypted(envelope) => write!(f, "ThankYou({envelope:?})"),
        }
    }
}

/// The error for a URL that is not a thank-you page's. Its text names parameters and no values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ThankYouError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error(transparent)]
    Query(QueryError),
    #[error("parameter `{0}` is repeated")]
    Repeated(String),
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`time` is not a number of seconds since 1970")]
    Time,
    #[error("`{0}` is not strict base64")]
    Base64(&'static str),
    #[error("`iv` is {0} bytes long, it must be 16")]
    Iv(usize),
    #[error("`params` is {0} bytes long, it must be a positive multiple of 16")]
    Blocks(usize),
}

/// Reads a decrypted page.
fn read(key: &Key, plaintext: Vec<u8>) -> Result<ThankYouPage, Fault> {
    let values = flat::read(plaintext)?;
    for name in [ITEM, RECEIPT, TIME] {
        text(&values, name).ok_or(Fault::Missing(name))?;
    }
    let times = text(&values, TIME).and_then(Times::parse).ok_or(Fault::Invalid(TIME))?;
    if values.contains_key(CHECK) && !bool::from(is_right(&values, key)) {
        return Err(Fault::Invalid(CHECK));
    }
    let is_checked = text(&values, CHECK).is_some();
    Ok(ThankYouPage::decrypted(values, times, is_checked))
}

/// Whether a secret makes the check in the parameters.
fn is_right(values: &Values, key: &Key) -> Choice {
    let presented = text(values, CHECK).unwrap_or_default();
    check::matches(check_of(values, key.secret.expose()), presented)
}

fn encrypted(iv: &str, params: &str) -> Result<ThankYou, Problem> {
    let iv = decoded("iv", iv)?;
    let iv = iv.try_into().map_err(|iv: Vec<u8>| Problem::Iv(iv.len()))?;
    let params = decoded("params", params)?;
    let length = params.len();
    let envelope = Envelope::of(iv, params).ok_or(Problem::Blocks(length))?;
    Ok(ThankYou(Form::Encrypted(envelope)))
}

fn decoded(name: &'static str, text: &str) -> Result<Vec<u8>, Problem> {
    let text = text.replace(' ', "+");
    base64::decode(text.as_bytes()).map_err(|_| Problem::Base64(name))
}
