//! What is written beside an amount: `$`, `USD`.

use crate::value::Currency;
use alloc::{string::String, vec::Vec};

/// A text that may stand before or behind an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Symbol {
    text: String,
    /// The currencies that it may mean; any, if nobody asks.
    means: Vec<Currency>,
}

/// The signs of the field whose currencies are known. Many countries call theirs a dollar, a pound,
/// a yen.
const SIGNS: &[(&str, &[&str])] = &[
    (
        "$",
        &[
            "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "DOP", "BSD", "BBD",
            "BZD", "BMD", "BND", "KYD", "FJD", "GYD", "JMD", "LRD", "NAD", "SBD", "SRD", "TTD", "XCD",
        ],
    ),
    ("US$", &["USD"]),
    ("R$", &["BRL"]),
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP", "FKP", "GIP", "LBP", "SDG", "SHP", "SSP", "SYP"]),
    ("¥", &["JPY", "CNY"]),
    ("₹", &["INR"]),
    ("₽", &["RUB"]),
    ("₴", &["UAH"]),
    ("₩", &["KRW", "KPW"]),
    ("₺", &["TRY"]),
    ("₪", &["ILS"]),
    ("₫", &["VND"]),
    ("₱", &["PHP"]),
    ("฿", &["THB"]),
    ("zł", &["PLN"]),
];

impl Symbol {
    /// A symbol that means a currency: the source's words say so, it is a code, in upper or lower
    /// case, or it is a known sign. None where nobody knows what it means.
    pub(crate) fn new(text: &str, word: Option<Currency>) -> Option<Self> {
        let sign = || SIGNS.iter().find(|(sign, _)| *sign == text);
        let means: Vec<Currency> = match word.or_else(|| text.parse().ok()) {
            Some(currency) => [currency].into(),
            None => sign()?.1.iter().filter_map(|code| code.parse().ok()).collect(),
        };
        Some(Self {
            text: text.into(),
            means,
        })
    }

    /// A symbol of which nobody asks what it means.
    pub(super) fn of_any(text: &str) -> Self {
        Self {
            text: text.into(),
            means: Vec::new(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The one currency that it means, if it is one.
    pub(super) fn currency(&self) -> Option<Currency> {
        match self.means.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    pub(super) fn may_mean(&self, currency: Currency) -> bool {
        self.means.is_empty() || self.means.contains(&currency)
    }

    /// `text` without the symbol and the space behind it.
    pub(super) fn stripped_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (start, rest) = text.split_at_checked(self.text.len())?;
        start.eq_ignore_ascii_case(&self.text).then(|| rest.trim_start())
    }

    /// `text` without the symbol and the space before it.
    pub(super) fn stripped_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (rest, end) = text.split_at_checked(text.len().checked_sub(self.text.len())?)?;
        end.eq_ignore_ascii_case(&self.text).then(|| rest.trim_end())
    }
}
