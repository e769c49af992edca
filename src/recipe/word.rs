//! The words of recipes.

use crate::config::part::Word;
use crate::config::word::choices;
use crate::config::{Refusal, Shape};
use crate::model::{ParameterRole, UserDatum};
use alloc::string::{String, ToString};
use core::fmt;

/// What a member is filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberSource {
    /// The platform's name of the event.
    EventName,
    /// The account's own name of the event, where it is none of the platform's names.
    CustomName,
    /// The id by which an event of the browser and one of the server are the same.
    EventId,
    /// The order.
    OrderId,
    /// The time of the conversion.
    Time,
    /// The value.
    Value,
    /// The currency of the value.
    Currency,
    /// Where the conversion happened.
    ActionSource,
    /// The page of the conversion: `event_source_url` of the account.
    Page,
    /// `test_event_code` of the account.
    TestCode,
    /// `partner` of the account.
    Partner,
    /// `opt_out` of the account.
    OptOut,
    /// `limited_data_use` of the account.
    LimitedDataUse,
    /// Something that is known of the person. It is personal.
    Person(UserDatum),
    /// The value of a parameter with this role: a click id, or a word about what was bought.
    Role(ParameterRole),
}

/// The words that are no role.
const OWN: [(&str, MemberSource); 13] = [
    ("event_name", MemberSource::EventName),
    ("custom_name", MemberSource::CustomName),
    ("event_id", MemberSource::EventId),
    ("order_id", MemberSource::OrderId),
    ("time", MemberSource::Time),
    ("value", MemberSource::Value),
    ("currency", MemberSource::Currency),
    ("action_source", MemberSource::ActionSource),
    ("page", MemberSource::Page),
    ("test_code", MemberSource::TestCode),
    ("partner", MemberSource::Partner),
    ("opt_out", MemberSource::OptOut),
    ("limited_data_use", MemberSource::LimitedDataUse),
];

/// The roles that are not of a person.
const ROLES: [ParameterRole; 22] = [
    ParameterRole::ContentName,
    ParameterRole::ContentIds,
    ParameterRole::ContentType,
    ParameterRole::ContentCategory,
    ParameterRole::NumItems,
    ParameterRole::Fbclid,
    ParameterRole::Fbc,
    ParameterRole::Fbp,
    ParameterRole::Gclid,
    ParameterRole::Gbraid,
    ParameterRole::Wbraid,
    ParameterRole::Ttclid,
    ParameterRole::Ttp,
    ParameterRole::Msclkid,
    ParameterRole::Sccid,
    ParameterRole::Scid,
    ParameterRole::Epik,
    ParameterRole::RdtCid,
    ParameterRole::RdtUuid,
    ParameterRole::LiFatId,
    ParameterRole::Tblci,
    ParameterRole::Dicbo,
];

impl MemberSource {
    /// Every word that a member may be filled with.
    pub(crate) fn words() -> impl Iterator<Item = &'static str> {
        let own = OWN.iter().map(|(word, _)| *word);
        let person = UserDatum::ALL.iter().map(|datum| datum.as_str());
        own.chain(person).chain(ROLES.iter().map(ParameterRole::as_str))
    }

    /// Whether its value is personal.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::Person(_))
    }

    /// The forms in which it may be written, the usual one first.
    pub(crate) fn forms(&self) -> &'static [WrittenAs] {
        use WrittenAs::{Flag, Hash, Milliseconds, Number, Plain, Rfc3339, Seconds, Text};
        match self {
            Self::Time => &[Seconds, Milliseconds, Rfc3339],
            Self::Value | Self::Role(ParameterRole::NumItems) => &[Number, Text],
            Self::OptOut | Self::LimitedDataUse => &[Flag],
            Self::Person(UserDatum::Ip | UserDatum::UserAgent) => &[Plain, Hash],
            Self::Person(_) => &[Hash, Plain],
            _ => &[Text],
        }
    }
}

impl fmt::Display for MemberSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(datum) => f.write_str(datum.as_str()),
            Self::Role(role) => f.write_str(role.as_str()),
            own => {
                let known = OWN.iter().find(|(_, source)| source == own);
                f.write_str(known.map_or("", |(word, _)| word))
            }
        }
    }
}

impl Word for MemberSource {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let own = OWN.iter().find(|(word, _)| *word == text);
        let own = own.map(|(_, source)| source.clone());
        let person = || UserDatum::from_word(text).map(Self::Person);
        let role = || ROLES.iter().find(|role| role.as_str() == text).cloned().map(Self::Role);
        let unknown = || Refusal::word(text, "something that a member is filled with", Self::words());
        own.or_else(person).or_else(role).ok_or_else(unknown)
    }

    fn unread() -> Self {
        Self::EventName
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn shape() -> Shape {
        Shape::Choice(Self::words().map(String::from).collect())
    }
}

/// The form in which a member is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WrittenAs {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`; it vanishes else.
    Flag,
    /// A number of Unix seconds.
    Seconds,
    /// A number of Unix milliseconds.
    Milliseconds,
    /// A text such as `2026-03-08T10:00:00Z`.
    Rfc3339,
    /// The SHA-256 of the normalised value, in lower-case hex digits.
    Hash,
    /// A person's value in plain text: the normalised one, or an address or a user agent as it
    /// came.
    Plain,
}

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerClass {
    /// It will pass: the event is sent again, by its retry policy.
    Retry,
    /// There were too many requests: the event is sent again, not before a few minutes have passed.
    SlowDown,
    /// Token, permission or settings are wrong: the lane is held until a person has mended them.
    Hold,
    /// Something is wrong with an event, for good. Where the answer does not say with which, the
    /// request is halved until the bad event stands alone.
    Dead,
    /// The platform has it already.
    AlreadyThere,
}

choices! {
    WrittenAs "a form" {
        "text" = Text, "number" = Number, "flag" = Flag, "seconds" = Seconds, "milliseconds" = Milliseconds,
        "rfc3339" = Rfc3339, "hash" = Hash, "plain" = Plain
    }
    AnswerClass "what follows from an answer" {
        "retry" = Retry, "slow_down" = SlowDown, "hold" = Hold, "dead" = Dead, "already_there" = AlreadyThere
    }
}
