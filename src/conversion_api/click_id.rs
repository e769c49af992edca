//! The ids of ad platforms: what each of them can be.
//!
//! A platform refuses an id that it did not make, and some refuse the whole request with it. So an
//! id is looked at before it is sent. Nothing is guessed or mended: an id is sent as it came, or not
//! at all.

use crate::model::ParameterRole;
use thiserror::Error;

/// The longest id of an ad platform that is sent, in characters. No platform documents a limit; 500
/// is our choice, several times the length of the longest ids seen.
pub const MAX_PLATFORM_ID: usize = 500;

/// Why a text is not an id of the ad platform, so that the platform is not told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadClickId {
    /// It is empty.
    #[error("is empty")]
    Empty,
    /// It is longer than [`MAX_PLATFORM_ID`].
    #[error("is longer than {MAX_PLATFORM_ID} characters")]
    TooLong,
    /// It has a character that no id of this kind has.
    #[error("has a character that no such id has")]
    Character,
    /// Its parts are not those of an id of this kind.
    #[error("does not have the form of such an id")]
    Form,
    /// The time of the click, which is a part of the id, is before 1970.
    #[error("belongs to a click before 1970")]
    Time,
    /// The role is not that of an ad platform's id.
    #[error("has a role that is not an ad platform's id")]
    Role,
}

impl BadClickId {
    /// The reason as a word, for traces: `bad_click_id`.
    pub const WORD: &'static str = "bad_click_id";
}

/// Checks that a text can be an ad platform's id, and returns the part of it that is sent. Case is
/// kept.
///
/// - `fbclid`, `gclid`, `gbraid` and `wbraid` have letters, digits, `_` and `-`. Meta answers an
///   error for other characters of `fbclid` (H: its developer pages). That Google's ids have these
///   alone is seen, not documented (M).
/// - `fbc` and `fbp` have the form that [`fbc`](super::fbc()) and [`fbp`](super::fbp()) read.
/// - `msclkid` has 32 hexadecimal digits, or is a UUID (H: the guide to Microsoft's conversions API
///   calls it a UUID). `_uet` in front of the digits, as its cookie `_uetmsclkid` has it, is left
///   out (M: two captured cookies).
/// - `ttclid` has letters, digits, `.`, `_` and `-`. This is a guess from published examples (L).
/// - All others may have any visible ASCII characters, since their platforms say nothing of them.
///
/// # Errors
/// - an empty text
/// - a text of more than [`MAX_PLATFORM_ID`] characters
/// - a character or a form that no id of this kind has
/// - a role that is not an ad platform's id ([`ParameterRole::is_click_id`])
pub fn click_id<'t>(role: &ParameterRole, text: &'t str) -> Result<&'t str, BadClickId> {
    if !role.is_click_id() {
        return Err(BadClickId::Role);
    }
    bounded(text)?;
    match role {
        ParameterRole::Fbclid | ParameterRole::Gclid | ParameterRole::Gbraid | ParameterRole::Wbraid => {
            only(text, is_base64url)
        }
        ParameterRole::Fbc | ParameterRole::Fbp => {
            super::fbc::payload(text)?;
            Ok(text)
        }
        ParameterRole::Msclkid => msclkid(text),
        ParameterRole::Ttclid => only(text, |byte| is_base64url(byte) || byte == b'.'),
        _ => only(text, |byte| byte.is_ascii_graphic()),
    }
}

/// A text that is neither empty nor too long.
pub(super) fn bounded(text: &str) -> Result<(), BadClickId> {
    if text.is_empty() {
        return Err(BadClickId::Empty);
    }
    // One that has as many bytes and fewer characters is refused anyway, for its characters.
    if text.len() > MAX_PLATFORM_ID {
        return Err(BadClickId::TooLong);
    }
    Ok(())
}

pub(super) fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The text, if it has no other bytes.
pub(super) fn only(text: &str, is: impl Fn(u8) -> bool) -> Result<&str, BadClickId> {
    text.bytes().all(is).then_some(text).ok_or(BadClickId::Character)
}

fn msclkid(text: &str) -> Result<&str, BadClickId> {
    /// The lengths of the parts of a UUID (RFC 9562, section 4).
    const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
    let id = text.strip_prefix("_uet").unwrap_or(text);
    only(id, |byte| byte.is_ascii_hexdigit() || byte == b'-')?;
    let is_plain = id.len() == 32 && !id.contains('-');
    let is_uuid = id.split('-').map(str::len).eq(PARTS);
    (is_plain || is_uuid).then_some(id).ok_or(BadClickId::Form)
}
