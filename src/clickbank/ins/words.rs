//! The words of ClickBank on which a decision here depends: the type of a notification and its
//! version. They are open, since ClickBank adds and renames words without notice
//! (`TEST_CANCEL-REBILL` became `CANCEL-TEST-REBILL` in 2016), and an unknown word must be stored,
//! not refused. A word on which nothing depends stays a text.

use crate::event::Kind;
use crate::value::{Amount, open_enum};
use alloc::{borrow::ToOwned, string::String};
use core::fmt;

open_enum! {
    /// The type of a notification (ClickBank's list, support article 10535147; the last ones are
    /// historical or from third parties).
    pub enum TransactionType {
        /// A purchase.
        Sale = "SALE",
        /// A rebill of a subscription or payment plan.
        Bill = "BILL",
        /// A refund. The refund of a subscription is followed by a `CANCEL-REBILL`.
        Refund = "RFND",
        /// A chargeback.
        Chargeback = "CGBK",
        /// An electronic check that came back.
        InsufficientFunds = "INSF",
        /// A subscription was cancelled.
        CancelRebill = "CANCEL-REBILL",
        /// A cancelled subscription was resumed.
        UncancelRebill = "UNCANCEL-REBILL",
        /// A subscription was changed to another product. The text is `SUBSCRIPTION-CHG
        /// <old>-><new>`: see
        /// [`Notification::subscription_change`](super::Notification::subscription_change).
        SubscriptionChange = "SUBSCRIPTION-CHG",
        /// A customer left an order form.
        AbandonedOrder = "ABANDONED_ORDER",
        /// A customer failed to authenticate.
        CustomerAuthFailure = "CUSTOMER_AUTH_FAILURE",
        /// A customer changed the e-mail address.
        CustomerEmailUpdate = "CUSTOMER_EMAIL_UPDATE",
        /// A customer was asked to renew a card.
        CustomerUpdateCard = "CUSTOMER_UPDATE_CC_NOTIFICATION",
        /// The reply to an e-mail about the purchase.
        PurchaseDetailsEmailResponse = "PURCHASE_DETAILS_EMAIL_RESPONSE",
        /// The test of the URL in ClickBank's settings.
        Test = "TEST",
        /// A purchase with a test card.
        TestSale = "TEST_SALE",
        /// A rebill of a test purchase.
        TestBill = "TEST_BILL",
        /// A refund of a test purchase.
        TestRefund = "TEST_RFND",
        /// A test subscription was cancelled.
        CancelTestRebill = "CANCEL-TEST-REBILL",
        /// A cancelled test subscription was resumed.
        UncancelTestRebill = "UNCANCEL-TEST-REBILL",
        /// The older name of `CANCEL-TEST-REBILL` (until February 2016).
        TestCancelRebill = "TEST_CANCEL-REBILL",
    }
}

impl TransactionType {
    /// Reads the text of a notification as `From<&str>` does. A `SUBSCRIPTION-CHG` is recognised by
    /// its beginning.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match Self::from(text) {
            Self::Other(other) if other.starts_with(SUBSCRIPTION_CHANGE) => Self::SubscriptionChange,
            word => word,
        }
    }

    /// Whether no money moved: the test of the settings, and every transaction of a test card.
    #[must_use]
    pub fn is_test(&self) -> bool {
        let text = self.as_str();
        text == "TEST" || text.starts_with("TEST_") || text.ends_with("-TEST-REBILL")
    }

    /// The network-neutral kind of a notification of this type. The type does not say which product
    /// was bought: a purchase in an upsell flow is a `SALE` too.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Sale => Kind::Sale,
            Self::Bill => Kind::Rebill,
            Self::Refund => Kind::Refund,
            Self::Chargeback => Kind::Chargeback,
            Self::InsufficientFunds => Kind::EcheckReturn,
            Self::CancelRebill => Kind::Cancel,
            Self::UncancelRebill => Kind::Uncancel,
            Self::SubscriptionChange => Kind::Change,
            Self::AbandonedOrder => Kind::Abandoned,
            word if word.is_test() => Kind::Test,
            word => Kind::Other(word.as_str().to_ascii_lowercase()),
        }
    }

    /// Whether ClickBank may leave out the receipt: nothing was bought yet, or the notification is
    /// about a customer.
    pub(in crate::clickbank) fn may_lack_receipt(&self) -> bool {
        matches!(self, Self::AbandonedOrder) || self.as_str().starts_with("CUSTOMER_")
    }
}

