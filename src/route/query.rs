//! The lenient reader of a click's query. The visitor was paid for, so that nothing in a link turns
//! the visitor away; what cannot be read is noted on the click.

use crate::model::NoteProblem;
use crate::text::{decoded_so_far, prefix, written};
use alloc::borrow::{Cow, ToOwned};
use core::str;

/// Returns the parameters of a query in the order in which they came, with undecoded values. A name
/// that cannot be read is left out, since no parameter has that name.
pub(super) fn parameters(query: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, &[u8])> {
    written(query).filter_map(|(name, value)| match decoded_so_far(name) {
        (name, true) => Some((name, value.unwrap_or_default())),
        (_, false) => None,
    })
}

/// Decodes a value as far as it can be read, and says why it stops before the end if it does. Line
/// ends and tabs around the value are removed.
pub(super) fn text(raw: &[u8]) -> (Cow<'_, str>, Option<NoteProblem>) {
    let (bytes, is_whole) = decoded_so_far(raw);
    readable(bytes, is_whole)
}

/// Reads a value that is not encoded, such as a cookie's, as [`text`] reads one that is.
pub(super) fn plain(raw: &[u8]) -> (Cow<'_, str>, Option<NoteProblem>) {
    readable(Cow::Borrowed(raw), true)
}

fn readable(bytes: Cow<'_, [u8]>, is_whole: bool) -> (Cow<'_, str>, Option<NoteProblem>) {
    let (text, is_utf8) = utf8(bytes);
    let text = trimmed(text);
    if let Some(at) = text.find(char::is_control) {
        return (before(text, at), Some(NoteProblem::Control));
    }
    let problem = match (is_utf8, is_whole) {
        (false, _) => Some(NoteProblem::NotUtf8),
        (true, false) => Some(NoteProblem::Escape),
        (true, true) => None,
    };
    (text, problem)
}

/// Cuts a text to at most `longest` bytes, between two characters. Returns also whether it was cut.
pub(super) fn cut(text: Cow<'_, str>, longest: usize) -> (Cow<'_, str>, bool) {
    let kept = prefix(&text, longest).len();
    let is_cut = kept < text.len();
    (before(text, kept), is_cut)
}

fn before(text: Cow<'_, str>, at: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..at).unwrap_or_default()),
        Cow::Owned(mut text) => {
            text.truncate(at);
            Cow::Owned(text)
        }
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    const AROUND: [char; 3] = ['\r', '\n', '\t'];
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(AROUND)),
        Cow::Owned(text) if text.starts_with(AROUND) || text.ends_with(AROUND) => {
            Cow::Owned(text.trim_matches(AROUND).to_owned())
        }
        owned => owned,
    }
}

/// Decodes the bytes as far as they are UTF-8. Returns also whether that is all of them.
fn utf8(bytes: Cow<'_, [u8]>) -> (Cow<'_, str>, bool) {
    let end = str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let is_whole = end == bytes.len();
    let text = match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(str::from_utf8(bytes.get(..end).unwrap_or_default()).unwrap_or_default()),
        Cow::Owned(mut bytes) => {
            bytes.truncate(end);
            Cow::Owned(alloc::string::String::from_utf8(bytes).unwrap_or_default())
        }
    };
    (text, is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn read(raw: &str) -> (String, Option<NoteProblem>) {
        let (text, problem) = text(raw.as_bytes());
        (text.into_owned(), problem)
    }

    #[test]
    fn a_value_is_read_as_far_as_it_is_whole() {
        for (raw, whole, problem) in [
            ("zone-7", "zone-7", None),
            ("a+b%20c", "a b c", None),
            ("%D0%BA", "\u{43a}", None),
            ("%D0%BA%D1", "\u{43a}", Some(NoteProblem::NotUtf8)),
            ("%EA%F3%EF", "", Some(NoteProblem::NotUtf8)),
            ("uns_footer%", "uns_footer", Some(NoteProblem::Escape)),
            ("50%+off", "50", Some(NoteProblem::Escape)),
            ("%D0%BA%D", "\u{43a}", Some(NoteProblem::Escape)),
            ("%EA%zz", "", Some(NoteProblem::NotUtf8)),
            ("%+1", "", Some(NoteProblem::Escape)),
            ("a%00b%zz", "a", Some(NoteProblem::Control)),
            ("%0Aa%0D%0A", "a", None),
            ("", "", None),
        ] {
            assert_eq!(read(raw), (whole.into(), problem), "{raw}");
        }
        assert_eq!(text(b"a\xff"), ("a".into(), Some(NoteProblem::NotUtf8)));
        assert_eq!(plain(b"a\xff"), ("a".into(), Some(NoteProblem::NotUtf8)));
        assert_eq!(plain(b"a+b%20c"), ("a+b%20c".into(), None));
        assert_eq!(plain(b"a\x01b"), ("a".into(), Some(NoteProblem::Control)));
    }

    #[test]
    fn a_value_is_cut_between_characters() {
        for (value, longest, part, is_cut) in [
            ("abc", 3, "abc", false),
            ("abc", 2, "ab", true),
            ("a\u{e9}", 3, "a\u{e9}", false),
            ("a\u{e9}", 2, "a", true),
            ("\u{e9}", 1, "", true),
        ] {
            assert_eq!(cut(value.into(), longest), (part.into(), is_cut));
            assert_eq!(cut(Cow::Owned(value.into()), longest), (part.into(), is_cut));
        }
    }

    #[test]
    fn names_are_decoded_and_one_that_cannot_be_read_is_nobodys() {
        let read: Vec<_> = parameters(b"a=1&%62=2&c%=3&=4&d&&e=x=y").collect();
        let is: [(&[u8], &[u8]); 5] = [(b"a", b"1"), (b"b", b"2"), (b"", b"4"), (b"d", b""), (b"e", b"x=y")];
        assert_eq!(
            read.iter().map(|(name, value)| (&**name, *value)).collect::<Vec<_>>(),
            is
        );
    }
}
