//! Values that keep the text in which they came: times, receipts and numbers.

use crate::value::{Amount, AmountError, Receipt, Timestamp};
use alloc::{borrow::ToOwned, string::String};

/// A time with its text. Version 6 writes `2014-12-20T14:03:10-08:00`, later versions
/// `20220810T162015-0700`; both are in Pacific time with the offset of that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTime {
    text: String,
    at: Timestamp,
}

impl SourceTime {
    /// Reads a time; none when the text is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(Self {
            at: text.parse().ok()?,
            text: text.to_owned(),
        })
    }

    /// The text as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The point in time.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// A receipt as it came. A rebill has its number after the receipt of the first sale:
/// `LPJ9VE42-B002`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReceipt {
    text: String,
    stripped: Receipt,
    rebill: Option<u32>,
}

impl SourceReceipt {
    /// Reads a receipt; none when the text is empty, is over
    /// [`MAX_FOREIGN_ID`](crate::value::MAX_FOREIGN_ID) bytes or holds control characters.
    pub(in crate::clickbank) fn parse(text: &str) -> Option<Self> {
        let whole = Receipt::new(text).ok()?;
        let (stripped, rebill) = match Receipt::split_rebill(text) {
            (stripped, Some(number)) => (Receipt::new(stripped).ok()?, Some(number)),
            (_, None) => (whole, None),
        };
        Some(Self {
            text: text.to_owned(),
            stripped,
            rebill,
        })
    }

    /// The text as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The receipt without the `-Bnnn` of a rebill.
    #[must_use]
    pub fn stripped(&self) -> &Receipt {
        &self.stripped
    }

    /// The number of the rebill (`2` for `-B002`), none for anything else.
    #[must_use]
    pub fn rebill(&self) -> Option<u32> {
        self.rebill
    }

    /// Whether it is the `********` that the test of the settings sends. It identifies no order.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.text.bytes().all(|byte| byte == b'*')
    }
}

/// The text of a JSON number: `0.00`, `47` and `8.690` are kept as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a>(pub(super) &'a str);

impl<'a> Number<'a> {
    /// The text as it came.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Returns the exact amount.
    ///
    /// # Errors
    /// - a text that [`Amount`] rejects: an exponent, too many digits, or anything that is not a
    ///   number
    pub fn amount(self) -> Result<Amount, AmountError> {
        self.0.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(String, Option<u32>)> {
        SourceReceipt::parse(text).map(|receipt| (receipt.stripped().as_str().to_owned(), receipt.rebill()))
    }

    #[test]
    fn the_number_of_a_rebill_is_taken_off() {
        assert_eq!(parts("LPJ9VE42-B002"), Some(("LPJ9VE42".into(), Some(2))));
        assert_eq!(parts("LPJ9VE42-B1000"), Some(("LPJ9VE42".into(), Some(1000))));
        assert_eq!(parts("A-B001-B002"), Some(("A-B001".into(), Some(2))));
    }

    #[test]
    fn what_only_resembles_a_rebill_stays_whole() {
        for text in [
            "LPJ9VE42",
            "LPJ9VE42-B",
            "-B002",
            "LPJ9VE42-b002",
            "LPJ9VE42-B0x2",
            "A-B+1",
            "A-B99999999999",
        ] {
            assert_eq!(parts(text), Some((text.into(), None)), "{text}");
        }
    }

    #[test]
    fn a_receipt_is_short_and_printable() {
        assert_eq!(parts(""), None);
        assert_eq!(parts("a\nb"), None);
        assert!(parts(&"a".repeat(256)).is_some());
        assert_eq!(parts(&"a".repeat(257)), None);
    }

    #[test]
    fn the_receipt_of_a_settings_test_is_known() {
        assert!(SourceReceipt::parse("********").unwrap().is_placeholder());
        assert!(!SourceReceipt::parse("LPJ9VE42").unwrap().is_placeholder());
    }

    #[test]
    fn both_forms_of_time_name_the_instant_and_keep_their_text() {
        let extended = SourceTime::parse("2014-12-20T14:03:10-08:00").unwrap();
        assert_eq!(
            (extended.text(), extended.at().unix_seconds()),
            ("2014-12-20T14:03:10-08:00", 1_419_112_990)
        );
        let basic = SourceTime::parse("20220810T162015-0700").unwrap();
        assert_eq!(
            (basic.text(), basic.at().unix_seconds()),
            ("20220810T162015-0700", 1_660_173_615)
        );
        assert_eq!(SourceTime::parse("yesterday"), None);
    }
}
