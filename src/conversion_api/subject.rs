//! What the writers of all platforms are given.

use super::moment::Moment;
use super::person::Person;
use super::told::Told;
use crate::value::Money;
use alloc::string::String;

/// A conversion whose event is written.
pub(super) struct Subject<'a> {
    pub(super) told: &'a Told<'a>,
    /// The platform's name of the event.
    pub(super) name: &'a str,
    pub(super) id: &'a str,
    /// When it happened, as the platform is told it.
    pub(super) moment: Moment,
    pub(super) value: Option<Money>,
    pub(super) person: &'a Person<'a>,
}

/// The texts between commas.
pub(super) fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Whether a text says yes, as networks and consent tools write it.
pub(super) fn says_yes(text: &str) -> Option<bool> {
    let text: String = text.trim().chars().flat_map(char::to_lowercase).collect();
    match text.as_str() {
        "1" | "true" | "yes" | "y" | "g" | "granted" | "consent_granted" => Some(true),
        "0" | "false" | "no" | "n" | "d" | "denied" | "consent_denied" => Some(false),
        _ => None,
    }
}
