//! Exchange rates. The host provides them; they are never looked up.

use crate::value::{Amount, Currency, Money, Timestamp};
use alloc::{collections::BTreeMap, vec::Vec};

/// Rates between currencies with the times from which they hold. A rate holds from its `since`
/// until the next rate of the same pair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(BTreeMap<(Currency, Currency), Vec<(Timestamp, Amount)>>);

impl Rates {
    /// Adds a rate: one unit of `from` is `rate` units of `to`.
    pub fn insert(&mut self, from: Currency, to: Currency, since: Timestamp, rate: Amount) {
        let dated = self.0.entry((from, to)).or_default();
        let place = dated.partition_point(|(known, _)| *known <= since);
        dated.insert(place, (since, rate));
    }

    /// Whether there is any rate of this pair.
    pub(crate) fn knows(&self, from: Currency, to: Currency) -> bool {
        self.0.contains_key(&(from, to))
    }

    /// Converts `money` to another currency at a time, without rounding. Returns none without a
    /// rate. Only a rate of this very pair is used, never its inverse or a path over a third
    /// currency, since a rate that nobody entered is a guess.
    #[must_use]
    pub fn convert(&self, money: Money, to: Currency, at: Timestamp) -> Option<Money> {
        if money.currency == to || money.amount.is_zero() {
            return Some(Money {
                amount: money.amount,
                currency: to,
            });
        }
        let dated = self.0.get(&(money.currency, to))?;
        let (_, rate) = dated.get(dated.partition_point(|(since, _)| *since <= at).checked_sub(1)?)?;
        Some(Money {
            amount: money.amount.checked_mul(*rate)?,
            currency: to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_newest_rate_that_is_not_later_holds() {
        let (eur, usd) = ("EUR".parse().unwrap(), Currency::USD);
        let at = |s| Timestamp::from_unix_seconds(s).unwrap();
        let mut rates = Rates::default();
        rates.insert(eur, usd, at(200), "1.2".parse().unwrap());
        rates.insert(eur, usd, at(100), "1.1".parse().unwrap());
        let ten = Money {
            amount: "10".parse().unwrap(),
            currency: eur,
        };
        let told = |seconds| rates.convert(ten, usd, at(seconds)).map(|m| m.to_string());
        assert_eq!(told(99), None);
        assert_eq!(told(100).as_deref(), Some("11 USD"));
        assert_eq!(told(199).as_deref(), Some("11 USD"));
        assert_eq!(told(200).as_deref(), Some("12 USD"));
        let back = Money {
            amount: ten.amount,
            currency: usd,
        };
        assert_eq!(rates.convert(back, eur, at(300)), None);
    }
}
