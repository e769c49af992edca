//! Exact decimal amounts, with a grammar of their own: what is not plainly an amount is refused by
//! name, never read as zero.

use super::text::{shown, text_serde};
use alloc::string::{String, ToString};
use core::{cmp::Ordering, fmt, str::FromStr};
use rust_decimal::Decimal;
use thiserror::Error;

/// The most digits of an amount, before and after the point together, leading and trailing zeros
/// included. The arithmetic below is exact for any 28 digits (96 bits hold them), and no currency
/// needs more.
pub const MAX_AMOUNT_DIGITS: u32 = 28;
/// The most digits after the point of an amount read from text; zeros after the last other digit
/// are free. Networks send 2 to 6; a longer fraction is a float's noise, which is better refused
/// than booked.
pub const MAX_AMOUNT_FRACTION: u32 = 9;
/// The longest fraction that arithmetic may make: with the zero before the point it still prints as
/// [`MAX_AMOUNT_DIGITS`] digits.
const MAX_EXACT_FRACTION: u32 = 27;
/// The longest text: the digits, a point and a sign.
const MAX_TEXT: usize = MAX_AMOUNT_DIGITS as usize + 2;
/// The first mantissa that is too long: 10 to the power [`MAX_AMOUNT_DIGITS`].
const MANTISSA_END: u128 = 10_u128.pow(MAX_AMOUNT_DIGITS);

/// An exact decimal number without a currency. Trailing zeros do not matter: `8.0` and `8` are
/// equal and both print as `8`.
///
/// ```
/// use postback::value::Amount;
/// let price: Amount = "8.50".parse()?;
/// assert_eq!(price.to_string(), "8.5");
/// assert_eq!("1e3".parse::<Amount>().unwrap_err().to_string(), "`1e3` is not an amount: it holds 'e'");
/// # Ok::<(), postback::value::AmountError>(())
/// ```
// Invariant: no trailing zeros after the point, no negative zero, at most 28 digits and 27 of them
// after the point. So the derived comparisons and hash agree with the printed text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(Decimal);

/// A text or a number that is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an amount: {problem}")]
pub struct AmountError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("it is empty")]
    Empty,
    #[error("it holds {0:?}")]
    Character(char),
    #[error("a digit is missing beside the point or the sign")]
    MissingDigit,
    #[error("it has more than {MAX_AMOUNT_DIGITS} digits")]
    TooLong,
    #[error("it has more than {0} digits after the point")]
    Fraction(u32),
}

impl Amount {
    /// Nothing: 0, in whatever currency.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// `units` times 10 to the power `-digits`: `from_minor_units(850, 2)` is 8.5. None when
    /// `digits` is over 27 (no currency has more than 4), which an amount has no room for.
    #[must_use]
    pub fn from_minor_units(units: i64, digits: u32) -> Option<Self> {
        Self::exact(i128::from(units), digits)
    }

    /// How many units of 10 to the power `-digits` it is: 8.5 is 850 with `digits` 2. None when
    /// that is no whole number or does not fit; call [`Amount::rounded`] before where rounding is
    /// due.
    #[must_use]
    pub fn minor_units(self, digits: u32) -> Option<i64> {
        i64::try_from(self.mantissa_at(digits)?).ok()
    }

