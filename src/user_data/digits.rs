//! Decimal digits of other scripts.

use super::left_out::LeftOut;
use alloc::string::String;

/// The zeros of the decimal digits outside of ASCII (Unicode 14, category Nd); nine more stand
/// behind each.
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// The text with its decimal digits as ASCII ones.
///
/// # Errors
/// - [`LeftOut::ForeignDigits`]: a numeral that is no decimal digit, or one of a newer Unicode
pub(super) fn with_ascii_digits(text: &str) -> Result<String, LeftOut> {
    text.chars()
        .map(|letter| ascii(letter).ok_or(LeftOut::ForeignDigits))
        .collect()
}

fn ascii(letter: char) -> Option<char> {
    if letter.is_ascii() || !letter.is_numeric() {
        return Some(letter);
    }
    let code = u32::from(letter);
    let after = ZEROS.partition_point(|zero| *zero <= code);
    let zero = ZEROS.get(after.checked_sub(1)?)?;
    char::from_digit(code.checked_sub(*zero)?, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_digits_of_any_script_become_ascii() {
        assert_eq!(with_ascii_digits("٠١٢٣٤٥٦٧٨٩").unwrap(), "0123456789");
        assert_eq!(with_ascii_digits("＋４４ ۲۰ ७९४६").unwrap(), "＋44 20 7946");
        assert_eq!(with_ascii_digits("𝟘𝟫").unwrap(), "09");
        assert_eq!(with_ascii_digits("São 1").unwrap(), "São 1");
    }

    #[test]
    fn other_numerals_are_refused() {
        for text in ["½", "²", "①", "Ⅷ", "٪¼"] {
            assert_eq!(with_ascii_digits(text), Err(LeftOut::ForeignDigits), "{text}");
        }
    }

    #[test]
    fn the_zeros_stand_in_order_and_apart() {
        assert!(ZEROS.windows(2).all(|pair| pair[0] + 10 <= pair[1]));
    }
}
