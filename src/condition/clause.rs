//! A condition on one fact: `field op value`.

use super::fact::NamedFacts;
use super::seen::Seen;
use super::test::{Test, Wanted};
use super::unmet::Unmet;
use alloc::string::String;

/// One condition: the name of a fact, an operation, and the wanted value. It is read from its text
/// and prints as that text, also in JSON.
///
/// | operation | holds when the fact |
/// |---|---|
/// | `equals a` | is this text, or exactly this number; `equals ""`: is missing or empty |
/// | `in a, b`, `not in a, b` | is one, or none, of these; missing fails both, but `in ""` |
/// | `contains a, b`, `begins with a, b` | does so with one of these |
/// | `at least 10`, `at most 10`, `between 10 and 20` | is such a number; both ends are in |
/// | `matches 10.0.0.0/8, ::1` | is an address in one of these ranges |
/// | `within 1d 12h` | is a time no longer ago than this |
/// | `share 30%` | is one of this share, by a draw that never changes for a text |
/// | `is there` | is neither missing nor a macro that nobody filled |
///
/// A number with a currency after it (`at least 10 USD`) asks for an amount in that currency.
///
/// A text must be in quotes if it is empty, has a comma or a quote, has a space at an end, or ends
/// with `ignoring case`. So must a name with a space: `"the name" equals "a, b"`. A quote or a
/// backslash within quotes has a backslash before it. `ignoring case` after a text compares
/// lower-case letters.
///
/// ```
/// use postback::condition::Clause;
/// let clause: Clause = "payout at least 10.00".parse()?;
/// assert_eq!(clause.to_string(), "payout at least 10");
/// let error = "payout at lest 10".parse::<Clause>().unwrap_err();
/// assert!(error.to_string().starts_with("`payout at lest 10` is not a condition: no operation follows `payout`"));
/// # Ok::<(), postback::condition::ClauseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause<N = String> {
    pub(crate) name: N,
    pub(crate) test: Test,
}

impl<N> Clause<N> {
    /// The name of the fact.
    pub(crate) fn name(&self) -> &N {
        &self.name
    }

    /// Why the clause does not hold; none when it holds.
    pub(crate) fn unmet<'a>(&'a self, facts: &'a impl NamedFacts<Name = N>) -> Option<Unmet<'a>>
    where
        N: AsRef<str>,
    {
        let mut seen = self.test.check(facts.fact(&self.name)).err()?;
        let is_unknown = matches!(seen, Seen::NoRate | Seen::NoAmount);
        if !is_unknown && self.test != Test::IsThere && facts.is_personal(&self.name) {
            seen = Seen::Personal;
        }
        if seen == Seen::Missing {
            seen = facts.left_out(&self.name).map_or(seen, Seen::LeftOut);
        }
        Some(Unmet::Clause {
            name: self.name.as_ref(),
            seen,
            wanted: Wanted(&self.test),
        })
    }
}
