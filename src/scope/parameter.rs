//! The names that conditions read, and the values that a scope has for them.

use super::{ClickSlot, Field, Scope, ToldPayout, Value, optional};
use crate::condition::{Fact, NamedFacts};
use crate::model::Note;
use crate::value::{Money, Pii, Timestamp};
use alloc::string::{String, ToString};
use core::fmt;

/// The name of a parameter that a condition reads. There is one rule: a name that is a macro
/// ([`Field::from_name`]: `sub1`, `ref_id`, `external_id`, `p_sub1`, `event_id`, `country` ..) is
/// that field of the scope, and every other name is the conversion's own parameter of that name,
/// from the offer source's table. So a macro hides a parameter with the same name.
///
/// Personal parameters of a conversion (such as an e-mail address) are kept apart, and conditions
/// cannot read them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterName {
    text: String,
    field: Option<Field>,
}

impl ParameterName {
    /// Makes a name from its text, written without braces.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let field = Field::from_name(&text);
        Self { text, field }
    }

    /// The field that the name reads, or none where it reads the conversion's own parameter.
    #[must_use]
    pub fn field(&self) -> Option<&Field> {
        self.field.as_ref()
    }
}

impl AsRef<str> for ParameterName {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for ParameterName {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for ParameterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl NamedFacts for Scope<'_> {
    type Name = ParameterName;

    fn fact(&self, name: &ParameterName) -> Fact<'_> {
        let shown = self.conversion.map(|conversion| &conversion.shown);
        let value = match &name.field {
            Some(Field::Sum) => return money(self.conversion.and_then(|known| known.sum)),
            Some(Field::Payout) => return payout(self.payout),
            Some(Field::PayoutDelta) => return payout(self.payout_delta),
            Some(Field::CustPayout) => return money(self.fixed_payout),
            Some(Field::ClickTime) => return self.time(self.click.at, "the click"),
            Some(Field::Timestamp) => return self.time(self.moment(), "the conversion"),
            Some(Field::Private(name)) => optional(self.click.private.get(*name).map(Pii::expose)),
            Some(field) => self.value(field),
            None => optional(
                shown
                    .and_then(|shown| shown.parameters.get(&name.text))
                    .map(|text| &**text),
            ),
        };
        match value {
            Value::Text(text) => Fact::Text(text),
            Value::NoRate => Fact::NoRate,
            Value::NoAmount => Fact::NoAmount,
            Value::Empty | Value::Private(_) => Fact::Missing,
        }
    }

    fn is_personal(&self, name: &ParameterName) -> bool {
        if matches!(name.field, Some(Field::Private(_))) {
            return true;
        }
        let slot = self.slot_of(name);
        let mut roles = self.roles.into_iter().flatten();
        roles.any(|(role, of)| role.is_private() && Some(*of) == slot)
    }

    fn left_out(&self, name: &ParameterName) -> Option<&Note> {
        if self.click.notes.is_empty() {
            return None;
        }
        self.click.left_out(&self.slot_of(name)?.to_string())
    }
}

impl Scope<'_> {
    /// The slot of the click that a name reads, if it reads one.
    fn slot_of(&self, name: &ParameterName) -> Option<ClickSlot> {
        match name.field.as_ref()? {
            Field::Role(role) => self.roles?.get(role).copied(),
            Field::RefId => Some(ClickSlot::RefId),
            Field::ExternalId => Some(ClickSlot::ExternalId),
            Field::Sub(number) => Some(ClickSlot::Sub(*number)),
            _ => None,
        }
    }

    /// The time that is judged: that of the conversion, or of the click while it is routed.
    fn moment(&self) -> Timestamp {
        self.conversion.map_or(self.click.at, |conversion| conversion.shown.at)
    }

    fn time(&self, at: Timestamp, what: &'static str) -> Fact<'static> {
        let since = self.moment().saturating_since(at);
        Fact::Time { at, since, what }
    }
}

fn money(money: Option<Money>) -> Fact<'static> {
    money.map_or(Fact::Missing, Fact::Money)
}

fn payout(payout: Option<ToldPayout>) -> Fact<'static> {
    match payout {
        Some(ToldPayout::Known(money)) => Fact::Money(money),
        Some(ToldPayout::NoRate) => Fact::NoRate,
        Some(ToldPayout::NoAmount(_)) => Fact::NoAmount,
        None => Fact::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macros_name_is_a_field_and_any_other_a_parameter() {
        assert_eq!(ParameterName::new("sub1").field(), Some(&Field::Sub(1)));
        assert_eq!(ParameterName::new("p_sub1").field(), Some(&Field::ConversionSub(1)));
        assert_eq!(ParameterName::new("product").field(), None);
        assert_eq!(ParameterName::new("Sub1").field(), None);
    }
}
