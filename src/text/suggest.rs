//! Finds the word that a mistyped word was probably meant to be.

use alloc::vec::Vec;

/// The longest word that is compared, in bytes. Words of a configuration and macros are shorter,
/// and a longer text is not a typing mistake.
const LONGEST: usize = 64;

/// The candidate nearest to `word`. At most a third of the letters may differ; case, `_`, `-` and
/// spaces do not count. Of several nearest candidates it is one that begins with `word`, or else
/// the first in order.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = folded(word)?;
    let measured = candidates.into_iter().filter_map(|candidate| {
        let known = folded(candidate)?;
        let distance = distance(&plain, &known);
        (distance.saturating_mul(3) <= plain.len().max(known.len())).then_some((
            distance,
            !candidate.starts_with(word),
            candidate,
        ))
    });
    measured.min().map(|(_, _, candidate)| candidate)
}

fn folded(text: &str) -> Option<Vec<char>> {
    let plain: Vec<char> = text
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .take(LONGEST)
        .collect();
    (!plain.is_empty() && text.len() <= LONGEST).then_some(plain)
}

/// The number of letters that must be inserted, removed, replaced or swapped with the next one
/// (optimal string alignment).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (index, a) in from.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = index.saturating_add(1);
        next.push(left);
        for (column, b) in to.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let replaced = at(&row, column).saturating_add(usize::from(a != b));
            let removed = at(&row, column.saturating_add(1)).saturating_add(1);
            left = replaced.min(removed).min(left.saturating_add(1));
            let swapped = column
                .checked_sub(1)
                .filter(|last| previous == Some(b) && to.get(*last) == Some(a));
            if let Some(last) = swapped {
                left = left.min(at(&before, last).saturating_add(1));
            }
            next.push(left);
        }
        before = core::mem::replace(&mut row, next);
        previous = Some(a);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbooks() {
        for (from, to, expected) in [
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("", "abc", 3),
            ("abc", "", 3),
            ("stauts", "status", 1),
            // Swapped letters are not changed again. Damerau's distance without that limit is 2.
            ("ca", "abc", 3),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(distance(&chars(from), &chars(to)), expected, "{from} {to}");
        }
    }

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let words = ["Purchase", "Upsell", "InitiateCheckout"];
        assert_eq!(nearest("purchase", words), Some("Purchase"));
        assert_eq!(nearest("Purhcase", words), Some("Purchase"));
        assert_eq!(nearest("initiate_checkout", words), Some("InitiateCheckout"));
        assert_eq!(nearest("Refund", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest("_", words), None);
    }

    #[test]
    fn a_word_of_more_than_64_bytes_is_no_typing_mistake() {
        for (length, found) in [(LONGEST - 1, true), (LONGEST, true), (LONGEST + 1, false)] {
            let word = "a".repeat(length);
            let known = "a".repeat(LONGEST);
            assert_eq!(nearest(&word, [known.as_str()]).is_some(), found, "{length}");
        }
    }
}
