//! Finds the parameters of a link in which a click id comes back.

use super::Link;
use super::back::{GivenBack, meant};
use super::doubt::holds_click_id;
use super::parameter::{is_unique, longest};
use alloc::{vec, vec::Vec};

impl Link {
    /// The places where ClickBank gives back a parameter of this link; none where it does not.
    #[must_use]
    pub fn given_back(&self, name: &str) -> Option<GivenBack> {
        GivenBack::on(&self.form, name)
    }

    /// The parameters in which a click id comes back: those that hold a click id macro
    /// (`extclid={clickid}`), or else the tracking code, or else the first parameter that is unique
    /// to a click.
    pub fn click_ids(&self) -> impl Iterator<Item = (&str, &str)> {
        let held: Vec<(&str, &str)> = self
            .parameters()
            .filter(|(name, value)| !value.is_empty() && self.given_back(name).is_some())
            .collect();
        let first = |is: &dyn Fn(&str) -> bool| held.iter().find(|(name, _)| is(name)).map(|pair| vec![*pair]);
        let filled: Vec<(&str, &str)> = held
            .iter()
            .copied()
            .filter(|(_, value)| holds_click_id(value))
            .collect();
        let found = if filled.is_empty() {
            first(&|name| self.form.tracking_parameter() == Some(name)).or_else(|| first(&is_unique))
        } else {
            Some(filled)
        };
        found.unwrap_or_default().into_iter()
    }

    /// The known parameter that is probably meant by a name that ClickBank does not know, if one is
    /// near.
    #[must_use]
    pub fn meant(&self, name: &str) -> Option<&'static str> {
        meant(name).filter(|near| longest(name).is_none() && self.form.takes(near))
    }
}
