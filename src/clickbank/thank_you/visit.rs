//! The query of a page's URL, before it is checked.

use super::flat;
use super::page::ThankYouPage;
use super::parameters::{CHECK, ITEM, NAMES, RECEIPT, TIME, Values, text};
use super::times::{ThankYouRefused, Times};
use crate::clickbank::check;
use crate::clickbank::envelope::{Envelope, Key, KeyRing, base64};
use crate::clickbank::plaintext::Fault;
use crate::value::{Pii, Query, QueryError, Timestamp};
use alloc::{borrow::ToOwned, vec::Vec};
use core::{fmt, time::Duration};
use subtle::Choice;
use thiserror::Error;

/// The query of a thank-you page's URL, in either form; nothing of it is checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ThankYou(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Plain { values: Values, times: Times },
    Encrypted(Envelope),
}

impl ThankYou {
    /// Reads what follows the `?` of the URL. Where `iv` and `params` stand it is the encrypted
    /// form, and what stands beside them is nobody's word.
    ///
    /// A `+` in the base64 that was not escaped has become a space on its way and is read as a `+`.
    /// What the INS repeats of these two in `vendorVariables` is still encoded as in the URL, so
    /// `iv=` and `params=` before them make such a query.
    ///
    /// # Errors
    /// - what [`Query::parse`] refuses
    /// - a parameter of ClickBank's that is repeated
    /// - plain: `item`, `cbreceipt`, `time` or `cbpop` missing or empty; a `time` that is not whole
    ///   seconds since 1970
    /// - encrypted: what is not strict base64, an `iv` that is not 16 bytes long, `params` that are
    ///   empty or no multiple of 16 bytes long
    pub fn parse(query: &[u8]) -> Result<Self, ThankYouError> {
        let query = Query::parse(query).map_err(Problem::Query)?;
        let raw = |name| query.raw(name).map_err(Problem::Query);
        if let (Some(iv), Some(params)) = (raw("iv")?, raw("params")?) {
            let iv = decoded("iv", iv)?;
            let iv = iv.try_into().map_err(|iv: Vec<u8>| Problem::Iv(iv.len()))?;
            let params = decoded("params", params)?;
            let length = params.len();
            let envelope = Envelope::of(iv, params).ok_or(Problem::Blocks(length))?;
            return Ok(Self(Form::Encrypted(envelope)));
        }
        for name in [ITEM, RECEIPT, TIME, CHECK].iter().chain(NAMES) {
            raw(name)?;
        }
        // Of the seller's own variables the first one counts.
        let mut values = Values::new();
        for (name, value) in query.pairs() {
            values.entry(name.to_owned()).or_insert_with(|| Pii::new(value));
        }
        for name in [ITEM, RECEIPT, TIME, CHECK] {
            if text(&values, name).is_none() {
                return Err(Problem::Missing(name).into());
            }
        }
        let times = text(&values, TIME).and_then(Times::parse).ok_or(Problem::Time)?;
        Ok(Self(Form::Plain { values, times }))
    }

    /// Checks or decrypts the page, and its age: `now` may be `max_age` after its time, and
    /// [`MAX_SKEW`](super::MAX_SKEW) before it. Every secret is tried.
    ///
    /// What was encrypted and does not open is refused as in [`KeyRing::open`], with the same work,
    /// and so is what is too old: whether such a text was right is nothing to say to whoever may
    /// have changed it.
    ///
    /// # Errors
    /// - [`ThankYouRefused::Refused`]: a check that no secret makes; what does not decrypt to a
    ///   strict JSON object with the same three parameters, of which a `cbpop` that is there must
    ///   be right; encrypted and of another age
    /// - [`ThankYouRefused::TooOld`], [`ThankYouRefused::TooNew`]: the check was right, the age is
    ///   not
    pub fn verify(
        &self,
        key_ring: &KeyRing,
        now: Timestamp,
        max_age: Duration,
    ) -> Result<ThankYouPage, ThankYouRefused> {
        match &self.0 {
            Form::Plain { values, times } => {
                let right = key_ring
                    .keys
                    .iter()
                    .fold(Choice::from(0), |right, key| right | is_right(values, key));
                if !bool::from(right) {
                    return Err(ThankYouRefused::Refused);
                }
                times.check(now, max_age)?;
                Ok(ThankYouPage::verified(values.clone(), *times))
            }
            Form::Encrypted(envelope) => {
                let opened = key_ring.open_as(envelope, read);
                let page = opened.map_err(|_| ThankYouRefused::Refused)?;
                let fresh = page.times().check(now, max_age);
                fresh.map(|()| page).map_err(|_| ThankYouRefused::Refused)
            }
        }
    }

    /// Whether it is the encrypted form.
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

/// A URL that is no thank-you page's. The text names parameters and no values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ThankYouError(#[from] Problem);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error(transparent)]
    Query(QueryError),
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

/// Reads what was decrypted.
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

/// Whether a secret makes the check that stands there: the secret first, then receipt, time and
/// item as they came.
fn is_right(values: &Values, key: &Key) -> Choice {
    let of = |name| text(values, name).unwrap_or_default();
    let parts = [RECEIPT, TIME, ITEM].map(|name| of(name).as_bytes());
    let made = check::of(core::iter::once(key.secret.expose()).chain(parts));
    check::matches(made, of(CHECK))
}

fn decoded(name: &'static str, text: &str) -> Result<Vec<u8>, Problem> {
    let text = text.replace(' ', "+");
    base64::decode(text.as_bytes()).map_err(|_| Problem::Base64(name))
}
