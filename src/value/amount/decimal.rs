//! The type: an exact decimal number and its arithmetic.

use super::exact::{divided, product};
use super::refused::{AmountError, MAX_AMOUNT_DIGITS, MAX_AMOUNT_FRACTION, Problem};
use super::{print, read};
use crate::value::text_serde::text_serde;
use alloc::string::{String, ToString};
use core::{cmp::Ordering, fmt, str::FromStr};
use rust_decimal::Decimal;

/// The longest fraction that arithmetic may make: with the zero before the point it still prints as
/// [`MAX_AMOUNT_DIGITS`] digits.
const MAX_EXACT_FRACTION: u32 = 27;
/// The room for a usual amount as text, in bytes.
const USUAL_LENGTH: usize = 16;
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

impl Amount {
    /// Zero, in whatever currency.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// `units` times 10 to the power `-digits`: `from_minor_units(850, 2)` is 8.5. None when
    /// `digits` is over 27 (no currency has more than 4), which an amount has no room for.
    #[must_use]
    pub fn from_minor_units(units: i64, digits: u32) -> Option<Self> {
        Self::exact(i128::from(units), digits)
    }

    /// The number of units of 10 to the power `-digits` in the amount: 8.5 is 850 with `digits` 2.
    /// None when the result is not a whole number or does not fit; round with [`Amount::rounded`]
    /// first where that is wanted.
    #[must_use]
    pub fn minor_units(self, digits: u32) -> Option<i64> {
        i64::try_from(self.mantissa_at(digits)?).ok()
    }

    /// The printed text, made without the formatter.
    pub(crate) fn text(self) -> String {
        let mut text = String::with_capacity(USUAL_LENGTH);
        self.push_to(&mut text);
        text
    }

    /// Adds the printed text, made without the formatter.
    pub(crate) fn push_to(self, out: &mut String) {
        if self.is_negative() {
            out.push('-');
        }
        match u64::try_from(self.0.mantissa().unsigned_abs()) {
            Ok(mantissa) => print::plain(mantissa, self.0.scale(), out),
            Err(_) => out.push_str(&self.0.abs().to_string()),
        }
    }

    /// Whether the amount is 0.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether the amount is below 0.
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

    /// Returns exactly `percent` hundredths of the amount; see [`Amount::checked_mul`].
    pub(crate) fn hundredths(self, percent: Self) -> Option<Self> {
        self.product(percent, 2)
    }

    /// The product with its decimal point moved `shift` digits to the left.
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

    /// Reads an amount that arithmetic may have made, as stored ones are.
    pub(crate) fn read_exact(text: &str) -> Result<Self, AmountError> {
        Self::read(text, MAX_EXACT_FRACTION)
    }

    /// Reads an amount that has at most `max_fraction` significant digits after the point.
    fn read(text: &str, max_fraction: u32) -> Result<Self, AmountError> {
        let (mantissa, scale) = read::decimal(text, max_fraction)?;
        // The text `0.` with 27 zeros has the longest fraction that 28 digits allow.
        Self::exact(mantissa, scale).ok_or_else(|| AmountError::of(text, Problem::TooLong))
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

    /// The mantissa of the amount when its fraction is written with `scale` digits. None when that
    /// needs more than 127 bits, which no amount of the allowed length does.
    fn mantissa_at(self, scale: u32) -> Option<i128> {
        let shift = scale.checked_sub(self.0.scale())?;
        self.0.mantissa().checked_mul(10_i128.checked_pow(shift)?)
    }
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

    /// Takes every number that the arithmetic of amounts may produce.
    ///
    /// # Errors
    /// - more than [`MAX_AMOUNT_DIGITS`] digits in all, zeros at the end not counted
    fn try_from(number: Decimal) -> Result<Self, AmountError> {
        Self::exact(number.mantissa(), number.scale())
            .ok_or_else(|| AmountError::of(&number.to_string(), Problem::TooLong))
    }
}

// Stored amounts come from the arithmetic above too, so every fraction that it prints is read back.
text_serde!(Amount, "an amount as text, such as \"8.50\"", Amount::read_exact);
