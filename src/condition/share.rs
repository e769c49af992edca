//! A draw that is always the same for a text. So a click's sale and the events that follow it are
//! either all in a share or all outside it.

use crate::value::Amount;
use sha2::{Digest, Sha256};

/// The digits of a draw after the point: as many as a percentage can have.
const DRAW_DIGITS: u32 = crate::value::MAX_AMOUNT_FRACTION;
/// The number of possible draws: 100 % in steps of 10^-9. 2^64 hashes are not divided evenly among
/// them, but no draw is more likely than another by more than one in 10^8.
const DRAWS: u64 = 100_000_000_000;

/// Returns the draw of a text, from 0 up to but not including 100: the first eight bytes of the
/// SHA-256 of `share:` and the text, as a big-endian number, modulo [`DRAWS`].
pub(super) fn draw(text: &str) -> Amount {
    let hash = Sha256::new_with_prefix(b"share:").chain_update(text).finalize();
    let number = hash
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let drawn = number
        .checked_rem(DRAWS)
        .and_then(|drawn| i64::try_from(drawn).ok())
        .unwrap_or_default();
    Amount::from_minor_units(drawn, DRAW_DIGITS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_draw_agrees_with_another_programs_hash() {
        // Python: int.from_bytes(hashlib.sha256(b"share:" + id).digest()[:8], "big") % 10**11
        for (id, expected) in [
            ("aaaaaaaaaaaaaaaaaaaaaaaaaa", "43.82356279"),
            ("bbbbbbbbbbbbbbbbbbbbbbbbbb", "38.201278583"),
            ("mfrggzdfmztwq2lknnwg23tpoa", "73.948510157"),
        ] {
            assert_eq!(draw(id).to_string(), expected, "{id}");
        }
    }
}
