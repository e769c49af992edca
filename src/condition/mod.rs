//! Layer 1: one language of conditions, for whatever has named facts.
//!
//! A [`Clause`] is `field op value`: `payout at least 10.00`, `country not in US, CA`, `ip matches
//! 10.0.0.0/8`. It is evaluated over [`NamedFacts`], total and without I/O: a fact that is missing,
//! or of another kind than the clause asks of, is an answer with its reason ([`Unmet`]) and no
//! error. Numbers are compared exactly, amounts of two currencies never; texts as they are, their
//! case too unless the clause ends with `ignoring case`.
//!
//! A reason is data. What it says in words stands in one file, `words.rs`.

mod clause;
mod fact;
mod number;
mod parse;
mod print;
mod range;
mod seen;
mod share;
mod test;
mod texts;
mod unmet;
mod words;

pub use clause::Clause;
pub use fact::{Fact, NamedFacts};
pub(crate) use number::Number;
pub use parse::ClauseError;
pub(crate) use range::Range;
pub use seen::Seen;
pub(crate) use test::Test;
pub(crate) use texts::Texts;
pub use unmet::Unmet;
