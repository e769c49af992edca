//! Sums that stay as they are where they would overflow. Twenty-eight digits never do with real
//! money.

use crate::value::Amount;

pub(super) fn plus(one: Amount, other: Amount) -> Amount {
    one.checked_add(other).unwrap_or(one)
}

pub(super) fn less(one: Amount, other: Amount) -> Amount {
    one.checked_sub(other).unwrap_or(one)
}

/// Returns the amount, or zero if it is negative.
pub(super) fn positive(amount: Amount) -> Amount {
    if amount.is_negative() { Amount::ZERO } else { amount }
}
