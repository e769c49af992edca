//! The answer of a rule, in sixteen bits.

use core::fmt;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A condition on which a rule can fail. The numbers are the bits of [`RuleAnswer::code`] in stored
/// traces, so no number is ever given another meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Condition {
    /// There is no conversion.
    NoConversion = 0,
    /// The configuration does not know the conversion's type.
    UnknownType = 1,
    /// The type is not one of `types`.
    Types = 2,
    /// The status is not one of `statuses`.
    Statuses = 3,
    /// The conversion is a test, and the rule is not for tests.
    Test = 4,
    /// The conversion takes money back, and the rule skips such conversions.
    Negative = 5,
    /// The payout is below `min_payout`.
    MinPayout = 6,
    /// There is no rate into the channel's currency for an amount that the rule needs.
    NoRate = 7,
    /// The payout and `min_payout` are of different currencies.
    CurrencyMismatch = 8,
    /// The conversion came too long after the click.
    Within = 9,
    /// A parameter of `where` has another value.
    Where = 10,
    /// A parameter of `require` is missing.
    Require = 11,
    /// The click is not in the share.
    Share = 12,
    /// A clause of `when` does not hold.
    When = 13,
    /// The conversion came without an amount, and the rule needs the payout.
    NoAmount = 14,
}

impl Condition {
    /// All conditions, by number.
    pub const ALL: &'static [Self] = &[
        Self::NoConversion,
        Self::UnknownType,
        Self::Types,
        Self::Statuses,
        Self::Test,
        Self::Negative,
        Self::MinPayout,
        Self::NoRate,
        Self::CurrencyMismatch,
        Self::Within,
        Self::Where,
        Self::Require,
        Self::Share,
        Self::When,
        Self::NoAmount,
    ];

    /// The word of the condition in metrics and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoConversion => "no_conversion",
            Self::UnknownType => "unknown_type",
            Self::Types => "types",
            Self::Statuses => "statuses",
            Self::Test => "test",
            Self::Negative => "negative",
            Self::MinPayout => "min_payout",
            Self::NoRate => "no_rate",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::Within => "within",
            Self::Where => "where",
            Self::Require => "require",
            Self::Share => "share",
            Self::When => "when",
            Self::NoAmount => "no_amount",
        }
    }

    const fn bit(self) -> u16 {
        1_u16.wrapping_shl(self as u32)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a rule fires, and if not, every condition on which it failed. In JSON it is a number:
/// the code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct RuleAnswer(u16);

/// The error for a number that is not a [`RuleAnswer::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("`{0}` is not the code of a rule's answer")]
pub struct RuleAnswerError(u16);

impl RuleAnswer {
    /// The answer of a rule whose conditions all hold.
    pub const FIRES: Self = Self(0);

    /// Whether all conditions hold.
    #[must_use]
    pub const fn fires(self) -> bool {
        self.0 == 0
    }

    /// Whether `condition` failed.
    #[must_use]
    pub const fn failed_on(self, condition: Condition) -> bool {
        self.0 & condition.bit() != 0
    }

    /// Whether `condition` failed and no other one.
    pub(crate) const fn failed_only_on(self, condition: Condition) -> bool {
        self.0 == condition.bit()
    }

    /// The conditions that failed, in the order of their numbers.
    pub fn failed(self) -> impl Iterator<Item = Condition> {
        Condition::ALL
            .iter()
            .copied()
            .filter(move |condition| self.failed_on(*condition))
    }

    /// The answer as a number for traces: 0 when the rule fires, or else one bit for each failed
    /// [`Condition`]. `TryFrom<u16>` reads it back.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }

    /// Joins the answers of two parts of a rule: a condition failed if it failed in either.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn insert(&mut self, condition: Condition) {
        self.0 |= condition.bit();
    }
}

impl TryFrom<u16> for RuleAnswer {
    type Error = RuleAnswerError;

    /// Reads [`RuleAnswer::code`].
    ///
    /// # Errors
    /// - a number with a bit that belongs to no condition
    fn try_from(code: u16) -> Result<Self, RuleAnswerError> {
        let known = Condition::ALL.iter().fold(0, |all, condition| all | condition.bit());
        if code & !known == 0 {
            Ok(Self(code))
        } else {
            Err(RuleAnswerError(code))
        }
    }
}

impl From<RuleAnswer> for u16 {
    fn from(answer: RuleAnswer) -> Self {
        answer.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec, vec::Vec};

    #[test]
    fn the_codes_in_stored_traces_never_change() {
        let codes: Vec<_> = Condition::ALL.iter().map(|c| (c.bit(), c.as_str())).collect();
        let expected = vec![
            (1, "no_conversion"),
            (2, "unknown_type"),
            (4, "types"),
            (8, "statuses"),
            (16, "test"),
            (32, "negative"),
            (64, "min_payout"),
            (128, "no_rate"),
            (256, "currency_mismatch"),
            (512, "within"),
            (1024, "where"),
            (2048, "require"),
            (4096, "share"),
            (8192, "when"),
            (16384, "no_amount"),
        ];
        assert_eq!(codes, expected);
        assert!(Condition::ALL.iter().all(|c| c.to_string() == c.as_str()));
    }

    #[test]
    fn a_code_reads_back_as_the_same_answer() {
        let mut answer = RuleAnswer::FIRES;
        answer.insert(Condition::Types);
        answer.insert(Condition::Share);
        assert_eq!(RuleAnswer::try_from(answer.code()), Ok(answer));
        assert_eq!(serde_json::to_string(&answer).unwrap(), "4100");
        assert_eq!(serde_json::from_str::<RuleAnswer>("4100").unwrap(), answer);
        assert_eq!(
            answer.failed().collect::<Vec<_>>(),
            vec![Condition::Types, Condition::Share]
        );
    }

    #[test]
    fn what_failed_in_both_parts_of_a_rule_failed() {
        let (mut one, mut other) = (RuleAnswer::FIRES, RuleAnswer::FIRES);
        one.insert(Condition::Types);
        one.insert(Condition::NoRate);
        other.insert(Condition::NoRate);
        assert_eq!(one.and(other), one);
        assert_eq!(other.and(one), one);
        assert_eq!(one.and(RuleAnswer::FIRES), one);
    }

    #[test]
    fn a_bit_that_is_no_conditions_is_refused() {
        let error = RuleAnswer::try_from(32768).unwrap_err();
        assert_eq!(error.to_string(), "`32768` is not the code of a rule's answer");
        assert!(RuleAnswer::try_from(32767).is_ok());
    }

    #[test]
    fn a_condition_is_the_same_word_in_json() {
        for condition in Condition::ALL {
            assert_eq!(serde_json::to_value(condition).unwrap(), condition.as_str());
        }
    }
}
