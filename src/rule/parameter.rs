//! The names that `where` and `require` read.

use crate::scope::{ClickSlot, Field, Scope, Value};
use alloc::{borrow::Cow, string::String};
use core::fmt;

/// The name of a parameter that a condition reads. One look-up: a name that is a macro
/// ([`Field::from_name`]: `sub1`, `ref_id`, `external_id`, `p_sub1`, `event_id`, `country` ..) is
/// that field of the scope; every other name is the conversion's own parameter of that name, as the
/// offer source's table has it. So a macro hides a parameter of the same name.
///
/// Personal parameters of a conversion (an e-mail address) are kept apart and are not there for a
/// condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterName {
    text: String,
    field: Option<Field>,
}

impl ParameterName {
    /// The name, written without braces.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let field = Field::from_name(&text);
        Self { text, field }
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The field that it reads; none where it reads the conversion's own parameter.
    #[must_use]
    pub fn field(&self) -> Option<&Field> {
        self.field.as_ref()
    }

    /// The value. Allocates for amounts, times and currencies only: they are printed to be
    /// compared.
    pub(super) fn read<'a>(&self, scope: &Scope<'a>) -> Value<'a> {
        match &self.field {
            None => parameter(scope, &self.text),
            Some(Field::Private(name)) => scope
                .click
                .private
                .get(*name)
                .map_or(Value::Empty, |value| text(value.expose())),
            Some(field) => scope.value(field),
        }
    }

    /// Whether the value is personal, so that no reason may show it.
    pub(super) fn is_personal(&self, scope: &Scope<'_>) -> bool {
        let slot = match &self.field {
            Some(Field::Private(_)) => return true,
            Some(Field::Role(role)) => scope.roles.and_then(|roles| roles.get(role).copied()),
            Some(Field::RefId) => Some(ClickSlot::RefId),
            Some(Field::ExternalId) => Some(ClickSlot::ExternalId),
            Some(Field::Sub(number)) => Some(ClickSlot::Sub(*number)),
            _ => None,
        };
        let mut roles = scope.roles.into_iter().flatten();
        roles.any(|(role, of)| role.is_private() && Some(*of) == slot)
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

fn parameter<'a>(scope: &Scope<'a>, name: &str) -> Value<'a> {
    let found = scope
        .conversion
        .and_then(|conversion| conversion.shown.parameters.get(name));
    found.map_or(Value::Empty, |value| text(value))
}

fn text(value: &str) -> Value<'_> {
    if value.is_empty() {
        Value::Empty
    } else {
        Value::Text(Cow::Borrowed(value))
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
