//! The meanings that a query parameter of a postback can have.

use crate::model::SLOTS;
use crate::scope::ClickSlot;
use crate::text::nearest;
use alloc::{string::String, vec::Vec};
use core::fmt;
use thiserror::Error;

/// The meaning of a query parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// `clickid`: our click id, as the network gives it back.
    ClickId,
    /// `sum`: the amount of the conversion.
    Sum,
    /// `type`: the event's name.
    Type,
    /// `status`: the approval status, in the network's own word.
    Status,
    /// `currency`: the currency of `sum`.
    Currency,
    /// `event_id`: the network's id of the event.
    EventId,
    /// `order_id`: the network's order number.
    OrderId,
    /// `receipt`: the network's receipt of the sale.
    Receipt,
    /// `parent`: the receipt of the sale to which an upsell belongs.
    Parent,
    /// `time`: the time of the event, in Unix seconds or RFC 3339.
    Time,
    /// `token`: the secret that proves who sent the postback.
    Token,
    /// `format`: the format of our response.
    Format,
    /// `disable_postback`: any value but `0` and `false` means that no postback is sent for it.
    DisablePostback,
    /// `sub1`..`sub20`: a slot of the conversion.
    Sub(u8),
}

/// All meanings except the slots, with their words.
const WORDS: &[(&str, Meaning)] = &[
    ("clickid", Meaning::ClickId),
    ("sum", Meaning::Sum),
    ("type", Meaning::Type),
    ("status", Meaning::Status),
    ("currency", Meaning::Currency),
    ("event_id", Meaning::EventId),
    ("order_id", Meaning::OrderId),
    ("receipt", Meaning::Receipt),
    ("parent", Meaning::Parent),
    ("time", Meaning::Time),
    ("token", Meaning::Token),
    ("format", Meaning::Format),
    ("disable_postback", Meaning::DisablePostback),
];

impl Meaning {
    /// Returns the meaning of a word of the configuration, which is matched exactly.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        if let Some(ClickSlot::Sub(number)) = ClickSlot::from_word(word) {
            return Some(Self::Sub(number));
        }
        WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, meaning)| *meaning)
    }

    /// Does the same as [`Meaning::from_word`]. For an unknown word, the error names the known
    /// ones.
    pub(crate) fn parse(word: &str) -> Result<Self, UnknownMeaning> {
        Self::from_word(word).ok_or_else(|| {
            let known = Self::words().collect::<Vec<_>>().join(", ");
            match nearest(word, Self::words()) {
                Some(near) => UnknownMeaning::Mistyped(word.into(), known, near),
                None => UnknownMeaning::Unknown(word.into(), known),
            }
        })
    }

    /// Every word except those of the slots.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }
}

/// The error for a word that is not a meaning.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum UnknownMeaning {
    #[error("`{0}` is not a meaning of a parameter; there are {1} and sub1 to sub{SLOTS}; did you mean `{2}`?")]
    Mistyped(String, String, &'static str),
    #[error("`{0}` is not a meaning of a parameter; there are {1} and sub1 to sub{SLOTS}")]
    Unknown(String, String),
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Sub(number) = self {
            return write!(f, "sub{number}");
        }
        let word = WORDS.iter().find(|(_, meaning)| meaning == self).map(|(word, _)| *word);
        f.write_str(word.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_meaning_prints_the_word_that_it_is_read_from() {
        for word in Meaning::words().chain(["sub1", "sub20"]) {
            assert_eq!(Meaning::from_word(word).unwrap().to_string(), word);
        }
        for word in ["sub0", "sub21", "Sum", "", "cost", "ref_id"] {
            assert_eq!(Meaning::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_near_word_is_suggested_and_no_farther_one() {
        let suggested = |word: &str| match Meaning::parse(word) {
            Err(UnknownMeaning::Mistyped(_, _, near)) => Some(near),
            _ => None,
        };
        assert_eq!(suggested("click_id"), Some("clickid"));
        assert_eq!(suggested("eventid"), Some("event_id"));
        assert_eq!(suggested("curency"), Some("currency"));
        assert_eq!(suggested("payout"), None);
        assert_eq!(suggested("xy"), None);
    }
}
