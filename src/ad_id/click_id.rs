//! The ids of ad platforms: what each of them can be.

use super::checked::{BadClickId, bounded, is_base64url, only};
use super::fbc::payload;
use crate::model::ParameterRole;

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
/// - a text of more than [`MAX_PLATFORM_ID`](super::MAX_PLATFORM_ID) characters
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
            payload(text)?;
            Ok(text)
        }
        ParameterRole::Msclkid => msclkid(text),
        ParameterRole::Ttclid => only(text, |byte| is_base64url(byte) || byte == b'.'),
        _ => only(text, |byte| byte.is_ascii_graphic()),
    }
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
