//! The seller's thank-you page: what ClickBank says in its URL, and how much of it the visitor may
//! have written.
//!
//! In plain form (`..?item=..&cbreceipt=..&time=..&cbpop=..&cname=..`) `cbpop` is a check of 32
//! bits over the secret key, the receipt, the time and the item, and over nothing else: name,
//! e-mail address, country and affiliate are whatever the visitor's address bar says (recomputed
//! from a real URL of 2014). In encrypted form (`..?iv=..&params=..`, "Encrypting Passed
//! Parameters", support article 115015433468; two receivers agree on it) everything stands inside,
//! under the scheme and the key of INS 6.0; whether a `cbpop` is there too they disagree on, so it
//! may be absent, and one that is there must be right.
//!
//! **Encrypted is not authenticated.** The IV stands in the URL, so without a `cbpop` inside the
//! first sixteen bytes of the text, usually the beginning of the `item`, are whatever the visitor
//! makes of them. [`ThankYouPage::is_checked`] tells; where it is false no product may be handed
//! out by its number alone.
//!
//! Such a URL is the buyer's: it stands in his history and can be sent on. So the age that is taken
//! is an argument, and there is no default. Whoever answers strangers counts what fails with a
//! [`FailureBudget`](crate::tracker::FailureBudget): 32 bits can be searched. Of the refusals
//! [`ThankYouRefused::TooOld`] and [`ThankYouRefused::TooNew`] are no failed guess: the check was
//! right.
//!
//! ```
//! use core::time::Duration;
//! use postback::clickbank::envelope::KeyRing;
//! use postback::clickbank::thank_you::ThankYou;
//! use postback::value::{Secret, Timestamp};
//!
//! let key_ring = KeyRing::new(vec![Secret::from("SECRETSECRET1234")])?;
//! let query = b"item=ipntest&cbreceipt=LPJ9VE42&time=1419112990&cbpop=4C19ACEB&cbaffi=0&cname=John+Smith";
//! let now = Timestamp::from_unix_seconds(1_419_113_000)?;
//! let page = ThankYou::parse(query)?.verify(&key_ring, now, Duration::from_secs(3600))?;
//! assert_eq!(page.receipts().collect::<Vec<_>>(), ["LPJ9VE42"]);
//! assert_eq!(page.affiliate(), None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod flat;
mod page;

pub use page::ThankYouPage;

use super::check;
use super::envelope::{Envelope, Key, KeyRing, base64};
use super::plaintext::Fault;
use crate::value::{Pii, Query, QueryError, Timestamp};
use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};
use core::{fmt, time::Duration};
use page::Times;
use subtle::Choice;
use thiserror::Error;

/// How far ahead of the clock the time of a page may be: clocks differ, and by more only where one
/// is wrong.
pub const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

/// Parameters by name.
type Values = BTreeMap<String, Pii>;

const ITEM: &str = "item";
const RECEIPT: &str = "cbreceipt";
const TIME: &str = "time";
const CHECK: &str = "cbpop";

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
        let query = Query::parse(query)?;
        if let (Some(iv), Some(params)) = (query.raw("iv")?, query.raw("params")?) {
            let iv = decoded("iv", iv)?;
            let iv = iv.try_into().map_err(|iv: Vec<u8>| Problem::Iv(iv.len()))?;
            let params = decoded("params", params)?;
            let length = params.len();
            let envelope = Envelope::of(iv, params).ok_or(Problem::Blocks(length))?;
            return Ok(Self(Form::Encrypted(envelope)));
        }
        for name in [ITEM, RECEIPT, TIME, CHECK].iter().chain(page::NAMES) {
            query.raw(name)?;
        }
        // Of the seller's own variables the first one counts.
        let mut values = Values::new();
        for (name, value) in query.pairs() {
            values.entry(name.to_owned()).or_insert_with(|| Pii::from(value));
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
    /// [`MAX_SKEW`] before it. Every secret is tried.
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
    Query(#[from] QueryError),
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

impl From<QueryError> for ThankYouError {
    fn from(error: QueryError) -> Self {
        Self(error.into())
    }
}

/// Why a page is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ThankYouRefused {
    /// It is not ClickBank's, as far as can be told; it says no more.
    #[error("thank-you page refused")]
    Refused,
    /// Its check was right, and its time is longer ago than was allowed. No failed guess: a budget
    /// does not count it.
    #[error("thank-you page is too old")]
    TooOld,
    /// Its check was right, and its time is further ahead of the clock than [`MAX_SKEW`]. No failed
    /// guess either.
    #[error("thank-you page is of a time to come")]
    TooNew,
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

/// A parameter that is there and not empty.
fn text<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    values.get(name).map(Pii::expose).filter(|text| !text.is_empty())
}

fn decoded(name: &'static str, text: &str) -> Result<Vec<u8>, Problem> {
    let text = text.replace(' ', "+");
    base64::decode(text.as_bytes()).map_err(|_| Problem::Base64(name))
}
