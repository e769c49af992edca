//! Prints an amount that is not below zero. It is written by hand because a payout stands in most
//! requests, and the formatter takes 580 instructions for it.

use alloc::string::String;

/// Room for the longest fraction of an amount, the digits of a `u64` in front of it and a point.
const ROOM: usize = 48;

/// Adds `mantissa` times 10 to the power `-scale`, with at least one digit before the point.
pub(super) fn plain(mantissa: u64, scale: u32, out: &mut String) {
    let (mut text, mut start, mut rest, mut digits) = ([0_u8; ROOM], ROOM, mantissa, 0_u32);
    while rest > 0 || digits <= scale {
        if digits == scale && scale > 0 {
            put(&mut text, &mut start, b'.');
        }
        put(&mut text, &mut start, b'0' | (rest % 10) as u8);
        digits = digits.saturating_add(1);
        rest /= 10;
    }
    let written = text.get(start..).unwrap_or_default();
    out.push_str(core::str::from_utf8(written).unwrap_or_default());
}

/// Puts a character in front of the characters that are already there.
fn put(text: &mut [u8], start: &mut usize, character: u8) {
    *start = start.saturating_sub(1);
    if let Some(place) = text.get_mut(*start) {
        *place = character;
    }
}

#[cfg(test)]
mod tests {
    use crate::value::Amount;
    use alloc::string::ToString;

    #[test]
    fn an_amount_prints_as_the_formatter_prints_it() {
        for text in [
            "0",
            "8",
            "8.5",
            "0.05",
            "0.5",
            "10",
            "100.01",
            "-3.2",
            "-0.001",
            "18446744073709551615",
            "18446744073709551616",
            "1.8446744073709551615",
            "0.000000000000000000000000001",
            "9999999999999999999999999999",
            "-9999999999999999999999999999",
        ] {
            let amount = Amount::try_from(text.parse::<rust_decimal::Decimal>().unwrap()).unwrap();
            assert_eq!(amount.text(), text);
            assert_eq!(amount.to_string(), text);
        }
        for mantissa in 0..2_000_i64 {
            for scale in 0..6 {
                let amount = Amount::from_minor_units(mantissa, scale).unwrap();
                assert_eq!(amount.text(), amount.to_string());
            }
        }
    }
}
