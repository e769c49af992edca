//! Checks a form.

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

/// The parameter outside the check of 1.0 that is read all the same. `cupsellreceipt` is not read:
/// whoever saw one body could make its sale an upsell of another order.
const UNCOVERED_BY_1: [&str; 1] = ["ctranstime"];

/// The result of one secret of the key ring for a form ([`Form::diagnose`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormDiagnosis {
    /// The check is right, and the form is a notification.
    #[error("verifies")]
    Verifies,
    /// The check does not match.
    #[error("`cverify` does not match: most likely another secret, or a body that was changed")]
    Check,
    /// There is no check, or the check is right and a required parameter is missing or cannot be
    /// read.
    #[error("{0}")]
    Content(Fault),
    /// The check is right, but the parameters are not those of the version. The check covers
    /// neither the names nor where a value ends.
    #[error(
        "`cverify` matches, and the parameters are not those of the version: most likely names were changed or values joined"
    )]
    Names,
}

impl Form {
    /// Checks the form and reads it. Every secret is tried, and every failure gives the same error.
    ///
    /// The check of 1.0 covers fifteen fields in a fixed order, where a missing field counts as
    /// empty. The check of later versions covers every parameter but `cverify`, sorted by the bytes
    /// of their names. Both join the decoded values with `|`, put the secret last, and take the
    /// first eight hex digits of the SHA-1 in upper case. For 1.0 only the covered parameters are
    /// kept, and `ctranstime`.
    ///
    /// The check covers neither names nor where a value ends. So a form whose parameters cannot be
    /// those of its version is refused too: otherwise one body from a log could make other messages
    /// with its values under other names. The module's page says what can still be made of it.
    ///
    /// # Errors
    /// [`Refused`] is the same for all of these:
    /// - no `cverify`, or one that no secret of the ring makes
    /// - a `ctransaction`, `ctranstime` or `ctransreceipt` that is missing or empty (the receipt
    ///   may be, where 6.0 may lack it)
    /// - a `ctranstime` that is not a whole number of seconds since 1970, or is negative
    /// - a receipt that is not 8 to 21 digits and capital letters, with or without a rebill's
    ///   `-Bnnn` (except the `********` of a test, and forms that may lack a receipt)
    /// - a transaction with anything but capital letters, digits, `_`, `-`, `>` and spaces
    /// - an amount that is not a whole number of minor units
    /// - letters in a parameter that counts payments
    /// - a `|` in a value that is not free text
    /// - a parameter that only 1.0 has, or one that 2.0 does not have
    /// - in later versions an unknown parameter or a `|`, where a parameter of the version is
    ///   missing
    /// - in 1.0 a version that names itself
    pub fn verify(&self, key_ring: &KeyRing) -> Result<FormNotification, Refused> {
        self.checked(key_ring).and_then(Result::ok).ok_or(Refused)
    }

    /// Checks and reads as [`Form::verify`] does. None where the check is missing or wrong, which
    /// may be a guess; any other error is not a guess.
    ///
    /// This is for counting guesses ([`FailureBudget`](crate::tracker::FailureBudget)). The
    /// response to the caller must be the same in both cases.
    #[must_use]
    pub fn checked(&self, key_ring: &KeyRing) -> Option<Result<FormNotification, Refused>> {
        let version = self.version();
        let presented = self.values.get(CHECK)?.expose();
        // There is no short circuit, so the time does not show which secret is right.
        let right = key_ring.keys.iter().fold(Choice::from(0), |right, key| {
            right | self.matches(&version, presented, key.secret.expose())
        });
        bool::from(right).then(|| self.read(version).map_err(|_| Refused))
    }

    /// Returns the result of each secret, in the order of the key ring. This is for a person at
    /// their own machine.
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

    /// Reads a form whose check is right.
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

    /// The check that a secret makes, over the text in UTF-8 or over the bytes as they came.
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

    /// The parameters that are ClickBank's own, as far as the check of that version can say.
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
    /// The values that the check of 1.0 covers, in its order. They are the identity of a form of
    /// that version.
    pub(crate) fn covered_by_1(&self) -> [&str; 15] {
        COVERED_BY_1.map(|name| self.text(name).unwrap_or_default())
    }
}
