//! Query strings as networks append them to a postback URL: a click id, an amount, a type, a
//! status, ids and slots. Some values are percent-encoded, some are macros that the network did not
//! fill.

use crate::numbers::Numbers;
use postback::Query;
use std::borrow::Cow;

/// How many there are: more than a branch predictor learns by heart.
const QUERIES: usize = 400;

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz234567";
const UPPER: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const DIGITS: &str = "0123456789";

/// The query strings.
#[derive(Debug)]
pub struct Corpus {
    queries: Vec<String>,
}

/// The corpus; the same each time.
impl Default for Corpus {
    fn default() -> Self {
        let mut numbers = Numbers::new(1);
        Self {
            queries: (0..QUERIES).map(|_| query(&mut numbers)).collect(),
        }
    }
}

impl Corpus {
    /// How many query strings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn query(&self, index: usize) -> &[u8] {
        self.queries.get(index).map_or(&[], |query| query.as_bytes())
    }
}

/// Ours: limits, strict UTF-8, no control characters.
#[must_use]
pub fn postback(query: &[u8]) -> Query<'_> {
    Query::parse(query).unwrap_or_default()
}

/// What a handler of the common frameworks does.
#[must_use]
pub fn serde_urlencoded(query: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(query).unwrap_or_default()
}

/// The parser underneath it, which borrows what it need not decode.
#[must_use]
pub fn form_urlencoded(query: &[u8]) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    url::form_urlencoded::parse(query).collect()
}

fn query(numbers: &mut Numbers) -> String {
    let cents = numbers.below(20_000);
    let whole = cents.checked_div(100).unwrap_or_default();
    let rest = cents.checked_rem(100).unwrap_or_default();
    let mut query = format!(
        "clickid={}&sum={whole}.{rest:02}&type={}&status={}&currency={}&eventid={}&receipt={}&product={}",
        numbers.text(LOWER, 33),
        numbers.pick(&["Purchase", "Lead", "Upsell", "InitiateCheckout", "", "Trial%20Start"]),
        numbers.pick(&["approved", "pending", "declined", "confirmed", ""]),
        numbers.pick(&["USD", "EUR", "GBP", "usd", "{currency}"]),
        numbers.text(DIGITS, 10),
        numbers.text(UPPER, 8),
        numbers.pick(&[
            "Mitolyn",
            "Keto+Guide+2",
            "6%20bottles%20%2B%20bonus",
            "caf%C3%A9-club",
            "product-17",
            "{product}",
        ]),
    );
    for name in ["sub1", "sub2", "sub3", "country"] {
        let length = numbers.below(12);
        let value = match numbers.below(8) {
            0 => format!("{{{name}}}"),
            1 => String::from("%7Bmacro%7D"),
            2 => format!("[{}]", name.to_ascii_uppercase()),
            _ => numbers.text(LOWER, length),
        };
        query.push('&');
        query.push_str(name);
        query.push('=');
        query.push_str(&value);
    }
    query.push_str("&token=");
    query.push_str(&numbers.text(LOWER, 24));
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_and_the_rivals_read_the_same_pairs() {
        let corpus = Corpus::default();
        for index in 0..corpus.len() {
            let query = corpus.query(index);
            let ours = postback(query);
            let ours: Vec<_> = ours.pairs().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            assert_eq!(ours.len(), 13);
            assert_eq!(ours, serde_urlencoded(query));
            let borrowed: Vec<_> = form_urlencoded(query);
            let borrowed: Vec<_> = borrowed
                .into_iter()
                .map(|(n, v)| (n.into_owned(), v.into_owned()))
                .collect();
            assert_eq!(ours, borrowed);
        }
    }

    #[test]
    fn they_are_as_long_as_real_ones_and_no_two_are_alike() {
        let corpus = Corpus::default();
        let bytes: usize = corpus.queries.iter().map(String::len).sum();
        let mean = bytes / corpus.len();
        assert!((215..=235).contains(&mean), "{mean}");
        let different: std::collections::BTreeSet<_> = corpus.queries.iter().collect();
        assert_eq!(different.len(), corpus.len());
    }
}
