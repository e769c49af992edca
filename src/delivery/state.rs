//! The state of a delivery.

use serde::{Deserialize, Serialize};

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent, or it is being sent.
    Queued,
    /// The receiver took it and gave a receipt, which is to be checked.
    Accepted,
    /// The receiver has it.
    Delivered,
    /// It was given up. It can be queued again under the same id: it is then checked if it has a
    /// receipt, else sent.
    Dead,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Accepted, Self::Delivered, Self::Dead];

    /// The word, as it stands in stored rows and in responses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of a word; none for any other text.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether there is something left to do. A store leases such a delivery when it is due, and
    /// keeps its personal values.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Accepted)
    }
}
