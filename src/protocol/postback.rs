//! What each protocol says of postbacks.

use super::Protocol;
use crate::clickbank;
use crate::event::Kind;
use crate::model::{AccountRole, Duplicates};
use crate::network::{InboundPostback, ParameterMap};
use crate::value::{Query, Receipt};

impl Protocol {
    /// The kind of events that a row of `events` is for, whichever protocol has its word.
    pub(crate) fn kind_of_row(word: &str) -> Option<Kind> {
        clickbank::kind_of(word)
    }

    /// The kind of event whose name a word is, in whatever case; none where it is a status as well
    /// (`cancel`, `test`).
    pub(crate) fn event_named(word: &str) -> Option<Kind> {
        let neutral = || Kind::known(&word.to_ascii_lowercase()).filter(|kind| kind.adds() || kind.subtracts());
        clickbank::kind_of(&word.to_ascii_uppercase()).or_else(neutral)
    }

    /// What another event of a click does where nothing is said. ClickBank's events have receipts,
    /// and what changes an order is an event of its own; other networks send the order again with
    /// another status.
    pub(crate) fn usual_duplicates(&self) -> Duplicates {
        match self {
            Self::Generic => Duplicates::Update,
            Self::ClickBank(_) => Duplicates::Create,
        }
    }

    /// The usual names of its postbacks.
    pub(crate) fn parameter_map(&self) -> ParameterMap {
        match self {
            Self::Generic => ParameterMap::generic(),
            Self::ClickBank(settings) => {
                clickbank::s2s::parameter_map(settings.account_role.unwrap_or(AccountRole::Affiliate))
            }
        }
    }

    /// The kind of event that a postback's word says by itself.
    pub(crate) fn kind_of(&self, word: &str) -> Option<Kind> {
        match self {
            Self::Generic => None,
            Self::ClickBank(_) => clickbank::s2s::event_kind(word),
        }
    }

    /// The word that its notifications have for what a postback calls otherwise.
    pub(crate) fn notified_word(&self, kind: &Kind) -> Option<&'static str> {
        match self {
            Self::Generic => None,
            Self::ClickBank(_) => clickbank::s2s::notified_word(kind),
        }
    }

    /// Whether the case of its postbacks' words says nothing.
    pub(crate) fn folds_words(&self) -> bool {
        matches!(self, Self::ClickBank(_))
    }

    /// Whether a postback is its network's test.
    pub(crate) fn is_test(&self, read: &InboundPostback) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(_) => clickbank::s2s::is_test(read),
        }
    }

    /// Whether it is a receipt that the network makes up for its tests.
    pub(crate) fn is_made_up(&self, receipt: &Receipt) -> bool {
        match self {
            Self::Generic => false,
            Self::ClickBank(_) => clickbank::s2s::is_made_up(receipt),
        }
    }

    /// The parameters that its pixel appends with codes, of which any may be a click id; none where
    /// a click id is no list.
    pub(crate) fn names_of_codes(&self) -> &'static [&'static str] {
        match self {
            Self::Generic => &[],
            Self::ClickBank(_) => clickbank::pixel::TRACKING_CODES,
        }
    }

    /// Those codes, and where it is a pixel those in place of the click id.
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
