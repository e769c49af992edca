//! What is known of the person, in the form that a platform takes.

use super::forms::Forms;
use super::told::Told;
use crate::model::{ParameterRole, UserDatum};
use crate::user_data::{Country, Field, Home};
use crate::value::Pii;
use alloc::{collections::BTreeSet, vec::Vec};

/// The data of a person that may be told, prepared for the account's platform.
#[derive(Debug, Default)]
pub(crate) struct Person<'a> {
    /// What is told, in the order of [`UserDatum`].
    pub(crate) prepared: Vec<(UserDatum, Pii)>,
    /// The visitor's address, in plain text.
    pub(crate) ip: Option<&'a str>,
    /// The visitor's user agent, in plain text.
    pub(crate) user_agent: Option<&'a str>,
}

/// The data that are normalised, each with the role of its parameter.
pub(crate) const FIELDS: &[(UserDatum, ParameterRole, Field)] = &[
    (UserDatum::Email, ParameterRole::Email, Field::Email),
    (UserDatum::Phone, ParameterRole::Phone, Field::Phone),
    (UserDatum::FirstName, ParameterRole::FirstName, Field::FirstName),
    (UserDatum::LastName, ParameterRole::LastName, Field::LastName),
    (UserDatum::Gender, ParameterRole::Gender, Field::Gender),
    (UserDatum::DateOfBirth, ParameterRole::DateOfBirth, Field::DateOfBirth),
    (UserDatum::City, ParameterRole::City, Field::City),
    (UserDatum::State, ParameterRole::State, Field::State),
    (UserDatum::Zip, ParameterRole::Zip, Field::Zip),
    (UserDatum::Country, ParameterRole::Country, Field::Country),
    (UserDatum::ExternalId, ParameterRole::ExternalId, Field::ExternalId),
];

/// What may leave of a person, and to whom.
#[derive(Debug)]
pub(crate) struct Shares {
    /// In which form each is told.
    pub(crate) forms: Forms,
    pub(crate) data: BTreeSet<UserDatum>,
    /// The country of a phone number that names none.
    pub(crate) default_country: Option<Country>,
}

impl Shares {
    /// What is told of the person of a conversion.
    pub(crate) fn of<'a>(&self, told: &Told<'a>) -> Person<'a> {
        let home = self.home(told);
        let shares = |datum| self.data.contains(&datum);
        let mut person = Person {
            ip: told.of_click("ip").filter(|_| shares(UserDatum::Ip)),
            user_agent: told.of_click("useragent").filter(|_| shares(UserDatum::UserAgent)),
            ..Person::default()
        };
        for (datum, role, field) in FIELDS {
            let Some((_, Some(text))) = told.of_person(role).filter(|_| shares(*datum)) else {
                continue;
            };
            if let Ok(prepared) = self.forms.prepare((*datum, *field), text, &home) {
                person.prepared.push((*datum, prepared.text));
            }
        }
        person
    }

    /// Where the person is at home.
    pub(crate) fn home(&self, told: &Told<'_>) -> Home {
        let country = told.of_person(&ParameterRole::Country).and_then(|(_, value)| value);
        Home {
            country: country.and_then(Country::named),
            default_country: self.default_country,
        }
    }
}

impl Person<'_> {
    /// What is told of one thing.
    pub(crate) fn get(&self, datum: UserDatum) -> Option<&str> {
        let mut prepared = self.prepared.iter();
        let found = prepared.find(|(known, _)| *known == datum);
        found.map(|(_, text)| text.expose())
    }
}
