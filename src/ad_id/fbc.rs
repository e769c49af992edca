//! Meta's `fbc` and `fbp`: the click and the browser, as Meta's cookies `_fbc` and `_fbp` hold
//! them.
//!
//! ```text
//! fb.{index}.{milliseconds}.{fbclid}[.{appendix}]
//! fb.{index}.{milliseconds}.{random}[.{appendix}]
//! ```
//!
//! The index is the number of dots in the cookie's domain, the milliseconds are the time at which
//! the value was made, and the appendix says which library of Meta's made it: 2 characters, or 8.
//! (H: developers.facebook.com, "fbp and fbc parameters"; the appendix as Meta's library
//! `capi-param-builder-nodejs` 1.3.2 writes and reads it.)
//!
//! Meta refuses a whole request for one `fbc` that is badly formed (error 100/2804001, H). What is
//! kept is sent as it came, with its appendix; what is made here has none, which is the documented
//! form.

use super::checked::{BadClickId, bounded, is_base64url, only};
use crate::value::Timestamp;
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
};
use core::fmt;

/// Meta's id of a click, as its API is told it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fbc(String);

/// Meta's id of a browser, as its API is told it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fbp(String);

impl Fbc {
    /// The value: `fb.1.1764417600123.IwAR2x`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fbc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Fbp {
    /// The value: `fb.1.1764417600123.1073741823`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fbp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What Meta is told of a click. `cookie` is the value of `_fbc` that the click came with, `fbclid`
/// is the click id in the click's URL, and `clicked_at` is the time of the click. An empty text
/// counts as none.
///
/// - The cookie is kept as it came, if its click is the one of `fbclid`, or if there is no
///   `fbclid`. A cookie that is not well formed counts as none.
/// - Else an `fbclid` is wrapped: `fb.1.{milliseconds of the click}.{fbclid}`. The index is 1, as
///   the page says for servers that set no cookie (H).
/// - An `fbclid` that is an `fbc` already is not wrapped again.
///
/// # Errors
/// An `fbclid` that is not one: nothing is sent then, the cookie neither, since it is not known
/// which click brought the visitor.
/// - one with another character than letters, digits, `-` and `_`
/// - one of more than [`MAX_PLATFORM_ID`](super::MAX_PLATFORM_ID) characters
/// - one whose click is before 1970
pub fn fbc(cookie: Option<&str>, fbclid: Option<&str>, clicked_at: Timestamp) -> Result<Option<Fbc>, BadClickId> {
    let kept = cookie.and_then(|cookie| Some((cookie, payload(cookie).ok()?)));
    let Some(fbclid) = fbclid.filter(|fbclid| !fbclid.is_empty()) else {
        return Ok(kept.map(|(cookie, _)| Fbc(cookie.to_owned())));
    };
    let wrapped = payload(fbclid).ok();
    let click = match wrapped {
        Some(click) => click,
        None => {
            bounded(fbclid)?;
            only(fbclid, is_base64url)?
        }
    };
    let value = match (kept, wrapped) {
        (Some((cookie, known)), _) if known == click => cookie.to_owned(),
        (_, Some(_)) => fbclid.to_owned(),
        (_, None) => {
            let millis = u64::try_from(clicked_at.unix_millis()).map_err(|_| BadClickId::Time)?;
            format!("fb.1.{millis}.{click}")
        }
    };
    Ok(Some(Fbc(value)))
}

/// What Meta is told of the browser: the value of its cookie `_fbp`, as it came. It is never made
/// here, since a made one would be another browser to Meta at each conversion. An empty text counts
/// as none.
///
/// # Errors
/// A cookie that is not well formed: it counts as none.
/// - one that has not four or five parts, or does not begin with `fb`
/// - one whose index or time is not a number
/// - one with another character than letters, digits, `-` and `_` in its fourth part
/// - one whose fifth part is not an appendix of Meta's
/// - one of more than [`MAX_PLATFORM_ID`](super::MAX_PLATFORM_ID) characters
pub fn fbp(cookie: Option<&str>) -> Result<Option<Fbp>, BadClickId> {
    let Some(cookie) = cookie.filter(|cookie| !cookie.is_empty()) else {
        return Ok(None);
    };
    payload(cookie)?;
    Ok(Some(Fbp(cookie.to_string())))
}

/// The fourth part of a well-formed value: the click of an `fbc`, the random number of an `fbp`.
pub(super) fn payload(value: &str) -> Result<&str, BadClickId> {
    bounded(value)?;
    let mut parts = value.split('.');
    let mut next = || parts.next().filter(|part| !part.is_empty()).ok_or(BadClickId::Form);
    let (start, index, millis, payload) = (next()?, next()?, next()?, next()?);
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_framed = start == "fb" && is_number(index) && is_number(millis);
    let is_ended = parts.next().is_none_or(is_appendix) && parts.next().is_none();
    if !is_framed || !is_ended {
        return Err(BadClickId::Form);
    }
    only(payload, is_base64url)
}

/// Whether this is an appendix as Meta's library reads it (R: `capi-param-builder-nodejs` 1.3.2).
/// The short one is the number of the library's language, 1 to 6. The long one is six bytes: 1, the
/// language, what was done to the value, and the library's version. Both are base64url.
fn is_appendix(text: &str) -> bool {
    match *text.as_bytes() {
        [_, _] => matches!(text, "AQ" | "Ag" | "Aw" | "BA" | "BQ" | "Bg"),
        // The third character holds the last six bits of the language, and two of the next byte.
        [b'A', b'Q', language, ..] if text.len() == 8 => {
            matches!(language, b'E'..=b'Z' | b'a' | b'b') && text.bytes().all(is_base64url)
        }
        _ => false,
    }
}
