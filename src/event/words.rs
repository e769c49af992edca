//! The words of an event: what it may be, through which door it came, how sure it is.

use crate::value::{open_enum, text_serde};
use core::convert::Infallible;
use serde::{Deserialize, Serialize};

/// What a text that came as a click id nearly is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClickHint {
    /// It begins with a click id of ours.
    BeginsWithOurs,
    /// It has the form of ours but for one character.
    OneShort,
    /// A macro that nobody filled.
    Placeholder,
}

impl ClickHint {
    /// The code, as it is stored and answered.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeginsWithOurs => "begins_with_ours",
            Self::OneShort => "one_short",
            Self::Placeholder => "placeholder",
        }
    }

    /// What it means, for a person.
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
    /// What happened, in words that no network owns.
    pub enum Kind {
        /// A first purchase.
        Sale = "sale",
        /// A purchase in the flow of another one.
        Upsell = "upsell",
        /// A later payment of a subscription.
        Rebill = "rebill",
        /// Money given back.
        Refund = "refund",
        /// Money taken back by the card's bank.
        Chargeback = "chargeback",
        /// An electronic cheque that bounced.
        EcheckReturn = "echeck_return",
        /// A subscription was cancelled.
        Cancel = "cancel",
        /// A cancellation was withdrawn.
        Uncancel = "uncancel",
        /// A subscription changed its product.
        Change = "change",
        /// A cart was left.
        Abandoned = "abandoned",
        /// An order form was seen.
        Impression = "impression",
        /// Payment data were entered.
        PaymentInfo = "payment_info",
        /// A test of the connection.
        Test = "test",
    }
}

text_serde!(Kind, "the word of a kind", |text| Ok::<_, Infallible>(Kind::from(text)));

impl Kind {
    /// Whether its amount adds money.
    #[must_use]
    pub fn adds(&self) -> bool {
        matches!(self, Self::Sale | Self::Upsell | Self::Rebill)
    }

    /// Whether its amount takes money away.
    #[must_use]
    pub fn subtracts(&self) -> bool {
        matches!(self, Self::Refund | Self::Chargeback | Self::EcheckReturn)
    }

    /// Whether it follows an earlier sale, so that a click's expiration does not bind it.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.subtracts()
            || matches!(
                self,
                Self::Upsell | Self::Rebill | Self::Cancel | Self::Uncancel | Self::Change
            )
    }
}

/// Through which door an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Interface {
    /// A ClickBank Instant Notification.
    Ins,
    /// A postback: a query, from a server or a pixel.
    #[serde(rename = "s2s")]
    Postback,
}

impl Interface {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Ins, Self::Postback];

    /// The interface of a word.
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

/// What makes a message its network's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Assurance {
    /// A check of 32 bits over it was right: ClickBank's notifications of versions 1 to 5
    /// (`cverify`) and the thank-you page (`cbpop`). Four thousand million guesses find one, so
    /// whoever takes such messages counts what fails
    /// ([`FailureBudget`](crate::tracker::FailureBudget)).
    Verified32,
    /// It was encrypted with a secret that the network shares, and what came out was well-formed:
    /// ClickBank's notifications of version 6 and later. Nothing else authenticates it.
    Decrypted,
}

impl Assurance {
    /// In words, for a person.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified32 => "verified (32 bits, legacy)",
            Self::Decrypted => "decrypted",
        }
    }
}
