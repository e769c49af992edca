//! Short texts for the outcome of an event.

use postback::decide::Reply;
use postback::model::Revenue;
use postback::outbound::{Hole, HoledText, Part};
use postback::plan::RuleVerdict;
use postback::value::Amount;
use postback::{Conversion, Plan};

pub fn answer(reply: Reply) -> String {
    match reply.reason {
        Some(reason) => format!("{}: {reason}", reply.outcome),
        None => reply.outcome.to_string(),
    }
}

pub fn line(conversion: &Conversion) -> String {
    let sum = conversion.sum.map_or("none".into(), |money| money.to_string());
    let revenue = match conversion.revenue {
        Revenue::Counted { money } => money.to_string(),
        Revenue::NotCounted { money } => format!("({money})"),
        Revenue::Nothing => "nothing".into(),
        Revenue::NoRate => "no rate".into(),
        _ => "?".into(),
    };
    format!(
        "{} {} {sum} {revenue}",
        conversion.shown.type_name, conversion.shown.status
    )
}

/// Returns a text with names in place of its holes.
pub fn text(holed: &HoledText) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Hole(Hole::Private { field, .. }) => format!("<{field}>"),
        Part::Hole(Hole::Secret { reference, .. }) => format!("<{reference}>"),
        Part::Hole(_) | Part::Optional { .. } => "<hole>".into(),
    };
    holed.0.iter().map(part).collect()
}

/// Returns the verdict of each rule on an event, as in `p: fired`, `p: failed on types statuses`.
pub fn verdicts(plan: &Plan) -> Vec<String> {
    let said = plan.trace.rules.iter().map(|rule| match &rule.verdict {
        RuleVerdict::Fired => format!("{}: fired", rule.postback),
        RuleVerdict::AlreadyFired => format!("{}: already fired", rule.postback),
        RuleVerdict::NotOnUpdate => format!("{}: not on update", rule.postback),
        RuleVerdict::NotRendered(why) => format!("{}: not rendered: {why}", rule.postback),
        RuleVerdict::Failed(answer) => {
            let failed: Vec<&str> = answer.failed().map(|condition| condition.as_str()).collect();
            format!("{}: failed on {}", rule.postback, failed.join(" "))
        }
    });
    said.collect()
}

/// Returns all revenue that counts.
pub fn revenue<'a>(conversions: impl IntoIterator<Item = &'a Conversion>) -> Amount {
    let counted = conversions.into_iter().filter_map(|row| match row.revenue {
        Revenue::Counted { money } => Some(money.amount),
        _ => None,
    });
    counted.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap())
}
