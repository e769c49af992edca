//! Currency codes and their minor units.

use super::text_serde::text_serde;
use crate::text::shown;
use alloc::string::String;
use core::{fmt, str::FromStr};
use thiserror::Error;

/// A currency code: three ASCII letters in upper case. Any three letters are accepted, since
/// networks invent codes; ISO 4217 only decides how many digits follow the point.
///
/// ```
/// use postback::value::Currency;
/// let currency: Currency = "eur".parse()?;
/// assert_eq!((currency.as_str(), currency.digits()), ("EUR", 2));
/// # Ok::<(), postback::value::CurrencyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// The error for a text that is not a currency code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a currency code of three letters")]
pub struct CurrencyError {
    text: String,
}

impl Currency {
    /// The United States dollar, the currency of a ClickBank account.
    pub const USD: Self = Self(*b"USD");

    /// The code, in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Three ASCII letters by construction.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The number of digits after the point in amounts of this currency: the minor units of ISO
    /// 4217 (list one, 2024), and 2 for a code that is not in the list.
    #[must_use]
    pub const fn digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    /// Reads exactly three ASCII letters of either case.
    ///
    /// # Errors
    /// - any other length, any other character, spaces around it included
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_alphabetic) => Ok(Self(code.map(|b| b.to_ascii_uppercase()))),
            _ => Err(CurrencyError { text: shown(text) }),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({self})")
    }
}

text_serde!(
    Currency,
    "a currency code as text, such as \"USD\"",
    str::parse::<Currency>
);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn three_letters_of_any_case_are_a_currency() {
        let parsed: Currency = "uSd".parse().unwrap();
        assert_eq!(parsed, Currency::USD);
        assert_eq!(parsed.to_string(), "USD");
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for text in ["", "US", "USDT", "U5D", " USD", "€€€", "€"] {
            let error = text.parse::<Currency>().unwrap_err().to_string();
            assert_eq!(
                error,
                alloc::format!("`{text}` is not a currency code of three letters")
            );
        }
    }

    #[test]
    fn minor_units_follow_iso_4217() {
        for (code, digits) in [
            ("JPY", 0),
            ("KRW", 0),
            ("KWD", 3),
            ("TND", 3),
            ("CLF", 4),
            ("USD", 2),
            // ISO 4217's own code for "no currency" has no digits there, so it gets the usual two.
            ("XXX", 2),
        ] {
            assert_eq!(code.parse::<Currency>().unwrap().digits(), digits, "{code}");
        }
    }

    #[test]
    fn a_currency_is_a_string_in_json() {
        assert_eq!(serde_json::to_string(&Currency::USD).unwrap(), "\"USD\"");
        assert_eq!(serde_json::from_str::<Currency>("\"usd\"").unwrap(), Currency::USD);
        assert!(serde_json::from_str::<Currency>("840").is_err());
    }
}
