//! Reads the query of an API request. An unknown parameter is refused, so that a mistyped filter
//! does not show everything.

use crate::answer::{Refusal, refusal};
use axum::http::StatusCode;
use postback::Query;
use postback::port::{Cursor, PageRequest};
use postback::value::{QueryError, cut};
use std::str::FromStr;

/// The largest number of rows on one page, since a page is read into memory as a whole.
pub(crate) const MAX_LIMIT: u32 = 1_000;
/// The number of rows on a page if the request sets none.
const USUAL_LIMIT: u32 = 100;

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Parameters<'q>(Query<'q>);

impl<'q> Parameters<'q> {
    /// Reads a query that may have only the `known` parameters.
    pub(crate) fn parse(query: Option<&'q str>, known: &[&str]) -> Result<Self, Refusal> {
        let query = Query::parse(query.unwrap_or_default().as_bytes()).map_err(|error| refused(&error))?;
        if let Some((name, _)) = query.pairs().find(|(name, _)| !known.contains(name)) {
            let name = cut(name, 64);
            let known = if known.is_empty() {
                "none is known here".to_owned()
            } else {
                format!("known are {}", known.join(", "))
            };
            return Err(bad(&format!("unknown parameter `{name}`; {known}")));
        }
        Ok(Self(query))
    }

    /// Returns a value; none if it is missing or empty.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        Ok(self
            .0
            .raw(name)
            .map_err(|error| refused(&error))?
            .filter(|text| !text.is_empty()))
    }

    /// Returns a value of a type that says what is wrong with a text.
    pub(crate) fn typed<T: FromStr<Err = E>, E: ToString>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let text = self.text(name)?;
        text.map(T::from_str)
            .transpose()
            .map_err(|error| bad(&format!("parameter `{name}`: {}", error.to_string())))
    }

    /// Returns the value of a parameter that must be there.
    pub(crate) fn required<T: FromStr<Err = E>, E: ToString>(&self, name: &str) -> Result<T, Refusal> {
        self.typed(name)?
            .ok_or_else(|| bad(&format!("parameter `{name}` is missing")))
    }

    /// Returns a value that must be one of these words.
    pub(crate) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.map(Some).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let text = cut(text, 64);
            bad(&format!("parameter `{name}`: `{text}` is none of {}", words.join(", ")))
        })
    }

    /// Returns whether a parameter is `true`; it is not if it is missing.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        let flag = self.word(name, &[("true", true), ("false", false)])?;
        Ok(flag.unwrap_or(false))
    }

    /// Returns the place from which to continue, which `after` names.
    pub(crate) fn after(&self) -> Result<Cursor, Refusal> {
        Ok(Cursor::from_text(self.text("after")?.unwrap_or_default()))
    }

    /// Returns the page that is asked for by `limit` and `after`.
    pub(crate) fn page(&self) -> Result<PageRequest, Refusal> {
        let limit = match self.text("limit")? {
            None => USUAL_LIMIT,
            Some(text) => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text
                    .parse()
                    .ok()
                    .filter(|number| plain && (1..=MAX_LIMIT).contains(number));
                number.ok_or_else(|| bad(&format!("parameter `limit` is no whole number from 1 to {MAX_LIMIT}")))?
            }
        };
        Ok(PageRequest {
            after: self.after()?,
            limit,
        })
    }
}

fn refused(error: &QueryError) -> Refusal {
    bad(&error.to_string())
}

fn bad(text: &str) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, text)
}
