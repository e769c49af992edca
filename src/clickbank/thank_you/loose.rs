//! Reads the parameters of a page's URL. Parameters on which nothing depends are read as far as
//! possible: a buyer is not turned away for what the browser or a shop's own link added.

use crate::text::{MAX_QUERY_PARAMETERS, QueryFault};
use crate::value::{Query, QueryError};
use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use percent_encoding::percent_decode;

/// The replacement for a character that cannot be read.
const UNREADABLE: char = char::REPLACEMENT_CHARACTER;

/// How bytes that are not UTF-8 are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    Latin1,
}

/// A decoded parameter.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether a part of it could not be read.
    pub(super) damaged: bool,
}

/// Reads every parameter in its order. The parameters in `strict` are read as [`Query::parse`]
/// reads them.
///
/// # Errors
/// - a query whose length or number of parameters [`Query::parse`] refuses
/// - a parameter in `strict` that [`Query::parse`] refuses
pub(super) fn read(query: &[u8], charset: Charset, strict: &[&str]) -> Result<Vec<Parameter>, QueryError> {
    match Query::parse(query) {
        Ok(whole) => return Ok(whole.pairs().map(|(name, value)| sound(name, value)).collect()),
        Err(error) if matches!(error.fault(), QueryFault::TooLong | QueryFault::TooMany) => return Err(error),
        Err(_) => {}
    }
    let pieces = || query.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    if pieces().count() > MAX_QUERY_PARAMETERS {
        return Err(QueryError::too_many());
    }
    pieces().map(|piece| one(piece, charset, strict)).collect()
}

fn one(piece: &[u8], charset: Charset, strict: &[&str]) -> Result<Parameter, QueryError> {
    let error = match Query::parse(piece) {
        Ok(read) => {
            return Ok(read
                .pairs()
                .next()
                .map_or_else(|| sound("", ""), |(name, value)| sound(name, value)));
        }
        Err(error) => error,
    };
    let mut halves = piece.splitn(2, |byte| *byte == b'=');
    let mut half = || lenient(halves.next().unwrap_or_default(), charset);
    let ((name, odd_name), (value, odd_value)) = (half(), half());
    match strict.contains(&name.as_str()) {
        true => Err(error),
        false => Ok(Parameter {
            name,
            value,
            damaged: odd_name || odd_value,
        }),
    }
}

fn sound(name: &str, value: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: value.to_owned(),
        damaged: false,
    }
}

/// Returns a text as far as it can be read, and whether a part could not be read. A `%` that does
/// not begin an escape is kept.
fn lenient(text: &[u8], charset: Charset) -> (String, bool) {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let bytes: Vec<u8> = percent_decode(&spaced).collect();
    let malformed = crate::text::percent_decoded(text, b' ').is_none();
    let (read, other) = match (String::from_utf8(bytes), charset) {
        (Ok(read), _) => (read, false),
        (Err(error), Charset::Latin1) => (error.as_bytes().iter().copied().map(char::from).collect(), false),
        (Err(error), Charset::Utf8) => (String::from_utf8_lossy(error.as_bytes()).to_string(), true),
    };
    let holds_control = read.contains(char::is_control);
    let shown = read.chars().map(|c| if c.is_control() { UNREADABLE } else { c });
    (shown.collect(), malformed || other || holds_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(query: &[u8], charset: Charset) -> Vec<(String, String, bool)> {
        let read = read(query, charset, &["item"]).unwrap();
        read.into_iter().map(|one| (one.name, one.value, one.damaged)).collect()
    }

    fn pair(name: &str, value: &str, damaged: bool) -> (String, String, bool) {
        (name.to_owned(), value.to_owned(), damaged)
    }

    #[test]
    fn what_nothing_rests_on_is_read_as_far_as_it_can_be() {
        assert_eq!(
            all(b"item=7&&a=Zo%EB&b=100%&c=x%0Ay&d%FF=%41+b&e=%C3%A9", Charset::Utf8),
            [
                pair("item", "7", false),
                pair("a", "Zo\u{fffd}", true),
                pair("b", "100%", true),
                pair("c", "x\u{fffd}y", true),
                pair("d\u{fffd}", "A b", true),
                pair("e", "\u{e9}", false),
            ]
        );
        assert_eq!(
            all(b"a=Zo%EB&b=100%&c=Zo\xEB", Charset::Latin1),
            [
                pair("a", "Zo\u{eb}", false),
                pair("b", "100%", true),
                pair("c", "Zo\u{eb}", false)
            ]
        );
    }

    #[test]
    fn what_is_covered_stays_strict() {
        for query in [&b"item=%"[..], b"a=1&ite%6D=%FF", b"item=a%0A"] {
            let error = read(query, Charset::Latin1, &["item"]).err().unwrap();
            assert!(error.to_string().contains("parameter `ite"), "{error}");
        }
        let long = [b'a'; crate::text::MAX_QUERY + 1];
        assert!(read(&long, Charset::Utf8, &[]).is_err());
        assert!(read("%&".repeat(300).as_bytes(), Charset::Utf8, &[]).is_err());
    }
}
