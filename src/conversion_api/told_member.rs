//! What a platform is told of a person and a click, member by member, as people read it.

use crate::ad_id::BadClickId;
use crate::user_data::LeftOut;
use crate::value::Pii;
use alloc::string::String;
use core::fmt;

/// A member of what a platform is told of a person and a click: where it comes from and in which
/// form it is sent, or why it is left out.
///
/// Prints without the value: ``em: SHA-256 of parameter `email`, normalised``.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToldMember {
    /// The platform's name of it: `em`, `client_ip_address`. Where the platform has no place for
    /// it, our word: `city`.
    pub name: &'static str,
    /// Where it comes from: ``parameter `email` ``, `` `fbclid` of the click``.
    pub origin: String,
    /// The value as it came, if one came.
    pub came: Option<Pii>,
    /// In which form it is sent, or why it is not.
    pub told: Result<(MemberForm, Pii), NotTold>,
}

/// The form in which a member is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberForm {
    /// The SHA-256 of the normalised value.
    Hashed,
    /// The value came as a hash, which is passed on.
    CameHashed,
    /// The normalised value in plain text.
    Normalised,
    /// As it came.
    AsItCame,
    /// Meta's `fbc`, made of the click id and the time of the click.
    Made,
}

/// Why a member is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotTold {
    /// No parameter of the offer source, or of the traffic channel, has the role.
    NoParameter,
    /// There is a parameter with the role, and no value came.
    NoValue,
    /// `user_data` of the account leaves it out.
    NotShared,
    /// The value is nothing that the platform takes.
    Unfit(LeftOut),
    /// The click id is none.
    BadClickId(BadClickId),
    /// Google takes an address with all its four parts, and one of the others is missing.
    IncompleteAddress,
    /// Google takes one click id, and there is a better one.
    OtherClickId,
}

impl NotTold {
    /// The reason as a word that never changes: `no_parameter`, `phone_without_country`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoParameter => "no_parameter",
            Self::NoValue => "no_value",
            Self::NotShared => "not_shared",
            Self::Unfit(why) => why.code(),
            Self::BadClickId(_) => BadClickId::WORD,
            Self::IncompleteAddress => "incomplete_address",
            Self::OtherClickId => "other_click_id",
        }
    }
}

impl fmt::Display for NotTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParameter => f.write_str("no parameter has this role"),
            Self::NoValue => f.write_str("no value came"),
            Self::NotShared => f.write_str("`user_data` of the account leaves it out"),
            Self::Unfit(why) => why.fmt(f),
            Self::BadClickId(why) => write!(f, "the value {why}"),
            Self::IncompleteAddress => f.write_str("an address needs first name, last name, country and postal code"),
            Self::OtherClickId => f.write_str("the platform takes one click id, and there is a better one"),
        }
    }
}

impl fmt::Display for ToldMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, origin, told, .. } = self;
        match told {
            Ok((MemberForm::Hashed, _)) => write!(f, "{name}: SHA-256 of {origin}, normalised"),
            Ok((MemberForm::CameHashed, _)) => write!(f, "{name}: {origin}, which came as a hash"),
            Ok((MemberForm::Normalised, _)) => write!(f, "{name}: {origin}, normalised, in plain text"),
            Ok((MemberForm::AsItCame, _)) => write!(f, "{name}: {origin}, as it came"),
            Ok((MemberForm::Made, _)) => write!(f, "{name}: made of {origin} and the time of the click"),
            Err(why @ NotTold::NoParameter) => {
                write!(f, "{name}: left out ({}): no parameter has {origin}", why.code())
            }
            Err(why) => write!(f, "{name}: left out ({}): {why}; from {origin}", why.code()),
        }
    }
}
