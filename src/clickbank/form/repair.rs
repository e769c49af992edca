//! Finds what a log changed in a form that was copied from it. A person who checks such a copy
//! should learn that it is ClickBank's and what to undo, and not only that it does not match.

use super::posted::Form;
use super::shape::{CHECK, could_have, is_known};
use crate::clickbank::envelope::KeyRing;
use crate::value::Pii;
use alloc::{string::String, vec, vec::Vec};
use core::fmt;

/// The changes that must be undone in a copied form so that its check is right ([`Form::repairs`]).
/// It prints as in `the slashes undone and the empty values put back`, and as the empty text where
/// nothing must be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FormRepairs {
    own: bool,
    slashes: bool,
    empty: bool,
}

/// Every set of changes, beginning with the smallest.
const ALL: [FormRepairs; 8] = [
    FormRepairs::of(false, false, false),
    FormRepairs::of(false, true, false),
    FormRepairs::of(false, false, true),
    FormRepairs::of(true, false, false),
    FormRepairs::of(false, true, true),
    FormRepairs::of(true, true, false),
    FormRepairs::of(true, false, true),
    FormRepairs::of(true, true, true),
];

impl FormRepairs {
    const fn of(own: bool, slashes: bool, empty: bool) -> Self {
        Self { own, slashes, empty }
    }

    /// Whether the form matches as it is.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Each change in words.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        let words = [
            (self.own, "your own parameters left out"),
            (self.slashes, "the slashes undone"),
            (self.empty, "the empty values put back"),
        ];
        words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word)
    }
}

impl fmt::Display for FormRepairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().collect::<Vec<_>>().join(" and "))
    }
}

impl Form {
    /// Returns what must be undone so that the check of a form copied from a log is right. Fewer
    /// changes are tried first. None where no known change helps.
    ///
    /// Three changes are known: a backslash before quotes (WordPress adds it), empty values that
    /// were dropped, and parameters of the receiver's own. This is for a person at their own
    /// machine: [`Form::verify`] accepts no form that was changed.
    #[must_use]
    pub fn repairs(&self, key_ring: &KeyRing) -> Option<FormRepairs> {
        ALL.into_iter().find(|repairs| {
            let mut repaired = self.repaired(*repairs).into_iter();
            repaired.any(|form| form.matches_any(key_ring))
        })
    }

    /// The forms that this one may have been; none where a change has no effect.
    fn repaired(&self, repairs: FormRepairs) -> Vec<Self> {
        let mut form = self.clone();
        if repairs.own {
            form.values.retain(|name, _| is_known(name));
            if form.values.len() == self.values.len() {
                return Vec::new();
            }
        }
        if repairs.slashes {
            if !form.values.values().any(|value| value.expose().contains('\\')) {
                return Vec::new();
            }
            let values = core::mem::take(&mut form.values).into_iter();
            form.values = values
                .map(|(name, value)| (name, Pii::new(without_slashes(value.expose()))))
                .collect();
        }
        match repairs.empty {
            true => form.completed(),
            false => vec![form],
        }
    }

    /// Returns the form with every parameter that its version has; the missing ones are added as
    /// empty.
    fn completed(&self) -> Vec<Self> {
        let version = self.version();
        let with = |names: Vec<&'static str>| {
            let mut form = self.clone();
            for name in names {
                form.values.entry(name.into()).or_insert_with(|| Pii::new(""));
            }
            (form.values.len() > self.values.len()).then_some(form)
        };
        could_have(&self.values, &version)
            .into_iter()
            .filter_map(with)
            .collect()
    }

    fn matches_any(&self, key_ring: &KeyRing) -> bool {
        let version = self.version();
        let Some(presented) = self.values.get(CHECK) else {
            return false;
        };
        let mut keys = key_ring.keys.iter();
        keys.any(|key| bool::from(self.matches(&version, presented.expose(), key.secret.expose())))
    }
}

/// Does the same as PHP's `stripslashes`.
fn without_slashes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_undone_as_php_does_it() {
        for (text, plain) in [
            (r"O\'Brien", "O'Brien"),
            (r#"a\"b\\c"#, r#"a"b\c"#),
            (r"a\", "a"),
            ("a", "a"),
        ] {
            assert_eq!(without_slashes(text), plain);
        }
    }
}
