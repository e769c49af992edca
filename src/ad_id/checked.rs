//! What an id of an ad platform is checked for.
//!
//! A platform refuses an id that it did not make, and some refuse the whole request with it. So an
//! id is looked at before it is sent. Nothing is guessed or mended: an id is sent as it came, or
//! not at all.

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