    /// Whether it is 0.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below 0.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0.is_sign_negative()
    }

    /// The amount without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// The amount with the other sign; 0 stays 0.
    #[must_use]
    #[allow(
        clippy::should_implement_trait,
        reason = "an operator would invite the unchecked ones beside it"
    )]
    pub fn neg(self) -> Self {
        let mut other = self.0;
        other.set_sign_negative(!self.is_zero() && !self.is_negative());
        Self(other)
    }

    /// The exact sum, or none when it does not fit in [`MAX_AMOUNT_DIGITS`] digits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.0.scale().max(other.0.scale());
        Self::exact(self.mantissa_at(scale)?.checked_add(other.mantissa_at(scale)?)?, scale)
    }

    /// The exact difference, or none when it does not fit in [`MAX_AMOUNT_DIGITS`] digits.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.neg())
    }

    /// The exact product (an amount by a rate, or by a count), or none when it does not fit in
    /// [`MAX_AMOUNT_DIGITS`] digits. It is never rounded: call [`Amount::rounded`] where rounding
    /// is due.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.product(other, 0)
    }

    /// Exactly so many hundredths of the amount; see [`Amount::checked_mul`].
    pub(super) fn hundredths(self, percent: Self) -> Option<Self> {
        self.product(percent, 2)
    }

    /// The product, its point so many digits further to the left.
    fn product(self, other: Self, shift: u32) -> Option<Self> {
        let scale = self.0.scale().checked_add(other.0.scale())?.checked_add(shift)?;
        let (mantissa, scale) = product(self.0.mantissa(), other.0.mantissa(), scale)?;
        Self::exact(mantissa, scale)
    }

    /// The nearest amount with at most `digits` digits after the point; halfway goes to the even
    /// neighbour, so that a long column of roundings does not drift upwards.
    #[must_use]
    pub fn rounded(self, digits: u32) -> Self {
        let Some(unit) = self
            .0
            .scale()
            .checked_sub(digits)
            .and_then(|cut| 10_i128.checked_pow(cut))
        else {
            return self;
        };
        let mantissa = self.0.mantissa();
        let (whole, rest) = divided(mantissa, unit);
        let away = match rest.unsigned_abs().saturating_mul(2).cmp(&unit.unsigned_abs()) {
            Ordering::Greater => true,
            Ordering::Equal => whole & 1 == 1,
            Ordering::Less => false,
        };
        let whole = if away {
            whole.saturating_add(mantissa.signum())
        } else {
            whole
        };
        Self::exact(whole, digits).unwrap_or(self)
    }

    /// The text, as it prints; in fewer steps than by way of a formatter.
    pub(crate) fn text(self) -> String {
        let Ok(mut rest) = u64::try_from(self.0.mantissa().unsigned_abs()) else {
            return self.to_string();
        };
        let mut text = [0; MAX_TEXT];
        let mut length = 0_usize;
        let mut places = text.iter_mut().rev();
        let mut put = |byte| {
            if let Some(place) = places.next() {
                *place = byte;
                length = length.saturating_add(1);
            }
        };
        let mut digits = 0;
        while rest > 0 || digits <= self.0.scale() {
            if digits > 0 && digits == self.0.scale() {
                put(b'.');
            }
            put(b'0' | u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            digits = digits.saturating_add(1);
        }
        if self.is_negative() {
            put(b'-');
        }
        let text = text.get(MAX_TEXT.saturating_sub(length)..).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default().into()
    }

    /// `mantissa` times 10 to the power `-scale`, when it can be kept without rounding.
    fn exact(mut mantissa: i128, mut scale: u32) -> Option<Self> {
        if mantissa == 0 {
            return (scale <= MAX_EXACT_FRACTION).then_some(Self::ZERO);
        }
        while scale > 0 {
            let (shorter, 0) = divided(mantissa, 10) else { break };
            mantissa = shorter;
            scale = scale.saturating_sub(1);
        }
        if scale > MAX_EXACT_FRACTION || mantissa.unsigned_abs() >= MANTISSA_END {
            return None;
        }
        Decimal::try_from_i128_with_scale(mantissa, scale).ok().map(Self)
    }

    /// The mantissa when the fraction has `scale` digits; none when that needs more than 127 bits,
    /// which is more than any amount has.
    fn mantissa_at(self, scale: u32) -> Option<i128> {
        let shift = scale.checked_sub(self.0.scale())?;
        self.0.mantissa().checked_mul(10_i128.checked_pow(shift)?)
    }

    /// Reads the grammar with at most `max_fraction` significant digits after the point.
    fn read(text: &str, max_fraction: u32) -> Result<Self, AmountError> {
        Self::read_bytes(text.as_bytes(), max_fraction).map_err(|problem| {
            // A byte is a whole character only in ASCII.
            let problem = match problem {
                Problem::Character(_) => text.chars().find(|c| !c.is_ascii()).map_or(problem, Problem::Character),
                other => other,
            };
            AmountError {
                text: shown(text),
                problem,
            }
        })
    }

    fn read_bytes(text: &[u8], max_fraction: u32) -> Result<Self, Problem> {
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
                        // What follows may still be the better reason.
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
        // `0.` and 27 zeros is the longest fraction that 28 digits allow.
        Self::exact(mantissa, scale).ok_or(Problem::TooLong)
    }
}

/// The product with its scale, in one step where both fit in 64 bits. Where 128 bits do not hold
/// it, tens are taken out before: the product of two long fractions may be short.
fn product(mut one: i128, mut other: i128, mut scale: u32) -> Option<(i128, u32)> {
    if let (Ok(one), Ok(other)) = (i64::try_from(one), i64::try_from(other)) {
        return Some((i128::from(one).wrapping_mul(i128::from(other)), scale));
    }
    loop {
        if let Some(product) = one.checked_mul(other) {
            return Some((product, scale));
        }
        scale = scale.checked_sub(1)?;
        (one, other) = without(2, one, other)?;
        (one, other) = without(5, one, other)?;
    }
}

/// Two factors of a product, one of which has lost the prime `factor`.
fn without(factor: i128, one: i128, other: i128) -> Option<(i128, i128)> {
    match (divided(one, factor), divided(other, factor)) {
        ((less, 0), _) => Some((less, other)),
        (_, (less, 0)) => Some((one, less)),
        _ => None,
    }
}

