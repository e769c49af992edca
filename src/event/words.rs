//! The vocabulary of an event: its kinds, its interfaces, and how sure its origin is.

use crate::value::{open_enum, text_serde};
use core::convert::Infallible;
use serde::{Deserialize, Serialize};

/// What is special about a text that came as a click id and is not a known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClickHint {
    /// It begins with one of our click ids.
    BeginsWithOurs,
    /// It has the form of our click ids, with one character missing.
    OneShort,
    /// It is a macro that was not filled.
    Placeholder,
}

impl ClickHint {
    /// The code with which it is stored and returned.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeginsWithOurs => "begins_with_ours",
            Self::OneShort => "one_short",
            Self::Placeholder => "placeholder",
        }
    }

    /// The meaning as a sentence for a person.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::BeginsWithOurs => "it begins with one of ours: something was put behind it",
            Self::OneShort => "it is like one of ours, one character short",
            Self::Placeholder => "a placeholder came in its place: the network did not fill the macro",
        }
    }
}

open_enum! {
    /// The kind of an event, in words that belong to no network.
    pub enum Kind {
        /// A first purchase.
        Sale = "sale",
        /// A purchase in the flow of another one.
        Upsell = "upsell",
        /// A later payment of a subscription.
        Rebill = "rebill",
        /// Money was given back.
        Refund = "refund",
        /// Money was taken back by the card's bank.
        Chargeback = "chargeback",
        /// An electronic cheque that bounced.
        EcheckReturn = "echeck_return",
        /// A subscription was cancelled.
        Cancel = "cancel",
        /// A cancellation was withdrawn.
        Uncancel = "uncancel",
        /// A subscription changed its product.
        Change = "change",
        /// A customer left a cart.
        Abandoned = "abandoned",
        /// A visitor saw an order form.
        Impression = "impression",
        /// A visitor entered payment data.
        PaymentInfo = "payment_info",
        /// A test of the connection.
        Test = "test",
    }
}

text_serde!(Kind, "the word of a kind", |text| Ok::<_, Infallible>(Kind::from(text)));

impl Kind {
    /// Whether the event's amount adds money.
    #[must_use]
    pub fn adds(&self) -> bool {
        matches!(self, Self::Sale | Self::Upsell | Self::Rebill)
    }

    /// Whether the event's amount takes money away.
    #[must_use]
    pub fn subtracts(&self) -> bool {
        matches!(self, Self::Refund | Self::Chargeback | Self::EcheckReturn)
    }

    /// Whether the event follows an earlier sale, so that the expiration of a click does not apply
    /// to it.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.subtracts()
            || matches!(
                self,
                Self::Upsell | Self::Rebill | Self::Cancel | Self::Uncancel | Self::Change
            )
    }
}

/// The interface through which an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Interface {
    /// A ClickBank Instant Notification (INS).
    Ins,
    /// A postback: a query from a server or from a pixel.
    #[serde(rename = "s2s")]
    Postback,
}

impl Interface {
    /// All interfaces.
    pub const ALL: &'static [Self] = &[Self::Ins, Self::Postback];

    /// The interface of a word (`ins`, `s2s`), or none for another word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|interface| interface.as_str() == word)
    }

    /// The word of the configuration: `ins` or `s2s`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ins => "ins",
            Self::Postback => "s2s",
        }
    }
}

/// The proof that a message is the network's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Assurance {
    /// A check of 32 bits was right. ClickBank's notifications of versions 1 to 5 (`cverify`) and
    /// the thank-you page (`cbpop`) have such a check. It can be found in four thousand million
    /// guesses, so code that receives such messages counts the failed ones
    /// ([`FailureBudget`](crate::tracker::FailureBudget)).
    Verified32,
    /// The message was encrypted with a secret shared with the network, and its decrypted text was
    /// well-formed: ClickBank's notifications of version 6 and later. Nothing else authenticates
    /// it.
    Decrypted,
}

impl Assurance {
    /// A text for a person.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified32 => "verified (32 bits, legacy)",
            Self::Decrypted => "decrypted",
        }
    }
}
