//! ClickBank's checks of 32 bits: the first eight hex digits, in upper case, of the SHA-1 of some
//! texts joined by `|`. One of the texts is the secret.

use sha1::{Digest, Sha1};
use subtle::{Choice, ConstantTimeEq};

/// A check, as it is written: eight hex digits.
pub(super) type Check = [u8; 8];

/// Makes the check of these texts. The secret is one of them, at the place that the interface
/// defines.
pub(super) fn of<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> Check {
    let mut hasher = Sha1::new();
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            hasher.update(b"|");
        }
        hasher.update(text.as_ref());
    }
    let digest = <[u8; 20]>::from(hasher.finalize());
    let mut check = [0; 8];
    for (pair, byte) in check.chunks_exact_mut(2).zip(digest) {
        for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 0x0f]) {
            *digit = match nibble {
                0..=9 => b'0'.wrapping_add(nibble),
                _ => b'A'.wrapping_add(nibble.wrapping_sub(10)),
            };
        }
    }
    check
}

/// Whether the presented check is the right one. The time does not show how much of it is right.
pub(super) fn matches(check: Check, presented: &str) -> Choice {
    check.ct_eq(presented.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_the_first_eight_digits_of_the_sha_1() {
        // FIPS 180's own example: SHA-1 of `abc` is a9993e364706816aba3e25717850c26c9cd0d89d.
        assert_eq!(&of(["abc"]), b"A9993E36");
        // `echo -n 'a|b||c' | sha1sum`
        assert_eq!(of(["a", "b", "", "c"]), of(["a|b||c"]));
    }

    #[test]
    fn only_the_same_eight_digits_match() {
        let check = of(["abc"]);
        assert!(bool::from(matches(check, "A9993E36")));
        for other in ["", "a9993e36", "A9993E3", "A9993E364", "A9993E37", "B9993E36"] {
            assert!(!bool::from(matches(check, other)), "{other}");
        }
    }
}
