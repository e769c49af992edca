//! An amount with its currency.

use super::{Amount, Currency};
use core::fmt;
use serde::{Deserialize, Serialize};

/// An amount in one currency. There is no arithmetic here on purpose: currencies never mix, so code
/// that adds amounts must compare the currencies first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The number, in units of the currency (8.5 is eight dollars and a half).
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// Makes `amount` of `currency`.
    #[must_use]
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Rounds half to even to the currency's digits. A channel is told the rounded amount.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self {
            amount: self.amount.rounded(self.currency.digits()),
            ..self
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn money(amount: &str, currency: &str) -> Money {
        Money::new(amount.parse().unwrap(), currency.parse().unwrap())
    }

    #[test]
    fn money_prints_its_amount_and_its_currency() {
        assert_eq!(money("8.50", "USD").to_string(), "8.5 USD");
    }

    #[test]
    fn money_is_rounded_to_its_currency() {
        assert_eq!(money("8.125", "USD").rounded(), money("8.12", "USD"));
        assert_eq!(money("8.125", "JPY").rounded(), money("8", "JPY"));
        assert_eq!(money("8.125", "KWD").rounded(), money("8.125", "KWD"));
    }

    #[test]
    fn money_in_json_has_an_amount_and_a_currency_both_text() {
        let text = r#"{"amount":"8.5","currency":"USD"}"#;
        assert_eq!(serde_json::to_string(&money("8.50", "USD")).unwrap(), text);
        assert_eq!(serde_json::from_str::<Money>(text).unwrap(), money("8.5", "USD"));
        assert!(serde_json::from_str::<Money>(r#"{"amount":8.5,"currency":"USD"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount":"8.5","currency":"USD","x":1}"#).is_err());
    }
}
