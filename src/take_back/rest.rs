//! What is left of a sale after refunds.

use crate::meaning::Decision;
use crate::model::{Conversion, Counts, Entry, Revenue, Status};
use crate::value::{Amount, Money};
use alloc::vec::Vec;

/// What is left of a sale.
#[derive(Debug)]
pub(crate) enum Rest {
    /// Nothing was taken back.
    Whole,
    /// So much is left: the conversion with that sum.
    Part(Conversion),
    /// Everything was taken back.
    Nothing,
    /// What was taken back is in another currency, and there is no rate.
    NoRate,
}

/// Whether two entries are of one payment: they name the same receipt or the same event id.
pub(super) fn is_of_one_payment(one: &Entry, other: &Entry) -> bool {
    let by_receipt = one.receipt.is_some() && one.payment() == other.payment();
    by_receipt || (one.event_id.is_some() && one.event_id == other.event_id)
}

/// What the refunds among `all` conversions of the click have left of a sale. A refund takes of the
/// sale first and then of further payments under the same receipt or event id, so that each amount
/// is taken back once. No more is taken than there is.
pub(crate) fn rest(decision: &Decision<'_>, all: &[&Conversion], sale: &Conversion) -> Rest {
    let is_its = |other: &&&Conversion| !other.shown.test && is_of_one_payment(&other.shown, &sale.shown);
    let (taking, mut paid): (Vec<&Conversion>, Vec<&Conversion>) = all
        .iter()
        .filter(is_its)
        .partition(|other| other.shown.kind.subtracts());
    if taking.is_empty() || sale.shown.test {
        return Rest::Whole;
    }
    let Some(sum) = sale.sum else {
        // It was never known how much it was, so any refund takes it back.
        return Rest::Nothing;
    };
    let amount = |known: &Conversion| {
        let Some(money) = known.sum else {
            return Some(Amount::ZERO);
        };
        Some(decision.convert(money, sum.currency, known.shown.at)?.amount.abs())
    };
    let mut taken = Amount::ZERO;
    for known in taking {
        match amount(known) {
            Some(amount) => taken = taken.checked_add(amount).unwrap_or(taken),
            None => return Rest::NoRate,
        }
    }
    paid.sort_by_key(|known| {
        let counts = decision.counts(&known.shown.type_name);
        (counts != Counts::Sale, known.shown.at, &known.id)
    });
    let before = paid.into_iter().take_while(|known| known.id != sale.id);
    for known in before.filter(|known| known.shown.status != Status::Declined) {
        match amount(known) {
            Some(amount) => taken = taken.checked_sub(taken.min(amount)).unwrap_or(taken),
            None => return Rest::NoRate,
        }
    }
    left(decision, sale, sum, taken)
}

fn left(decision: &Decision<'_>, sale: &Conversion, sum: Money, taken: Amount) -> Rest {
    if taken.is_zero() {
        return Rest::Whole;
    }
    let Some(amount) = sum.amount.checked_sub(taken).filter(|left| *left > Amount::ZERO) else {
        return Rest::Nothing;
    };
    let money = Money { amount, ..sum };
    let mut part = sale.clone();
    part.sum = Some(money);
    let counts = matches!(sale.revenue, Revenue::Counted { .. });
    part.revenue = decision.revenue(&sale.shown, part.sum, counts);
    Rest::Part(part)
}
