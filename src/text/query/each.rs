//! Reads a query string of which some parameters cannot be read: the others can still be used.

use super::decode::{Seen, decoded};
use super::refused::{Fault, Kind, MAX_QUERY_PARAMETERS, Part, QueryError};
use super::scan::Pair;
use super::whole::{Query, mark};
use super::written::written;
use crate::text::cut::shown;
use crate::text::escape::lossy;
use alloc::borrow::Cow;

/// Bytes, or their escapes, that editors and logs leave around values.
const AROUND: [&[u8]; 6] = [b"\r", b"\n", b"\t", b"%0D", b"%0A", b"%09"];

impl<'a> Query<'a> {
    /// Reads as [`Query::parse`] does, but a parameter that cannot be read is an error only when it
    /// is asked for by [`Query::value`] or [`Query::raw`]. Most parameters of a URL mean nothing to
    /// its reader. Line ends and tabs around a value are removed.
    ///
    /// # Errors
    /// - more than [`MAX_QUERY`](super::MAX_QUERY) bytes, or more than [`MAX_QUERY_PARAMETERS`]
    ///   parameters
    pub fn parse_each(query: &'a [u8]) -> Result<Self, QueryError> {
        match Self::parse(query) {
            Err(QueryError(Kind::Parameter { .. })) => parse(query),
            parsed => parsed,
        }
    }
}

/// Reads each parameter separately.
fn parse(query: &[u8]) -> Result<Query<'_>, QueryError> {
    let mut read = Query::default();
    for (name, value) in written(query) {
        if read.pairs.len().saturating_add(read.faulty.len()) >= MAX_QUERY_PARAMETERS {
            return Err(QueryError(Kind::TooMany));
        }
        match pair(name, trimmed(value.unwrap_or_default())) {
            Ok(pair) => {
                read.marks |= mark(&pair.0);
                read.pairs.push(pair);
            }
            Err((part, fault)) => {
                let known = lossy(name);
                let name = shown(&known);
                read.marks |= mark(&known);
                read.faulty
                    .push((known, QueryError(Kind::Parameter { part, name, fault })));
            }
        }
    }
    Ok(read)
}

fn pair<'a>(name: &'a [u8], value: &'a [u8]) -> Result<Pair<'a>, (Part, Fault)> {
    let name = text(name).map_err(|fault| (Part::Name, fault))?;
    let value = text(value).map_err(|fault| (Part::Value, fault))?;
    Ok((name, value))
}

fn text(raw: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let text = core::str::from_utf8(raw).map_err(|_| Fault::NotUtf8)?;
    decoded(text, Seen::ENCODED)
}

/// The value without the line ends and tabs around it.
fn trimmed(value: &[u8]) -> &[u8] {
    let shorter = |rest| {
        AROUND
            .iter()
            .find_map(|around| without_start(rest, around).or_else(|| without_end(rest, around)))
    };
    let mut rest = value;
    while let Some(less) = shorter(rest) {
        rest = less;
    }
    rest
}

fn without_start<'a>(text: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    let (first, rest) = text.split_at_checked(start.len())?;
    first.eq_ignore_ascii_case(start).then_some(rest)
}

fn without_end<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let (rest, last) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    last.eq_ignore_ascii_case(end).then_some(rest)
}
