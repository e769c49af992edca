//! The grammar of amounts.

use super::refused::{AmountError, MAX_AMOUNT_DIGITS, Problem};

/// Reads an amount that has at most `max_fraction` significant digits after the point. Returns a
/// whole number and how many of its digits stand after the point.
pub(super) fn decimal(text: &str, max_fraction: u32) -> Result<(i128, u32), AmountError> {
    read(text.as_bytes(), max_fraction).map_err(|problem| {
        // A byte is a whole character only in ASCII, so the character is looked up in the text.
        let problem = match problem {
            Problem::Character(_) => text.chars().find(|c| !c.is_ascii()).map_or(problem, Problem::Character),
            other => other,
        };
        AmountError::of(text, problem)
    })
}

fn read(text: &[u8], max_fraction: u32) -> Result<(i128, u32), Problem> {
    let (negative, digits) = match text {
        [] => return Err(Problem::Empty),
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut mantissa = 0_i128;
    let (mut count, mut scale, mut significant, mut point) = (0_u32, 0_u32, 0_u32, false);
    let mut after_digit = false;
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                count = count.saturating_add(1);
                if count > MAX_AMOUNT_DIGITS {
                    // A later character may still be the better reason, so the reading goes on.
                    continue;
                }
                // 28 digits are far below the 38 that fit, so neither step saturates.
                mantissa = mantissa.saturating_mul(10).saturating_add(i128::from(byte & 0x0f));
                if point {
                    scale = scale.saturating_add(1);
                    if *byte != b'0' {
                        significant = scale;
                    }
                }
                after_digit = true;
            }
            b'.' if !point && after_digit => {
                point = true;
                after_digit = false;
            }
            b'.' if !point => return Err(Problem::MissingDigit),
            other => return Err(Problem::Character(char::from(*other))),
        }
    }
    if count > MAX_AMOUNT_DIGITS {
        return Err(Problem::TooLong);
    }
    if !after_digit {
        return Err(Problem::MissingDigit);
    }
    if significant > max_fraction {
        return Err(Problem::Fraction(max_fraction));
    }
    if negative {
        mantissa = mantissa.saturating_neg();
    }
    Ok((mantissa, scale))
}
