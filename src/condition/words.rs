//! Turns reasons into sentences. This is the only place that does so.

use super::range::Range;
use super::seen::Seen;
use super::test::{Test, Wanted};
use super::texts::{TextOp, Texts};
use super::unmet::Unmet;
use crate::text::Cut;
use crate::value::span::Span;
use core::fmt;

/// The most characters of a value that a reason shows: enough to find it, and too few to flood a
/// log.
const MAX_SHOWN: usize = 64;

impl fmt::Display for Unmet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clause { name, seen, wanted } => clause(f, name, seen, *wanted),
            Self::NoneOf { what, seen, wanted } => {
                write!(f, "{what} is `{seen}`, wanted one of {}", List(wanted))
            }
            Self::Unknown { what, seen } => write!(f, "{what} `{seen}` is not known"),
            Self::Nothing { what } => write!(f, "there is no {what}"),
            Self::Unwanted { is, that } => write!(f, "it is {is}{that}, which is not wanted"),
            Self::Negative { what, seen } => write!(f, "{what} is {seen}, wanted at least 0"),
        }
    }
}

fn clause(f: &mut fmt::Formatter<'_>, name: &str, seen: &Seen<'_>, wanted: Wanted<'_>) -> fmt::Result {
    match seen {
        Seen::Missing if *wanted.0 == Test::IsThere => write!(f, "`{name}` is missing"),
        Seen::Missing if matches!(wanted.0, Test::Number(_)) => write!(f, "{name} is missing, wanted {wanted}"),
        Seen::Missing => write!(f, "`{name}` is missing, wanted {wanted}"),
        Seen::LeftOut(note) if *wanted.0 == Test::IsThere => write!(f, "`{name}` {}", note.came()),
        Seen::LeftOut(note) => write!(f, "`{name}` {}, wanted {wanted}", note.came()),
        Seen::Unfilled => write!(f, "`{name}` is an unfilled macro"),
        Seen::NoRate => write!(f, "`{name}` has no rate into the channel's currency"),
        Seen::NoAmount => write!(
            f,
            "`{name}` is not known, since no amount came; a postback with a fixed `payout` fires without one"
        ),
        Seen::Personal => write!(f, "`{name}` is not the wanted value; it is personal and not shown"),
        Seen::Text(seen) => write!(f, "`{name}` is `{}`, wanted {wanted}", Shown(seen)),
        Seen::NotA { seen, kind } => {
            write!(f, "`{name}` is `{}`, which is no {kind}, wanted {wanted}", Shown(seen))
        }
        Seen::Number(seen) => write!(f, "{name} is {seen}, wanted {wanted}"),
        Seen::Money(seen) => write!(f, "{name} is {seen}, wanted {wanted}"),
        Seen::OtherCurrency { seen, wanted } => {
            write!(f, "{name} is {seen}, which cannot be compared with {wanted}")
        }
        Seen::Ago { since, what } => write!(f, "it came {} after {what}, wanted {wanted}", Span(*since)),
        Seen::Draw(drawn) => write!(f, "its draw is {drawn}, wanted {wanted}"),
    }
}

/// Prints the text that follows "wanted".
impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Test::Text(texts) => one(f, texts),
            Test::Number(range) => write!(f, "{range}"),
            Test::Address(ranges) => {
                f.write_str("an address in ")?;
                list(f, ranges, |f, range| write!(f, "{range}"))
            }
            Test::Within(longest) => write!(f, "within {}", Span(*longest)),
            Test::Share(share) => write!(f, "one below {share}"),
            Test::IsThere => f.write_str("some"),
        }
    }
}

fn one(f: &mut fmt::Formatter<'_>, texts: &Texts) -> fmt::Result {
    f.write_str(match texts.op {
        TextOp::Equals => "",
        TextOp::In => "one of ",
        TextOp::NotIn => "none of ",
        TextOp::Contains => "one with ",
        TextOp::BeginsWith => "one that begins with ",
    })?;
    write!(f, "{}", List(&texts.wanted))?;
    f.write_str(if texts.ignoring_case { ", in either case" } else { "" })
}

/// Prints as in `at least 10 USD`, both in a clause and in its reason.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (Some(least), Some(most)) => write!(f, "between {least} and {most}"),
            (Some(least), None) => write!(f, "at least {least}"),
            (None, Some(most)) => write!(f, "at most {most}"),
            (None, None) => f.write_str("any number"),
        }
    }
}

/// Prints items with commas between them.
pub(super) fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    mut item: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, one) in items.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", " })?;
        item(f, one)?;
    }
    Ok(())
}

/// A list of words that prints each word in backquotes.
struct List<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.0, |f, word| write!(f, "`{word}`"))
    }
}

/// A text of somebody else's: it prints at most [`MAX_SHOWN`] characters, with control characters
/// escaped so that it stays on one line.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Cut::new(self.0, MAX_SHOWN).marked().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn at_most_64_characters_of_a_value_are_shown_on_one_line() {
        for length in [MAX_SHOWN - 1, MAX_SHOWN] {
            let text = "é".repeat(length);
            assert_eq!(Shown(&text).to_string(), text);
        }
        let cut = "é".repeat(MAX_SHOWN) + "..";
        assert_eq!(Shown(&"é".repeat(MAX_SHOWN + 1)).to_string(), cut);
        assert_eq!(Shown("a\nb").to_string(), "a\\nb");
    }
}
