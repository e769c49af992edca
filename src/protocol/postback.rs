//! How each protocol reads postbacks.

use super::Protocol;
use crate::clickbank;
use crate::event::Kind;
use crate::model::{AccountRole, Duplicates};
use crate::network::{InboundPostback, ParameterMap};
use crate::value::{Query, Receipt};

impl Protocol {
    /// The kind of event that a row of `events` is for, by the words of any protocol.
    pub(crate) fn kind_of_row(word: &str) -> Option<Kind> {
        clickbank::kind_of(word)
    }

    /// The kind of event that a word names, in any case; none where the word is a status as well
    /// (`cancel`, `test`).
    pub(crate) fn event_named(word: &str) -> Option<Kind> {
        let neutral = || Kind::known(&word.to_ascii_lowercase()).filter(|kind| kind.adds() || kind.subtracts());
        clickbank::kind_of(&word.to_ascii_uppercase()).or_else(neutral)
    }

    /// The default for a further event of a click. ClickBank's events have receipts, and a change
    /// of an order is an event of its own. Other networks send the order again with another status.
    pub(crate) fn usual_duplicates(&self) -> Duplicates {
        match self {
            Self::Generic => Duplicates::Update,
            Self::ClickBank(_) => Duplicates::Create,
        }
    }

    /// The default names of the protocol's postback parameters.
    pub(crate) fn parameter_map(&self) -> ParameterMap {
        match self {
            Self::Generic => ParameterMap::generic(),
            Self::ClickBank(settings) => {
                clickbank::s2s::parameter_map(settings.account_role.unwrap_or(AccountRole::Affiliate))
            }
        }
    }

    /// The kind of event that a postback's word means without configuration.
    pub(crate) fn kind_of(&self, word: &str) -> Option<Kind> {
        match self {
            Self::Generic => None,
            Self::ClickBank(_) => clickbank::s2s::event_kind(word),
        }
    }

    /// The word in notifications for a kind that postbacks name differently.
    pub(crate) fn notified_word(&self, kind: &Kind) -> Option<&'static str> {
        match self {
            Self::Generic => None,
            Self::ClickBank(_) => clickbank::s2s::notified_word(kind),
        }
    }

    /// Whether the words of the protocol's postbacks are compared without regard to case.
    pub(crate) fn folds_words(&self) -> bool {
        matches!(self, Self::ClickBank(_))
    }

    /// Whether a postback is a test of its network's.
    pub(crate) fn is_test(&self, read: &InboundPostback) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(_) => clickbank::s2s::is_test(read),
        }
    }

    /// Whether the network makes up this receipt for its tests.
    pub(crate) fn is_made_up(&self, receipt: &Receipt) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(_) => clickbank::s2s::is_made_up(receipt),
        }
    }

    /// The parameters with lists of codes that the protocol's pixel appends. Any of these codes may
    /// be a click id. Empty where a click id is never in a list.
    pub(crate) fn names_of_codes(&self) -> &'static [&'static str] {
        match self {
            Self::Generic => &[],
            Self::ClickBank(_) => clickbank::pixel::TRACKING_CODES,
        }
    }

    /// Returns those codes; for a pixel, also the codes in the parameter of the click id.
    pub(crate) fn codes<'q, 'a>(
        &self,
        query: &'q Query<'a>,
        names: &ParameterMap,
        is_pixel: bool,
    ) -> impl Iterator<Item = &'q str> + use<'q, 'a> {
        let codes = match self {
            Self::Generic => None,
            Self::ClickBank(_) => Some(clickbank::pixel::codes(query, names, is_pixel)),
        };
        codes.into_iter().flatten()
    }
}
