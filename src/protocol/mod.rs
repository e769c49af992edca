//! Layer 3: the protocols that an offer source may use. Each protocol is a variant here and a
//! module of its own in layer 2; no other code tells the protocols apart.

mod lint;
mod notification;
mod postback;

pub(crate) use crate::clickbank::envelope::{KeyRing, MAX_SECRETS};
pub use notification::Message;
pub(crate) use notification::Posted;

use crate::clickbank::{
    self,
    envelope::{KeyRingError, secret_hint},
};
use crate::config::part::{Field, Part, put};
use crate::config::shape::Key;
use crate::config::word::choices;
use crate::config::{Entries, Table};
use crate::value::{Secret, SecretReference};
use alloc::{vec, vec::Vec};

/// The protocol of an offer source: `protocol` of its row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Postbacks with the names that the source gives them.
    #[default]
    Generic,
    /// ClickBank's notifications and postbacks.
    ClickBank(clickbank::Settings),
}

/// The words for the protocols in the document.
#[derive(Debug, Clone, Copy)]
enum Word {
    Generic,
    ClickBank,
}

choices! {
    Word "a protocol" { "clickbank" = ClickBank, "generic" = Generic }
}

impl Part for Protocol {
    fn keys() -> Vec<&'static str> {
        let mut keys = vec!["protocol"];
        keys.extend(clickbank::Settings::keys());
        keys
    }

    fn shapes() -> Vec<Key> {
        let mut keys = vec![Key {
            name: "protocol",
            needed: false,
            shape: Option::<Word>::shape(),
        }];
        keys.extend(clickbank::Settings::shapes());
        keys
    }

    /// Reads the keys of every protocol and checks them, whichever protocol is chosen.
    fn fields(row: &Table<'_>) -> Self {
        let settings = clickbank::Settings::fields(row);
        match Option::read_at(row, "protocol").unwrap_or(Word::Generic) {
            Word::ClickBank => Self::ClickBank(settings),
            Word::Generic => {
                if !settings.secrets.is_empty() {
                    row.at("secrets").problem(
                        "are for notifications, and none come without a `protocol` that has them; write `protocol = \"clickbank\"`",
                    );
                }
                Self::Generic
            }
        }
    }

    fn write(&self, entries: &mut Entries) {
        match self {
            Self::Generic => {}
            Self::ClickBank(settings) => {
                put(entries, "protocol", &Word::ClickBank);
                settings.write(entries);
            }
        }
    }
}

impl Protocol {
    /// The references to the secrets for notifications, newest first.
    #[must_use]
    pub fn secrets(&self) -> &[SecretReference] {
        match self {
            Self::Generic => &[],
            Self::ClickBank(settings) => &settings.secrets,
        }
    }

    /// The keys that read the source's notifications; none for a protocol without notifications.
    pub(crate) fn key_ring(&self, secrets: Vec<Secret>) -> Option<Result<KeyRing, KeyRingError>> {
        match self {
            Self::Generic => None,
            Self::ClickBank(settings) if settings.allow_short_secret => Some(KeyRing::allow_short(secrets)),
            Self::ClickBank(_) => Some(KeyRing::new(secrets)),
        }
    }

    /// Says why a secret is probably not one for the source's notifications. The text describes its
    /// characters and never shows them.
    pub(crate) fn secret_doubt(&self, secret: &Secret) -> Option<&'static str> {
        match self {
            Self::Generic => None,
            Self::ClickBank(_) => secret_hint(secret),
        }
    }
}
