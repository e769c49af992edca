//! Finds where the plain part of a string ends, eight bytes at a time.

/// A word with the number one in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;
/// A word with the highest bit of each byte set.
const HIGH: u64 = EACH << 7;
const QUOTES: u64 = 0x2222_2222_2222_2222;
const BACKSLASHES: u64 = 0x5c5c_5c5c_5c5c_5c5c;
const BLANKS: u64 = 0x2020_2020_2020_2020;

/// The place of the first quote, backslash or control character from `at` on, or the length of
/// `text` when there is none.
#[inline]
pub(super) fn plain_end(text: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let marks = special(u64::from_le_bytes(*chunk));
        if marks != 0 {
            return at.wrapping_add(marks.trailing_zeros() as usize / 8);
        }
        at = at.wrapping_add(8);
    }
    while text.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)) {
        at = at.wrapping_add(1);
    }
    at
}

/// Sets the highest bit of each byte that ends a plain part. A byte after such a byte may be marked
/// wrongly, because the subtractions borrow, but never a byte before it; so the first mark is
/// right. Bytes from 0x80 on are never marked.
#[inline]
fn special(word: u64) -> u64 {
    let quote = (word ^ QUOTES).wrapping_sub(EACH);
    let backslash = (word ^ BACKSLASHES).wrapping_sub(EACH);
    let control = word.wrapping_sub(BLANKS);
    (quote | backslash | control) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn the_first_special_byte_is_found_at_every_place_of_every_length() {
        for length in 0..50 {
            for filler in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                assert_eq!(plain_end(&vec![filler; length], 0), length, "{filler} {length}");
                for place in 0..length {
                    for special in [b'"', b'\\', 0, 1, 0x1f, b'\n'] {
                        let mut text = vec![filler; length];
                        text[place] = special;
                        for from in 0..=place {
                            assert_eq!(plain_end(&text, from), place, "{filler} {special} {place} of {length}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn each_byte_is_judged_as_by_the_grammar() {
        for byte in 0..=255_u8 {
            let ends = byte == b'"' || byte == b'\\' || byte < 0x20;
            for length in [1, 7, 8, 9, 15, 16, 17, 32] {
                let mut text = vec![b'x'; length];
                text[length - 1] = byte;
                assert_eq!(plain_end(&text, 0), if ends { length - 1 } else { length }, "{byte}");
            }
        }
    }

    #[test]
    fn the_first_of_several_counts() {
        for (text, place) in [
            (&b"ab\"\\\n\x1f cd"[..], 2),
            (b"ab\n\"\"\"\"\"\"", 2),
            (b"\x80\xff!\x1f\"#\\]", 3),
        ] {
            assert_eq!(plain_end(text, 0), place);
        }
    }
}
