//! This module has one language of conditions, for whatever has named facts. Begin with [`Clause`].
//! (Layer 1.)
//!
//! A clause is `field op value`: `payout at least 10.00`, `country not in US, CA`, `ip matches
//! 10.0.0.0/8`. It is evaluated over facts that have names, total and without I/O: a fact that is
//! missing, or of another kind than the clause asks of, is an answer with its reason and no error.
//! Numbers are compared exactly, amounts of two currencies never; texts as they are, their
//! case too unless the clause ends with `ignoring case`.
//!
//! A reason is data. What it says in words stands in one file, `words.rs`.
//!
//! ```
//! use postback::condition::Clause;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let clause: Clause = "payout at least 10.00".parse()?;
//!     assert_eq!(clause.to_string(), "payout at least 10");
//!     // What is misspelt is named with the operations that there are.
//!     assert!("payout at lest 10".parse::<Clause>().is_err());
//!     Ok(())
//! }
//! ```

mod clause;
mod fact;
mod number;
mod parse;
mod print;
mod range;
mod seen;
mod share;
mod test;
#[cfg(test)]
mod tests;
mod texts;
mod unmet;
mod words;

pub use clause::Clause;
pub(crate) use fact::{Fact, NamedFacts};
pub(crate) use number::Number;
pub use parse::ClauseError;
pub(crate) use range::Range;
pub(crate) use seen::Seen;
pub(crate) use test::Test;
pub(crate) use texts::Texts;
pub(crate) use unmet::Unmet;
