//! Why a conversion is not told to a platform.

use crate::model::Platform;
use crate::template::RenderError;
use alloc::string::String;
use thiserror::Error;

/// Why the event of a conversion is not written for a platform. Each text begins with a word that
/// never changes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsent {
    /// The account names no event for the conversion's type.
    #[error("no_event: `events` of conversion API `{api}` has no row for this type")]
    NoEvent {
        /// The account.
        api: String,
    },
    /// The conversion counts as money and came without an amount.
    #[error("no_amount: the conversion came without an amount, so its value is not known")]
    NoAmount,
    /// There is no rate into the currency in which the value is told.
    #[error("no_rate: there is no rate into the currency in which the value is told")]
    NoRate,
    /// The platform takes no purchase without a value.
    #[error("missing_value: {platform} takes no `Purchase` without a value")]
    MissingValue {
        /// The platform.
        platform: Platform,
    },
    /// The platform needs the visitor's user agent, and the click has none.
    #[error(
        "no_user_agent: an event of a website needs the visitor's user agent, and the click has none (or `user_data` leaves it out)"
    )]
    NoUserAgent,
    /// Nothing names the person or the click well enough.
    #[error(
        "too_little_user_data: {platform} could match nobody by what is known of the visitor; give the channel's click id or a parameter such \
         as the e-mail address a role"
    )]
    TooLittle {
        /// The platform.
        platform: Platform,
    },
    /// The platform takes no event of that age.
    #[error("too_old: {platform} takes no event that is over {days} days old")]
    TooOld {
        /// The platform.
        platform: Platform,
        /// The age that it takes.
        days: u32,
    },
    /// Too many conversions of one click were told to the goal already, and the platform tells them
    /// apart by their seconds alone.
    #[error("no_free_second: {platform} was told of a thousand conversions of this click and goal already")]
    NoFreeSecond {
        /// The platform.
        platform: Platform,
    },
    /// The template of the event id reads a value that the conversion does not have. Two sales
    /// without it would have one id.
    #[error("no_event_id: `event_id` of the account reads `{{{field}}}`, which this conversion does not have")]
    NoEventId {
        /// The macro's name.
        field: String,
    },
    /// The template of the event id renders nothing, or a longer text than an id is.
    #[error("event_id_length: `event_id` of the account renders nothing, or over 256 characters")]
    EventIdLength,
    /// Limited Data Use is to hold, and it needs the visitor's address.
    #[error(
        "ldu_without_address: under Limited Data Use {platform} needs the visitor's address, which is not known (or `user_data` leaves it out)"
    )]
    LimitedDataUse {
        /// The platform.
        platform: Platform,
    },
    /// The template of the event id cannot be rendered.
    #[error("event_id: {0}")]
    EventId(RenderError),
}

impl Unsent {
    /// Whether it would be told if an amount were known.
    pub(crate) fn lacks_amount(&self) -> bool {
        matches!(self, Self::NoAmount)
    }
}
