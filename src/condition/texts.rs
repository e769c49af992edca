//! Compares texts as they are, or by their lower-case letters.

use super::fact::Fact;
use super::number::Number;
use super::seen::Seen;
use alloc::{string::String, vec::Vec};

/// The operation of a comparison with texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextOp {
    Equals,
    In,
    NotIn,
    Contains,
    BeginsWith,
}

/// A comparison with texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) op: TextOp,
    /// The wanted texts: at least one, and for `equals` exactly one.
    pub(crate) wanted: Vec<String>,
    pub(crate) ignoring_case: bool,
    /// Whether a number is compared in its printed form: then 8.5 is not `8.50`.
    pub(crate) printed: bool,
}

impl Texts {
    /// Makes a comparison with exactly this text. A number is compared in its printed form.
    pub(crate) fn exactly(text: String) -> Self {
        Self {
            op: TextOp::Equals,
            wanted: [text].into(),
            ignoring_case: false,
            printed: true,
        }
    }

    pub(super) fn check<'a>(&self, fact: Fact<'a>) -> Result<(), Seen<'a>> {
        let as_number = fact.number().filter(|_| !self.printed);
        match fact {
            Fact::Missing if self.takes_nothing() => Ok(()),
            fact => fact.holds(|seen| {
                let equal = |wanted: &String| match as_number {
                    Some(number) => wanted.parse::<Number>().is_ok_and(|wanted| wanted.is(number)),
                    None => self.same(seen, wanted),
                };
                let mut wanted = self.wanted.iter();
                let held = match self.op {
                    TextOp::Equals | TextOp::In => wanted.any(equal),
                    TextOp::NotIn => !wanted.any(equal),
                    TextOp::Contains => wanted.any(|wanted| self.contains(seen, wanted)),
                    TextOp::BeginsWith => wanted.any(|wanted| self.begins(seen, wanted)),
                };
                if held { Ok(()) } else { Err(Seen::OTHER) }
            }),
        }
    }

    /// Whether a missing text is accepted.
    fn takes_nothing(&self) -> bool {
        matches!(self.op, TextOp::Equals | TextOp::In) && self.wanted.iter().any(String::is_empty)
    }

    fn same(&self, seen: &str, wanted: &str) -> bool {
        if self.ignoring_case {
            lower(seen).eq(lower(wanted))
        } else {
            seen == wanted
        }
    }

    fn begins(&self, seen: &str, wanted: &str) -> bool {
        if self.ignoring_case {
            let mut seen = lower(seen);
            lower(wanted).all(|wanted| seen.next() == Some(wanted))
        } else {
            seen.starts_with(wanted)
        }
    }

    fn contains(&self, seen: &str, wanted: &str) -> bool {
        if self.ignoring_case {
            let (seen, wanted): (String, String) = (lower(seen).collect(), lower(wanted).collect());
            seen.contains(&wanted)
        } else {
            seen.contains(wanted)
        }
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}
