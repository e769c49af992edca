//! The conditions of a rule and a stored answer, in words. (The sentences of reasons are in
//! `condition/words.rs`.)

use super::{Condition, Conditions, RuleAnswer};
use crate::condition::{Clause, Test};
use crate::scope::ParameterName;
use crate::value::span::Span;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

impl Conditions {
    /// The conditions as phrases: `type Purchase or Lead`, `payout of at least 10 USD`, `sub1 is
    /// there`.
    #[must_use]
    pub fn asks(&self) -> Vec<String> {
        let mut asks = Vec::new();
        if !self.types.is_empty() {
            asks.push(format!("type {}", either(&self.types)));
        }
        if !self.statuses.is_empty() {
            asks.push(format!("status {}", either(&self.statuses)));
        }
        asks.extend(self.clauses.iter().map(|(condition, clause)| asked(*condition, clause)));
        if self.test {
            asks.push("tests too".into());
        }
        asks
    }
}

fn either(words: &[impl ToString]) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    words.join(" or ")
}

fn asked(condition: Condition, clause: &Clause<ParameterName>) -> String {
    let name = &clause.name;
    match &clause.test {
        _ if condition == Condition::When => clause.to_string(),
        Test::Text(texts) => format!("{name} = `{}`", texts.wanted.join("`, `")),
        Test::Number(range) => format!("{name} of {range}"),
        Test::Within(longest) => format!("within {}", Span(*longest)),
        Test::Share(share) => format!("{share} % of the clicks"),
        Test::Address(_) | Test::IsThere => clause.to_string(),
    }
}

/// Prints the failed conditions with `; ` between them, and nothing where the rule fires.
impl fmt::Display for RuleAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, failed) in self.failed().enumerate() {
            let mark = if number == 0 { "" } else { "; " };
            write!(f, "{mark}{}", failed.text())?;
        }
        Ok(())
    }
}

impl Condition {
    /// The sentence for the failed condition.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NoConversion => "there is no conversion",
            Self::UnknownType => "the conversion type is not configured",
            Self::Types => "the type is not one of `types`",
            Self::Statuses => "the status is not one of `statuses`",
            Self::Test => "it is a test, and the postback is not for tests",
            Self::Negative => "it takes money back, and `negative` skips that",
            Self::MinPayout => "the payout is below `min_payout`",
            Self::NoRate => "there is no rate into the channel's currency",
            Self::CurrencyMismatch => "the payout and `min_payout` are of different currencies",
            Self::Within => "it came too long after the click for `within`",
            Self::Where => "a parameter of `where` has another value",
            Self::Require => "a parameter of `require` is missing",
            Self::Share => "the conversion is not in the `share`",
            Self::When => "a condition of `when` does not hold",
            Self::NoAmount => {
                "no amount came, and the rule needs the payout; a postback with a fixed `payout` fires without one"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn every_condition_has_words_of_its_own() {
        let words: BTreeSet<_> = Condition::ALL.iter().map(|known| known.text()).collect();
        assert_eq!(words.len(), Condition::ALL.len());
    }
}
