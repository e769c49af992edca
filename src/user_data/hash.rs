//! Hashes: those that we make, and those that came.

use crate::text::hex;
use alloc::string::String;
use sha2::{Digest, Sha256};

/// The language tokens with which older parameter builders end a hash (H).
const LANGUAGES: [&str; 6] = ["AQ", "Ag", "Aw", "BA", "BQ", "Bg"];
/// The length of the appendix of newer ones (H).
const APPENDIX: usize = 8;

/// The SHA-256 of a text's UTF-8 bytes, as 64 hex digits in lower case.
///
/// ```
/// use postback::user_data::sha256_hex;
/// let mary = "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec";
/// assert_eq!(sha256_hex("mary"), mary);
/// ```
#[must_use]
pub fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// A value that came as a hash, its digits in lower case.
pub(super) enum Came {
    /// 64 hex digits.
    Sha256(String),
    /// 32 hex digits.
    Md5(String),
    /// A hash with the appendix of Meta's parameter builder.
    Built(String),
}

/// Whether a value is a hash. Any text of 32 or 64 hex digits is one, as in Meta's libraries (H).
pub(super) fn came(text: &str) -> Option<Came> {
    match hex_digits(text) {
        Some(64) => return Some(Came::Sha256(text.to_ascii_lowercase())),
        Some(32) => return Some(Came::Md5(text.to_ascii_lowercase())),
        _ => {}
    }
    let (hex, appendix) = text.rsplit_once('.')?;
    let is_appendix = LANGUAGES.contains(&appendix)
        || (appendix.len() == APPENDIX
            && appendix
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    if !is_appendix || !matches!(hex_digits(hex), Some(32 | 64)) {
        return None;
    }
    // The appendix is base64url, so its case stays.
    let mut built = hex.to_ascii_lowercase();
    built.push('.');
    built.push_str(appendix);
    Some(Came::Built(built))
}

fn hex_digits(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_32_or_64_hex_digits_are_a_hash() {
        let digits = "a0".repeat(33);
        for length in 0..=66 {
            let text = digits.get(..length).unwrap();
            assert_eq!(came(text).is_some(), length == 32 || length == 64, "{length}");
        }
        assert!(came(&alloc::format!("{}g", digits.get(..63).unwrap())).is_none());
    }

    #[test]
    fn an_appendix_keeps_its_case() {
        let hex = "AB".repeat(32);
        let Some(Came::Built(text)) = came(&alloc::format!("{hex}.AQQCAQMC")) else {
            panic!("not taken as built");
        };
        assert_eq!(text, alloc::format!("{}.AQQCAQMC", hex.to_ascii_lowercase()));
        assert!(came(&alloc::format!("{hex}.Bg")).is_some());
        for other in ["", "aq", "XX", "AQQCAQM", "AQQCAQMCA", "AQQC QMC"] {
            assert!(came(&alloc::format!("{hex}.{other}")).is_none(), "{other}");
        }
    }
}
