//! One walk over the conditions, for the answer and for its reasons alike, so that the two cannot
//! disagree.

use super::share::draw;
use super::{Answer, Conditions, Negative, ParameterName, Reason};
use crate::model::Conversion;
use crate::scope::{Payout, Scope, Value};
use crate::value::{Money, is_unfilled_macro};
use alloc::vec::Vec;

/// Whether a rule with these conditions fires, and if not, what it failed on. Every condition is
/// looked at, so that one answer says all.
///
/// Total and deterministic. It does not allocate, except where `where` or `require` reads an amount
/// or a time (it is printed to be compared), or `require` a value with a `%` (an encoded macro is
/// searched in it).
#[must_use]
pub fn evaluate(conditions: &Conditions, scope: &Scope<'_>) -> Answer {
    let mut answer = Answer::FIRES;
    walk(conditions, scope, &mut |reason| answer.insert(reason.condition()));
    answer
}

/// Why a rule with these conditions does not fire: what it wanted and what it saw. Empty when it
/// fires. Agrees with [`evaluate`] on every input; `where` and `require` give one reason for each
/// parameter.
#[must_use]
pub fn reasons<'a>(conditions: &'a Conditions, scope: &Scope<'a>) -> Vec<Reason<'a>> {
    let mut reasons = Vec::new();
    walk(conditions, scope, &mut |reason| reasons.push(reason));
    reasons
}

/// What a rule with these conditions says of the types and statuses alone. Many rules differ in
/// nothing else: joined with the answer of
/// [`Conditions::without_names`] it is that of [`evaluate`].
pub(crate) fn evaluate_names(conditions: &Conditions, conversion: &Conversion) -> Answer {
    let mut answer = Answer::FIRES;
    names(conditions, conversion, &mut |reason| answer.insert(reason.condition()));
    answer
}

fn names<'a>(conditions: &'a Conditions, conversion: &'a Conversion, fail: &mut impl FnMut(Reason<'a>)) {
    let shown = &conversion.shown;
    if !conditions.types.is_empty() && !conditions.types.contains(&shown.type_name) {
        fail(Reason::Types {
            seen: &shown.type_name,
            wanted: &conditions.types,
        });
    }
    if !conditions.statuses.is_empty() && !conditions.statuses.contains(&shown.status) {
        fail(Reason::Statuses {
            seen: shown.status,
            wanted: &conditions.statuses,
        });
    }
}

fn walk<'a>(conditions: &'a Conditions, scope: &Scope<'a>, fail: &mut impl FnMut(Reason<'a>)) {
    let Some(conversion) = scope.conversion else {
        return fail(Reason::NoConversion);
    };
    let shown = &conversion.shown;
    if !shown.known {
        fail(Reason::UnknownType { seen: &shown.type_name });
    }
    names(conditions, conversion, fail);
    if shown.test && !conditions.test {
        fail(Reason::Test);
    }
    if conditions.negative == Negative::Skip {
        negative(conversion, scope, fail);
    }
    if let Some(wanted) = conditions.min_payout {
        min_payout(wanted, scope, fail);
    }
    if let Some(wanted) = conditions.within {
        let seen = shown.at.saturating_since(scope.click.at);
        if seen > wanted {
            fail(Reason::Within { seen, wanted });
        }
    }
    for (name, wanted) in &conditions.matches {
        matches(name, wanted, scope, fail);
    }
    for name in &conditions.require {
        require(name, scope, fail);
    }
    if let Some(wanted) = conditions.share {
        let drawn = draw(&scope.click.id);
        if drawn >= wanted.amount() {
            fail(Reason::Share { drawn, wanted });
        }
    }
}

fn negative<'a>(conversion: &'a Conversion, scope: &Scope<'a>, fail: &mut impl FnMut(Reason<'a>)) {
    if conversion.shown.kind.subtracts() {
        return fail(Reason::TakesBack {
            kind: &conversion.shown.kind,
        });
    }
    // Without a rate the payout is not known, but its sign is that of the sum.
    let money = match scope.payout {
        Some(Payout::Known(money)) => Some(money),
        Some(Payout::NoRate) | None => conversion.sum,
    };
    if let Some(seen) = money.filter(|money| money.amount.is_negative()) {
        fail(Reason::Negative { seen });
    }
}

fn min_payout<'a>(wanted: Money, scope: &Scope<'a>, fail: &mut impl FnMut(Reason<'a>)) {
    match scope.payout {
        Some(Payout::Known(seen)) if seen.currency != wanted.currency => {
            fail(Reason::CurrencyMismatch { seen, wanted })
        }
        Some(Payout::Known(seen)) if seen.amount >= wanted.amount => {}
        Some(Payout::Known(seen)) => fail(Reason::MinPayout {
            seen: Some(seen),
            wanted,
        }),
        Some(Payout::NoRate) => fail(Reason::NoRate { name: "payout" }),
        None => fail(Reason::MinPayout { seen: None, wanted }),
    }
}

fn matches<'a>(name: &'a ParameterName, wanted: &'a str, scope: &Scope<'a>, fail: &mut impl FnMut(Reason<'a>)) {
    match name.read(scope) {
        Value::Text(seen) if seen == wanted => {}
        // An empty text is wanted and there is none.
        Value::Empty if wanted.is_empty() => {}
        Value::NoRate => fail(Reason::NoRate { name: name.as_str() }),
        _ if name.is_personal(scope) => fail(Reason::WherePersonal { name }),
        Value::Text(seen) => fail(Reason::Where {
            name,
            seen: Some(seen),
            wanted,
        }),
        Value::Empty | Value::Private(_) => fail(Reason::Where {
            name,
            seen: None,
            wanted,
        }),
    }
}

fn require<'a>(name: &'a ParameterName, scope: &Scope<'a>, fail: &mut impl FnMut(Reason<'a>)) {
    match name.read(scope) {
        Value::Text(seen) if is_unfilled_macro(&seen) => fail(Reason::Unfilled { name }),
        Value::Text(_) => {}
        Value::NoRate => fail(Reason::NoRate { name: name.as_str() }),
        Value::Empty | Value::Private(_) => fail(Reason::Missing { name }),
    }
}
