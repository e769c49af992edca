//! The fields of a person, and in which form a platform takes each.

use crate::model::Platform;

/// A field of a person's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The e-mail address.
    Email,
    /// The phone number.
    Phone,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The gender.
    Gender,
    /// The date of birth.
    DateOfBirth,
    /// The city.
    City,
    /// The state or province.
    State,
    /// The postal code.
    Zip,
    /// The country.
    Country,
    /// The person's id in the advertiser's system.
    ExternalId,
}

impl Field {
    /// All fields, in the order of declaration.
    pub const ALL: [Self; 11] = [
        Self::Email,
        Self::Phone,
        Self::FirstName,
        Self::LastName,
        Self::Gender,
        Self::DateOfBirth,
        Self::City,
        Self::State,
        Self::Zip,
        Self::Country,
        Self::ExternalId,
    ];

    /// The field's word, which is that of the parameter role of the same name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Gender => "gender",
            Self::DateOfBirth => "date_of_birth",
            Self::City => "city",
            Self::State => "state",
            Self::Zip => "zip",
            Self::Country => "country",
            Self::ExternalId => "external_id",
        }
    }

    /// The field of a word, which is matched exactly.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }
}

/// The form in which a value is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// As a hash, in lower-case hex digits.
    Hashed,
    /// As the normalised text itself.
    Plain,
}

/// The form in which a platform takes a field; none if it has no place for it. The
/// [module page](crate::user_data#what-a-platform-takes) has the table.
#[must_use]
pub const fn form(platform: Platform, field: Field) -> Option<Form> {
    use Field::{City, Country, DateOfBirth, Email, ExternalId, FirstName, Gender, LastName, Phone, State, Zip};
    match (platform, field) {
        (Platform::Meta, _)
        | (_, Email | Phone)
        | (Platform::Google | Platform::TikTok, FirstName | LastName)
        | (Platform::TikTok, Zip | ExternalId) => Some(Form::Hashed),
        (Platform::Google, Zip | Country)
        | (Platform::TikTok, City | State | Country)
        | (Platform::Microsoft, ExternalId) => Some(Form::Plain),
        (Platform::Google, City | State | ExternalId | Gender | DateOfBirth)
        | (Platform::TikTok, Gender | DateOfBirth)
        | (Platform::Microsoft, FirstName | LastName | Gender | DateOfBirth | City | State | Zip | Country) => None,
    }
}
