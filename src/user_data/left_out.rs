//! Why a value is not sent.

use thiserror::Error;

/// The reason why a value is not sent. It holds no part of the value, so it may stand in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
#[non_exhaustive]
pub enum LeftOut {
    /// The platform has no place for the field.
    #[error("the platform has no place for this field")]
    NotTaken,
    /// There is no value, or nothing is left of it.
    #[error("nothing is left of the value")]
    Empty,
    /// The value is a macro that nobody filled, or a word such as `undefined`.
    #[error("the value is a macro that was not filled")]
    UnfilledMacro,
    /// The value is a hash, but of a form that the platform does not take, such as MD5.
    #[error("the value is a hash of a form that the platform does not take")]
    HashNotTaken,
    /// The value is a hash, and the platform wants this field in plain text.
    #[error("the value is a hash, and the platform wants this field in plain text")]
    HashWherePlain,
    /// The value is no e-mail address.
    #[error("the value is not an e-mail address")]
    NotAnAddress,
    /// The value has too few or too many digits for a phone number.
    #[error("the value is not a phone number")]
    NotAPhone,
    /// The phone number carries no country, and neither the buyer's nor a default one is known.
    #[error("the phone number has no country")]
    PhoneWithoutCountry,
    /// The value has digits or numerals that have no known counterpart in ASCII.
    #[error("the value has digits of another script that cannot be mapped")]
    ForeignDigits,
    /// The value names no country of ISO 3166-1.
    #[error("the country is not known")]
    UnknownCountry,
    /// The value names no state of the United States and no province of Canada.
    #[error("the state is not known")]
    UnknownState,
    /// The value is no word for a woman or a man.
    #[error("the gender is not one that the platform knows")]
    UnknownGender,
    /// The value is no date of birth.
    #[error("the value is not a date of birth")]
    NotADate,
    /// The value does not begin with a letter.
    #[error("the value is not the name of a city")]
    NotACity,
    /// The value is too short for a postal code.
    #[error("the value is not a postal code")]
    NotAZip,
}

impl LeftOut {
    /// The reason as a word, for traces and counters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotTaken => "not_taken",
            Self::Empty => "empty",
            Self::UnfilledMacro => "unfilled_macro",
            Self::HashNotTaken => "hash_not_taken",
            Self::HashWherePlain => "hash_where_plain",
            Self::NotAnAddress => "not_an_address",
            Self::NotAPhone => "not_a_phone",
            Self::PhoneWithoutCountry => "phone_without_country",
            Self::ForeignDigits => "foreign_digits",
            Self::UnknownCountry => "unknown_country",
            Self::UnknownState => "unknown_state",
            Self::UnknownGender => "unknown_gender",
            Self::NotADate => "not_a_date",
            Self::NotACity => "not_a_city",
            Self::NotAZip => "not_a_zip",
        }
    }
}
