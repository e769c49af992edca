//! The symbols and codes that are written beside an amount: `$`, `USD`.

use crate::value::Currency;
use alloc::{string::String, vec::Vec};

/// A text that may stand before or after an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Symbol {
    text: String,
    /// The currencies that the symbol may mean; empty when it may mean any.
    means: Vec<Currency>,
}

/// Common currency signs and the currencies that they may mean. Many countries have a currency that
/// they call a dollar, a pound or a yen.
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
    /// Makes a symbol that means a currency: by the source's own words, as a code in upper or lower
    /// case, or as a known sign. None for a text whose meaning is not known.
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

    /// Makes a symbol that may mean any currency.
    pub(super) fn of_any(text: &str) -> Self {
        Self {
            text: text.into(),
            means: Vec::new(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The currency of the symbol, if it can mean only one.
    pub(crate) fn currency(&self) -> Option<Currency> {
        match self.means.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    pub(super) fn may_mean(&self, currency: Currency) -> bool {
        self.means.is_empty() || self.means.contains(&currency)
    }

    /// Returns `text` without the symbol at its start and the space behind the symbol.
    pub(super) fn stripped_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (start, rest) = text.split_at_checked(self.text.len())?;
        start.eq_ignore_ascii_case(&self.text).then(|| rest.trim_start())
    }

    /// Returns `text` without the symbol at its end and the space before the symbol.
    pub(super) fn stripped_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (rest, end) = text.split_at_checked(text.len().checked_sub(self.text.len())?)?;
        end.eq_ignore_ascii_case(&self.text).then(|| rest.trim_end())
    }
}
