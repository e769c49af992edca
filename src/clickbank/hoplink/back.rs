//! Where ClickBank gives back the parameters of a link.

use super::form::LinkForm;
use super::parameter::{MAX_UNIQUE_VALUE, TRACKING_PARAMETERS, is_code, longest};
use crate::clickbank::s2s::{Confidence, Macro};
use crate::text::nearest;
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use core::fmt;

/// The places of ClickBank's interfaces that give a parameter of a link back, whether anybody looks
/// there or not ([`Link::given_back`](super::Link::given_back)). It prints these places, as in ``by
/// notifications (`trackingCodes`) and by `{tid}` of a postback``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    name: String,
    /// Whether it is among the order form's codes in a notification.
    pub(crate) code: bool,
    /// Whether it is among the variables of the order form in a notification: `vendorVariables`.
    pub(crate) variable: bool,
    /// Whether it is among the affiliate's parameters, `affiliateTrackingParameters`, which only an
    /// affiliate's notification has, since version 8.0 (ClickBank's own text).
    pub(crate) parameter: bool,
    /// Whether it is a macro of postbacks.
    macro_name: bool,
}

impl GivenBack {
    pub(crate) fn of(form: &LinkForm, name: &str) -> Self {
        let known = longest(name);
        // On a pay link all parameters are the seller's own. On other links, the affiliate's
        // parameters that are unique to a click were not seen there.
        let seen = known.is_some_and(|longest| longest != MAX_UNIQUE_VALUE);
        let told = || Macro::find(name).is_some_and(|found| found.confidence >= Confidence::Fair);
        Self {
            name: name.to_owned(),
            code: is_code(name),
            variable: seen || form.is_pay_link(),
            parameter: known.is_some() && !is_code(name),
            macro_name: known.is_some() && told(),
        }
    }

    /// Returns the places for a parameter that this form of link takes, or for a variable of the
    /// seller's own on a pay link.
    pub(super) fn on(form: &LinkForm, name: &str) -> Option<Self> {
        let own = form.is_pay_link() && longest(name).is_none();
        (own || form.takes(name)).then(|| Self::of(form, name))
    }

    /// Each place in words.
    fn places(&self) -> Vec<String> {
        let name = &self.name;
        let mut places = Vec::new();
        if self.code {
            places.push("by notifications (`trackingCodes`)".into());
        } else if self.parameter {
            places.push(format!(
                "by notifications of version 8.0 to affiliates (`affiliateTrackingParameters.{}`)",
                camel_case(name)
            ));
        } else if self.variable {
            places.push(format!(
                "by notifications (`vendorVariables.{name}`, where `click_id_from` names it)"
            ));
        }
        if self.macro_name {
            places.push(format!("by `{{{name}}}` of a postback"));
        }
        places
    }
}

impl fmt::Display for GivenBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.places().join(" and "))
    }
}

/// The parameter that is probably meant by a name that ClickBank does not know. Names of other
/// systems that only look similar (`ttclid`, `utm_campaign`) give none.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    const SHORTEST: usize = 4;
    let near = nearest(name, TRACKING_PARAMETERS.iter().map(|(known, _)| *known))?;
    let plain = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
    let others = name.len() < SHORTEST || name.ends_with("clid") || name.starts_with("utm_");
    (!others || plain(name) == plain(near)).then_some(near)
}

/// The name of a link's parameter in a notification: `aff_sub1` is `affSub1` there.
pub(crate) fn camel_case(name: &str) -> String {
    let mut begins = false;
    let mut camel = String::new();
    for letter in name.chars() {
        if letter != '_' {
            camel.push(if begins { letter.to_ascii_uppercase() } else { letter });
        }
        begins = letter == '_';
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_is_known_and_those_of_others_are_not() {
        for (name, near) in [
            ("ext_clid", "extclid"),
            ("affsub1", "aff_sub1"),
            ("AFF_SUB2", "aff_sub2"),
            ("campain", "campaign"),
            ("TID", "tid"),
        ] {
            assert_eq!(meant(name), Some(near), "{name}");
        }
        for name in [
            "ttclid",
            "dclid",
            "msclkid",
            "utm_campaign",
            "vid",
            "cb_click_id",
            "clickid",
            "",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
