//! The old versions, and how to tell which one a form has.

use crate::value::Amount;
use alloc::{borrow::ToOwned, string::String};
use core::fmt;

/// The version of a form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FormVersion {
    /// 1.0 (2008): it has one name of the customer, one amount, no currency and no role.
    V1,
    /// 2.0 and 2.1, which cannot be told apart by anything known.
    V2,
    /// 3.0. No post of it is known; a form that does not name its version is taken for 2.0.
    V3,
    /// 4.0: it names itself, and has tax, shipping and the upsell flow.
    V4,
    /// 5.0. No post of it is known.
    V5,
    /// A version that a form names and that is not known here, kept word for word.
    Other(String),
}

/// Parameters that came with 2.0. The address is not among them: one receiver has it in 1.0, for
/// products that are sent by post.
const NOT_OF_1: [&str; 6] = [
    "ccustfullname",
    "ctransrole",
    "corderamount",
    "caccountamount",
    "ccurrency",
    "ctid",
];

impl FormVersion {
    /// Reads the text of a version by its numeric value: `4.0` and `4` are the same.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let version = text.parse::<Amount>().ok();
        let is = |tenths| version.is_some() && version == Amount::from_minor_units(tenths, 1);
        match () {
            () if is(10) => Self::V1,
            () if is(20) || is(21) => Self::V2,
            () if is(30) => Self::V3,
            () if is(40) => Self::V4,
            () if is(50) => Self::V5,
            () => Self::Other(text.to_owned()),
        }
    }

    /// Whether a source that accepts these versions accepts this one. A form without a version is
    /// taken for 2.0; since nothing is known of 3.0, it may also be one.
    #[must_use]
    pub fn is_among(&self, taken: &[Self]) -> bool {
        taken.contains(self) || (*self == Self::V2 && taken.contains(&Self::V3))
    }

    /// The version that the parameters indicate: `cnoticeversion`, or else 2.0 where there is a
    /// parameter that 1.0 does not have, or else 1.0. (Known receivers look only for
    /// `ccustfullname`; but a parameter may be absent.)
    pub(super) fn of<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Self {
        match value("cnoticeversion").filter(|text| !text.is_empty()) {
            Some(named) => Self::parse(named),
            None if NOT_OF_1.iter().any(|name| value(name).is_some()) => Self::V2,
            None => Self::V1,
        }
    }
}

impl fmt::Display for FormVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "1.0",
            Self::V2 => "2.0",
            Self::V3 => "3.0",
            Self::V4 => "4.0",
            Self::V5 => "5.0",
            Self::Other(text) => text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_version_is_read_by_its_value() {
        for (text, version) in [
            ("1.0", FormVersion::V1),
            ("2", FormVersion::V2),
            ("2.1", FormVersion::V2),
            ("3.00", FormVersion::V3),
            ("4.0", FormVersion::V4),
            ("5.0", FormVersion::V5),
        ] {
            assert_eq!(FormVersion::parse(text), version, "{text}");
        }
        for text in ["", "1.1", "4.1", "6.0", "-4", "4.0 ", "40e-1"] {
            assert_eq!(FormVersion::parse(text), FormVersion::Other(text.into()), "{text}");
        }
    }

    #[test]
    fn a_version_prints_as_it_is_chosen_in_clickbank() {
        for text in ["1.0", "2.0", "3.0", "4.0", "5.0", "6.0"] {
            assert_eq!(FormVersion::parse(text).to_string(), text);
        }
    }

    #[test]
    fn a_form_without_a_version_is_told_by_what_1_has_not() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            FormVersion::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
        };
        assert_eq!(of(&[]), FormVersion::V1);
        assert_eq!(of(&[("ccustname", "A B")]), FormVersion::V1);
        for name in NOT_OF_1 {
            assert_eq!(of(&[(name, "")]), FormVersion::V2, "{name}");
        }
        assert_eq!(of(&[("ccustaddr1", "1 Way")]), FormVersion::V1);
        assert_eq!(of(&[("ccustfullname", "A B"), ("cnoticeversion", "")]), FormVersion::V2);
        assert_eq!(
            of(&[("ccustfullname", "A B"), ("cnoticeversion", "4.0")]),
            FormVersion::V4
        );
        assert_eq!(of(&[("cnoticeversion", "6.0")]), FormVersion::Other("6.0".into()));
    }

    #[test]
    fn a_form_that_does_not_name_itself_may_be_2_or_3() {
        assert!(FormVersion::V2.is_among(&[FormVersion::V2]));
        assert!(FormVersion::V2.is_among(&[FormVersion::V3]));
        assert!(!FormVersion::V3.is_among(&[FormVersion::V2]));
        assert!(!FormVersion::V2.is_among(&[FormVersion::V1, FormVersion::V4]));
        assert!(!FormVersion::V1.is_among(&[]));
    }
}
