//! The check of a form.

use super::notification::FormNotification;
use super::posted::Form;
use super::shape::{self, CHECK, COVERED_BY_1};
use super::version::FormVersion;
use crate::clickbank::{
    check::{self, Check},
    envelope::{KeyRing, Refused},
    plaintext::Fault,
};
use crate::value::Pii;
use alloc::vec::Vec;
use subtle::Choice;
use thiserror::Error;

/// What 1.0 tells beside that and is read. Not `cupsellreceipt`: whoever saw one body could make
/// its sale another order's upsell.
const UNCOVERED_BY_1: [&str; 1] = ["ctranstime"];

/// How one secret of the key ring fares with a form ([`Form::diagnose`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormDiagnosis {
    /// The check is right, and it is a notification.
    #[error("verifies")]
    Verifies,
    /// The check is another one.
    #[error("`cverify` does not match: most likely another secret, or a body that was changed")]
    Check,
    /// There is no check, or it is right and a required parameter is missing or cannot be read.
    #[error("{0}")]
    Content(Fault),
    /// The check is right, which does not say what a value is called and where it ends, and the
    /// parameters are not those of the version.
    #[error(
        "`cverify` matches, and the parameters are not those of the version: most likely names were changed or values joined"
    )]
    Names,
}

impl Form {
    /// Checks the form and reads it. Every secret is tried, and whatever is wrong, the answer is
    /// the same.
    ///
    /// The check of 1.0 is over fifteen fields in a fixed order, where one that did not come counts
    /// as empty; that of later versions is over every parameter but `cverify`, sorted by the bytes
    /// of their names. Both are decoded values joined by `|`, the secret last, their SHA-1, its
    /// first eight hex digits in upper case. Of 1.0 only what the check covers is kept, with
    /// `ctranstime`.
    ///
    /// Because the check covers neither names nor where a value ends, a form whose parameters
    /// cannot be those of its version is refused too: so that one body of a log does not make other
    /// messages by its values under other names. What still can be made of it is said in the
    /// module's page.
    ///
    /// # Errors
    /// [`Refused`], always the same:
    /// - no `cverify`, or one that no secret of the ring makes
    /// - `ctransaction`, `ctranstime` or `ctransreceipt` missing or empty (the receipt may be,
    ///   where 6.0 may lack it)
    /// - a `ctranstime` that is no whole number of seconds since 1970, a negative one included
    /// - a receipt that is not 8 to 21 digits and capital letters with a rebill's `-Bnnn` or
    ///   without (but the `********` of a test, and what may lack a receipt), a transaction other
    ///   than capital letters, digits, `_`, `-`, `>` and spaces, an amount that is no whole number
    ///   of minor units, letters in what counts payments
    /// - a `|` in a value that is not free text
    /// - a parameter that only 1.0 has or that 2.0 does not have; in later versions one that is
    ///   unknown, or a `|`, where a parameter of the version is missing; in 1.0 a version that
    ///   names itself
    pub fn verify(&self, key_ring: &KeyRing) -> Result<FormNotification, Refused> {
        self.checked(key_ring).and_then(Result::ok).ok_or(Refused)
    }

    /// As [`Form::verify`]: none where the check is wrong, or there is none, perhaps a guess;
    /// whatever else is wrong is no guess.
    ///
    /// For whoever counts guesses ([`FailureBudget`](crate::tracker::FailureBudget)). The answer
    /// to the caller stays one.
    #[must_use]
    pub fn checked(&self, key_ring: &KeyRing) -> Option<Result<FormNotification, Refused>> {
        let version = self.version();
        let presented = self.values.get(CHECK)?.expose();
        // Without a short circuit: which secret is right shows in no time.
        let right = key_ring.keys.iter().fold(Choice::from(0), |right, key| {
            right | self.matches(&version, presented, key.secret.expose())
        });
        bool::from(right).then(|| self.read(version).map_err(|_| Refused))
    }

    /// Says for each secret what it comes to, in the order of the key ring. For a person at the own
    /// machine.
    #[must_use]
    pub fn diagnose(&self, key_ring: &KeyRing) -> Vec<FormDiagnosis> {
        let version = self.version();
        let each = key_ring.keys.iter().map(|key| {
            let Some(presented) = self.values.get(CHECK) else {
                return FormDiagnosis::Content(Fault::Missing(CHECK));
            };
            let right = self.matches(&version, presented.expose(), key.secret.expose());
            if !bool::from(right) {
                return FormDiagnosis::Check;
            }
            match self.read(version.clone()) {
                Ok(_) => FormDiagnosis::Verifies,
                Err(diagnosis) => diagnosis,
            }
        });
        each.collect()
    }

    /// What a form says whose check is right.
    fn read(&self, version: FormVersion) -> Result<FormNotification, FormDiagnosis> {
        let read = FormNotification::read(self.told(&version), version.clone()).map_err(FormDiagnosis::Content)?;
        shape::values(&self.values, &version, read.transaction_type()).map_err(FormDiagnosis::Content)?;
        match shape::fits(&self.values, &version) {
            true => Ok(read),
            false => Err(FormDiagnosis::Names),
        }
    }

    pub(super) fn matches(&self, version: &FormVersion, presented: &str, secret: &[u8]) -> Choice {
        let matches = check::matches(self.check(version, secret, false), presented);
        match self.latin1.is_empty() {
            true => matches,
            false => matches | check::matches(self.check(version, secret, true), presented),
        }
    }

    /// The check that a secret makes, over UTF-8 or over the bytes as they came.
    pub(super) fn check(&self, version: &FormVersion, secret: &[u8], as_it_came: bool) -> Check {
        let bytes = |name: &str| {
            let text = self.values.get(name).map(Pii::expose).unwrap_or_default();
            match as_it_came && self.latin1.contains(name) {
                true => text.chars().filter_map(|letter| u8::try_from(letter).ok()).collect(),
                false => text.as_bytes().to_vec(),
            }
        };
        let secret = core::iter::once(secret.to_vec());
        if *version == FormVersion::V1 {
            let values = COVERED_BY_1.iter().map(|name| bytes(name));
            return check::of(values.chain(secret).map(zeroize::Zeroizing::new));
        }
        let names = self.values.keys().filter(|name| *name != CHECK);
        let values = names.map(|name| bytes(name));
        check::of(values.chain(secret).map(zeroize::Zeroizing::new))
    }

    /// The parameters that are ClickBank's, as far as a form of that version can say.
    fn told(&self, version: &FormVersion) -> super::notification::Values {
        let is_told = |name: &str| match version {
            FormVersion::V1 => COVERED_BY_1.contains(&name) || UNCOVERED_BY_1.contains(&name),
            _ => name != CHECK,
        };
        let told = self.values.iter().filter(|(name, _)| is_told(name));
        told.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

impl FormNotification {
    /// What the check of 1.0 covers, in its order: what makes a form of that version the one that
    /// it is.
    pub(crate) fn covered_by_1(&self) -> [&str; 15] {
        COVERED_BY_1.map(|name| self.text(name).unwrap_or_default())
    }
}
