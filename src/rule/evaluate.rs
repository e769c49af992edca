//! One walk over the conditions finds both the answer and its reasons, so that the two cannot
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

/// Returns whether a rule with these conditions fires, and if not, on which conditions it failed.
/// Every condition is checked, so that one answer has them all.
///
/// It never fails, and it is deterministic. It does not allocate, except where a clause compares an
/// amount or a time as text (which is printed for that), ignores case, or checks that a value with
/// a `%` is there (which may be an encoded macro).
#[must_use]
pub fn evaluate(conditions: &Conditions, scope: &Scope<'_>) -> RuleAnswer {
    let mut answer = RuleAnswer::FIRES;
    walk(conditions, scope, &mut answer);
    answer
}

/// Checks the type and the status, which is one part of [`evaluate`].
pub(crate) fn evaluate_names(conditions: &Conditions, conversion: &Conversion) -> RuleAnswer {
    let mut answer = RuleAnswer::FIRES;
    names(conditions, conversion, &mut answer);
    answer
}

/// Checks the other part of [`evaluate`]. Its result is the same for all rules that [ask
/// alike](Conditions::asks_like).
pub(crate) fn evaluate_rest(conditions: &Conditions, conversion: &Conversion, scope: &Scope<'_>) -> RuleAnswer {
    let mut answer = RuleAnswer::FIRES;
    rest(conditions, conversion, scope, &mut answer);
    answer
}

/// Returns why a rule with these conditions does not fire: each failed condition, with what was
/// wanted and what was seen. Empty when the rule fires. It agrees with [`evaluate`] on every input,
/// and has one reason for each failed clause.
#[must_use]
pub fn reasons(conditions: &Conditions, scope: &Scope<'_>) -> Vec<(Condition, String)> {
    let mut reasons = Vec::new();
    walk(conditions, scope, &mut reasons);
    let told = reasons.into_iter();
    told.map(|(condition, why): (_, Unmet<'_>)| (condition, why.to_string()))
        .collect()
}

/// A collector of the failed conditions. An answer does not need the reasons.
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
    // Without a rate the payout is not known, but it has the same sign as the sum. Without an
    // amount there is no sign but that of the kind, which is checked above.
    let money = match scope.payout {
        Some(ToldPayout::Known(money)) => Some(money),
        Some(ToldPayout::NoRate | ToldPayout::NoAmount(_)) | None => conversion.sum,
    };
    if let Some(seen) = money.filter(|money| money.amount.is_negative()) {
        failed.add(Condition::Negative, || Unmet::Negative { what: "payout", seen });
    }
}

/// The condition that failed when a clause does not hold.
fn key(condition: Condition, unmet: &Unmet<'_>) -> Condition {
    match unmet {
        Unmet::Clause { seen: Seen::NoRate, .. } => Condition::NoRate,
        Unmet::Clause {
            seen: Seen::NoAmount, ..
        } => Condition::NoAmount,
        Unmet::Clause {
            seen: Seen::OtherCurrency { .. },
            ..
        } if condition == Condition::MinPayout => Condition::CurrencyMismatch,
        _ => condition,
    }
}
