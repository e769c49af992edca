//! What is told: a conversion with everything around it.

use super::unsent::Unsent;
use crate::event::Event;
use crate::model::{Conversion, ParameterRole};
use crate::network::SourceParameter;
use crate::plan::TakenSecond;
use crate::scope::{Field, Scope, ToldPayout, Value};
use crate::value::{Money, Pii, Timestamp};
use alloc::{borrow::Cow, string::String};

/// A conversion, and what is known around it when its event is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    /// The click, the conversion and the names around them.
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) conversion: &'a Conversion,
    /// The message, which has the personal parameters.
    pub(crate) message: &'a Event,
    /// The parameter table of the conversion's source.
    pub(crate) parameters: &'a [SourceParameter],
    /// The value; none where the conversion is never money.
    pub(crate) value: Option<ToldPayout>,
    /// The seconds under which the account was told of conversions of this click and goal.
    pub(crate) taken: &'a [TakenSecond],
    /// When it is decided.
    pub(crate) now: Timestamp,
}

impl<'a> Told<'a> {
    /// The time of the conversion. A network's clock may be ahead, and no platform takes an event
    /// of the future.
    pub(super) fn at(&self) -> Timestamp {
        self.conversion.shown.at.min(self.now)
    }

    /// The value of the source's parameter that has a role and is not personal.
    pub(super) fn parameter(&self, role: &ParameterRole) -> Option<&'a str> {
        let parameters = &self.conversion.shown.parameters;
        let mut rows = self.parameters.iter().filter(|row| row.role.as_ref() == Some(role));
        rows.find_map(|row| parameters.get(&row.name)).map(String::as_str)
    }

    /// The source's parameter that has a role, and its value if it is not blank. A personal one
    /// counts first.
    pub(super) fn of_person(&self, role: &ParameterRole) -> Option<(&'a str, Option<&'a str>)> {
        let rows = || self.parameters.iter().filter(|row| row.role.as_ref() == Some(role));
        let personal = rows().find_map(|row| Some((row, self.message.private.get(&row.name)?.expose())));
        let plain = &self.conversion.shown.parameters;
        let named = personal.or_else(|| rows().find_map(|row| Some((row, plain.get(&row.name)?.as_str()))));
        match named {
            Some((row, value)) => Some((&row.name, Some(value).filter(|value| !value.trim().is_empty()))),
            None => Some((&rows().next()?.name, None)),
        }
    }

    /// A personal value of the click itself: `ip`, `useragent`.
    pub(super) fn of_click(&self, name: &str) -> Option<&'a str> {
        let value = self.scope.click.private.get(name).map(Pii::expose);
        value.filter(|value| !value.is_empty())
    }

    /// The value of the channel's parameter that has a role.
    pub(super) fn click_parameter(&self, role: ParameterRole) -> Option<Cow<'a, str>> {
        match self.scope.value(&Field::Role(role)) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The order: the network's number, else the receipt.
    pub(super) fn order(&self) -> Option<Cow<'a, str>> {
        match self.scope.value(&Field::OrderId) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as money; none where the conversion is never money.
    pub(super) fn money(&self) -> Result<Option<Money>, Unsent> {
        match self.value {
            None => Ok(None),
            Some(ToldPayout::Known(money)) => Ok(Some(money)),
            Some(ToldPayout::NoRate) => Err(Unsent::NoRate),
            Some(ToldPayout::NoAmount(_)) => Err(Unsent::NoAmount),
        }
    }
}
