//! One walk over the conditions, for the answer and for its reasons alike, so that the two cannot
//! disagree.

use super::{Condition, Conditions, Negative, RuleAnswer};
use crate::condition::{Seen, Unmet};
use crate::model::Conversion;
use crate::scope::{Scope, ToldPayout};
use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// Whether a rule with these conditions fires, and if not, what it failed on. Every condition is
/// looked at, so that one answer says all.
///
/// Total and deterministic. It does not allocate, except where a clause reads an amount or a time
/// as text (it is printed to be compared), compares without case, or asks whether a value with a
/// `%` is there (an encoded macro is searched in it).
#[must_use]
pub fn evaluate(conditions: &Conditions, scope: &Scope<'_>) -> RuleAnswer {
    let mut answer = RuleAnswer::FIRES;
    walk(conditions, scope, &mut answer);
    answer
}

/// The part of [`evaluate`] that is about the type and the status.
pub(crate) fn evaluate_names(conditions: &Conditions, conversion: &Conversion) -> RuleAnswer {
    let mut answer = RuleAnswer::FIRES;
    names(conditions, conversion, &mut answer);
    answer
}

/// The other part of [`evaluate`], the same for all rules that [ask it
/// alike](Conditions::asks_like).
pub(crate) fn evaluate_rest(conditions: &Conditions, conversion: &Conversion, scope: &Scope<'_>) -> RuleAnswer {
    let mut answer = RuleAnswer::FIRES;
    rest(conditions, conversion, scope, &mut answer);
    answer
}

/// Why a rule with these conditions does not fire: what it failed on, with what it wanted and what
/// it saw. Empty when it fires. Agrees with [`evaluate`] on every input; there is one reason for
/// each clause.
#[must_use]
pub fn reasons(conditions: &Conditions, scope: &Scope<'_>) -> Vec<(Condition, String)> {
    let mut reasons = Vec::new();
    walk(conditions, scope, &mut reasons);
    let told = reasons.into_iter();
    told.map(|(condition, why): (_, Unmet<'_>)| (condition, why.to_string()))
        .collect()
}

/// Where what failed goes. An answer does not ask for the reason.
trait Failed<'a> {
    fn add(&mut self, condition: Condition, why: impl FnOnce() -> Unmet<'a>);
}

impl<'a> Failed<'a> for RuleAnswer {
    fn add(&mut self, condition: Condition, _: impl FnOnce() -> Unmet<'a>) {
        self.insert(condition);
    }
}

impl<'a> Failed<'a> for Vec<(Condition, Unmet<'a>)> {
    fn add(&mut self, condition: Condition, why: impl FnOnce() -> Unmet<'a>) {
        self.push((condition, why()));
    }
}

fn walk<'a>(conditions: &'a Conditions, scope: &'a Scope<'_>, failed: &mut impl Failed<'a>) {
    let Some(conversion) = scope.conversion else {
        return failed.add(Condition::NoConversion, || Unmet::Nothing { what: "conversion" });
    };
    names(conditions, conversion, failed);
    rest(conditions, conversion, scope, failed);
}

fn rest<'a>(
    conditions: &'a Conditions,
    conversion: &'a Conversion,
    scope: &'a Scope<'_>,
    failed: &mut impl Failed<'a>,
) {
    if conversion.shown.test && !conditions.test {
        failed.add(Condition::Test, || Unmet::Unwanted {
            is: "a test".into(),
            that: "",
        });
    }
    if conditions.negative == Negative::Skip {
        negative(conversion, scope, failed);
    }
    for (condition, clause) in &conditions.clauses {
        if let Some(unmet) = clause.unmet(scope) {
            failed.add(key(*condition, &unmet), || unmet);
        }
    }
}

fn names<'a>(conditions: &'a Conditions, conversion: &'a Conversion, failed: &mut impl Failed<'a>) {
    let shown = &conversion.shown;
    if !shown.known {
        failed.add(Condition::UnknownType, || Unmet::Unknown {
            what: "type",
            seen: shown.type_name.as_str(),
        });
    }
    if !conditions.types.is_empty() && !conditions.types.contains(&shown.type_name) {
        failed.add(Condition::Types, || Unmet::NoneOf {
            what: "type",
            seen: shown.type_name.as_str(),
            wanted: conditions.types.iter().map(|name| name.as_str()).collect(),
        });
    }
    if !conditions.statuses.is_empty() && !conditions.statuses.contains(&shown.status) {
        failed.add(Condition::Statuses, || Unmet::NoneOf {
            what: "status",
            seen: shown.status.as_str(),
            wanted: conditions.statuses.iter().map(|status| status.as_str()).collect(),
        });
    }
}

fn negative<'a>(conversion: &'a Conversion, scope: &Scope<'_>, failed: &mut impl Failed<'a>) {
    if conversion.shown.kind.subtracts() {
        return failed.add(Condition::Negative, || Unmet::Unwanted {
            is: Cow::Owned(format!("a `{}`", conversion.shown.kind)),
            that: " that takes money back",
        });
    }
    // Without a rate the payout is not known, but its sign is that of the sum.
    let money = match scope.payout {
        Some(ToldPayout::Known(money)) => Some(money),
        Some(ToldPayout::NoRate) | None => conversion.sum,
    };
    if let Some(seen) = money.filter(|money| money.amount.is_negative()) {
        failed.add(Condition::Negative, || Unmet::Negative { what: "payout", seen });
    }
}

/// What a rule failed on where a clause does not hold.
fn key(condition: Condition, unmet: &Unmet<'_>) -> Condition {
    match unmet {
        Unmet::Clause { seen: Seen::NoRate, .. } => Condition::NoRate,
        Unmet::Clause {
            seen: Seen::OtherCurrency { .. },
            ..
        } if condition == Condition::MinPayout => Condition::CurrencyMismatch,
        _ => condition,
    }
}
