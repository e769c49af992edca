//! An amount with its currency.

use super::{Amount, Currency};
use core::fmt;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, de};

/// An amount in one currency. There is no arithmetic here on purpose: currencies never mix, so code
/// that adds amounts must compare the currencies first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
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

impl Money {
    /// Adds what [`Display`](fmt::Display) prints.
    #[cfg(any(feature = "std", test))]
    pub(crate) fn push_to(self, out: &mut alloc::string::String) {
        self.amount.push_to(out);
        out.push(' ');
        out.push_str(self.currency.as_str());
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

impl<'de> Deserialize<'de> for Money {
    /// Reads an object with an amount and a currency, or the text that is printed: `8.5 USD`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Money as an object.
#[derive(Deserialize)]
#[serde(rename = "Money", deny_unknown_fields)]
struct Parts {
    amount: Amount,
    currency: Currency,
}

struct Reader;

impl<'de> de::Visitor<'de> for Reader {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount with its currency, such as \"8.50 USD\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        let (amount, currency) = text
            .split_once(' ')
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))?;
        Ok(Money {
            amount: Amount::read_exact(amount).map_err(E::custom)?,
            currency: currency.parse().map_err(E::custom)?,
        })
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Money, A::Error> {
        let Parts { amount, currency } = Parts::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Money { amount, currency })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

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

    #[test]
    fn money_is_read_from_the_text_that_it_prints() {
        for written in ["8.5 USD", "-0.001 KWD", "0 JPY", "0.000000000000000000000000001 USD"] {
            let read: Money = serde_json::from_value(written.into()).unwrap();
            let mut printed = String::new();
            read.push_to(&mut printed);
            assert_eq!((read.to_string(), printed.as_str()), (written.into(), written));
        }
        for refused in ["", "8.5", "8.5USD", "8,5 USD", "8.5  USD", "8.5 US"] {
            assert!(serde_json::from_value::<Money>(refused.into()).is_err(), "{refused}");
        }
    }
}