const SUBSCRIPTION_CHANGE: &str = "SUBSCRIPTION-CHG";

/// The two products of a `SUBSCRIPTION-CHG <old>-><new>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscriptionChange<'a> {
    /// The item number of the product before the change.
    pub old: &'a str,
    /// The item number of the product after the change.
    pub new: &'a str,
}

impl<'a> SubscriptionChange<'a> {
    /// Reads the two products from the text of a transaction type; none when they are not in it.
    #[must_use]
    pub(in crate::clickbank) fn parse(transaction_type: &'a str) -> Option<Self> {
        let (old, new) = transaction_type.strip_prefix(SUBSCRIPTION_CHANGE)?.split_once("->")?;
        let (old, new) = (old.trim(), new.trim());
        (!old.is_empty() && !new.is_empty()).then_some(Self { old, new })
    }
}

/// The version inside the plaintext, a JSON number. ClickBank writes `8.0`; a system that encoded
/// it again may write `8`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Version {
    /// 6.0 (2014)
    V6,
    /// 7.0: it has prices for each line, and dates in the basic format
    V7,
    /// 8.0 (2024): it has tracking parameters
    V8,
    /// A number that is not known here, kept word for word.
    Other(String),
}

impl Version {
    /// Reads the version from the numeric value of a text.
    #[must_use]
    pub fn parse(number: &str) -> Self {
        let version = number.parse::<Amount>().ok();
        let is = |major| version.is_some() && version == Amount::from_minor_units(major, 0);
        match () {
            () if is(6) => Self::V6,
            () if is(7) => Self::V7,
            () if is(8) => Self::V8,
            () => Self::Other(number.to_owned()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V6 => "6.0",
            Self::V7 => "7.0",
            Self::V8 => "8.0",
            Self::Other(text) => text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_change_is_known_by_its_beginning_and_names_both_products() {
        let text = "SUBSCRIPTION-CHG old-1->new-2";
        assert_eq!(TransactionType::parse(text), TransactionType::SubscriptionChange);
        assert_eq!(
            SubscriptionChange::parse(text),
            Some(SubscriptionChange {
                old: "old-1",
                new: "new-2"
            })
        );
        assert_eq!(
            TransactionType::parse("SUBSCRIPTION-CHG"),
            TransactionType::SubscriptionChange
        );
        for text in [
            "SUBSCRIPTION-CHG",
            "SUBSCRIPTION-CHG a",
            "SUBSCRIPTION-CHG ->b",
            "SUBSCRIPTION-CHG a-> ",
            "SALE a->b",
        ] {
            assert_eq!(SubscriptionChange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn tests_are_known_by_their_name_even_when_the_type_is_not() {
        for text in [
            "TEST",
            "TEST_SALE",
            "TEST_CGBK",
            "CANCEL-TEST-REBILL",
            "UNCANCEL-TEST-REBILL",
            "TEST_CANCEL-REBILL",
        ] {
            assert!(TransactionType::parse(text).is_test(), "{text}");
        }
        for text in [
            "SALE",
            "CANCEL-REBILL",
            "UNCANCEL-REBILL",
            "TESTIMONIAL",
            "LATEST",
            "ATEST_SALE",
            "test",
        ] {
            assert!(!TransactionType::parse(text).is_test(), "{text}");
        }
    }

    #[test]
    fn an_unknown_transaction_type_is_kept_verbatim() {
        assert_eq!(TransactionType::parse("JV_SALE").as_str(), "JV_SALE");
        assert_eq!(TransactionType::parse("sale"), TransactionType::Other("sale".into()));
    }

    #[test]
    fn a_version_is_read_by_its_value() {
        assert_eq!(
            [Version::parse("6.0"), Version::parse("7"), Version::parse("8.00")],
            [Version::V6, Version::V7, Version::V8]
        );
        for text in ["6.1", "5", "-6", "60e-1", "9.0"] {
            assert_eq!(Version::parse(text), Version::Other(text.into()), "{text}");
        }
        assert_eq!(
            alloc::format!("{} {}", Version::V6, Version::Other("9.0".into())),
            "6.0 9.0"
        );
    }
}