/// Quotient and remainder. Almost every amount fits in 64 bits, where a division is many times
/// cheaper. `by` is above 0.
fn divided(mantissa: i128, by: i128) -> (i128, i128) {
    let parts = match (i64::try_from(mantissa), i64::try_from(by)) {
        (Ok(short), Ok(by)) => {
            let parts = short.checked_div(by).zip(short.checked_rem(by));
            parts.map(|(whole, rest)| (whole.into(), rest.into()))
        }
        _ => mantissa.checked_div(by).zip(mantissa.checked_rem(by)),
    };
    parts.unwrap_or((0, mantissa))
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Reads `-?[0-9]+(\.[0-9]+)?`. Leading zeros are allowed, since networks pad (`007.50`), and
    /// `-0` is 0.
    ///
    /// # Errors
    /// - the empty text; anything but digits, one point and a leading `-`: `1_000`, `1,000`, `1e3`,
    ///   `+1`, spaces, `$8`
    /// - no digit on a side of the point: `.5`, `5.`, and `-` alone
    /// - more than [`MAX_AMOUNT_DIGITS`] digits in all, or more than [`MAX_AMOUNT_FRACTION`] after
    ///   the point, zeros at the end not counted
    fn from_str(text: &str) -> Result<Self, AmountError> {
        Self::read(text, MAX_AMOUNT_FRACTION)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({})", self.0)
    }
}

impl From<u32> for Amount {
    fn from(count: u32) -> Self {
        Self(Decimal::from(count))
    }
}

impl From<Amount> for Decimal {
    /// The same number without trailing zeros.
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = AmountError;

    /// Takes every number that arithmetic may make.
    ///
    /// # Errors
    /// - more than [`MAX_AMOUNT_DIGITS`] digits in all, zeros at the end not counted
    fn try_from(number: Decimal) -> Result<Self, AmountError> {
        Self::exact(number.mantissa(), number.scale()).ok_or_else(|| AmountError {
            text: number.to_string(),
            problem: Problem::TooLong,
        })
    }
}

// Stored amounts come from the arithmetic above too, so every fraction that prints is read back.
text_serde!(Amount, "an amount as text, such as \"8.50\"", |text| Amount::read(
    text,
    MAX_EXACT_FRACTION
));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_decimal_without_trailing_zeros() {
        for (number, text) in [("8.50", "8.5"), ("-0.0", "0"), ("0", "0"), ("-120", "-120")] {
            let number: Decimal = number.parse().unwrap();
            let amount = Amount::try_from(number).unwrap();
            assert_eq!(amount.to_string(), text);
            assert_eq!(amount, text.parse().unwrap());
            assert_eq!(Decimal::from(amount), number);
        }
    }

    #[test]
    fn a_decimal_of_29_digits_is_no_amount() {
        let most: Decimal = "9999999999999999999999999999".parse().unwrap();
        assert_eq!(Decimal::from(Amount::try_from(most).unwrap()), most);
        let error = Amount::try_from(Decimal::MAX).unwrap_err().to_string();
        assert_eq!(
            error,
            "`79228162514264337593543950335` is not an amount: it has more than 28 digits"
        );
        assert!(Amount::try_from(Decimal::new(1, 27)).is_ok());
        assert!(Amount::try_from(Decimal::new(1, 28)).is_err());
        assert!(Amount::try_from(Decimal::new(10, 28)).is_ok());
    }

    #[test]
    fn minor_units_are_whole_and_come_back() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        assert_eq!(amount("8.5").minor_units(2), Some(850));
        assert_eq!(amount("-8.5").minor_units(2), Some(-850));
        assert_eq!(amount("8").minor_units(0), Some(8));
        assert_eq!(amount("8.125").minor_units(2), None);
        assert_eq!(amount("8.125").rounded(2).minor_units(2), Some(812));
        assert_eq!(amount("0").minor_units(27), Some(0));
        assert_eq!(amount("1").minor_units(40), None);
        for units in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(Amount::from_minor_units(units, 4).unwrap().minor_units(4), Some(units));
        }
        assert_eq!(amount("9223372036854775808").minor_units(0), None);
    }

    #[test]
    fn the_text_is_what_prints() {
        for text in [
            "0",
            "7",
            "-7",
            "0.05",
            "-0.5",
            "8.5",
            "100",
            "120.25",
            "18446744073709551615",
            "18446744073709551616",
            "-1844674407370955.1616",
            "9999999999999999999999999999",
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.text(), text);
            assert_eq!(amount.to_string(), text);
        }
        let smallest = Amount::exact(1, MAX_EXACT_FRACTION).unwrap().neg();
        assert_eq!(smallest.text(), smallest.to_string());
        assert_eq!(smallest.text().len(), MAX_TEXT);
    }
}
