//! Codes in words: the one place where `explain` finds its sentences.

use postback::rule::Condition;
use postback::tracker::{DuplicateDecision, Found, Outcome, Reason, RuleVerdict};

/// What became of an event, and why.
pub(crate) fn outcome(outcome: Outcome, reason: Option<Reason>) -> String {
    match reason {
        Some(reason) => format!("{}: {}", outcome.text(), reason.text()),
        None => outcome.text().to_owned(),
    }
}

/// How the click was found.
pub(crate) fn found(found: Option<&Found>) -> String {
    match found {
        None => "no click was found".to_owned(),
        Some(Found::Candidate { index, click }) => {
            format!(
                "click `{click}` is candidate {} of the event's own click ids",
                index.saturating_add(1)
            )
        }
        Some(Found::Receipt { path, click }) => {
            let path: Vec<&str> = path.iter().map(|receipt| receipt.as_str()).collect();
            format!(
                "click `{click}` was found through the receipts `{}`",
                path.join("` -> `")
            )
        }
    }
}

/// The code of a duplicate decision and what it means.
pub(crate) fn duplicate(decision: DuplicateDecision) -> (&'static str, &'static str) {
    match decision {
        DuplicateDecision::Created => ("created", "a conversion was made"),
        DuplicateDecision::Edited => ("edited", "the conversion shows this event's data now"),
        DuplicateDecision::Incremented => ("incremented", "this event's amount was added to the conversion"),
        DuplicateDecision::ReplacedFirst => (
            "replaced_first",
            "it is earlier than what came before, and the conversion shows it now",
        ),
        DuplicateDecision::Kept => ("kept", "the click has an earlier one of this type, which stays"),
        DuplicateDecision::Superseded => ("superseded", "the conversion shows a later event, which stays"),
        DuplicateDecision::Bypassed => ("bypassed", "reversals and tests do not go through the duplicate policy"),
    }
}

/// The code of a rule's verdict and what it means.
pub(crate) fn verdict(verdict: &RuleVerdict) -> (&'static str, String) {
    match verdict {
        RuleVerdict::Fired => ("fired", "it fired".to_owned()),
        RuleVerdict::AlreadyFired => ("already_fired", "it matches and has fired before".to_owned()),
        RuleVerdict::NotOnUpdate => (
            "not_on_update",
            "it matches, and `updates` lets no change fire it".to_owned(),
        ),
        RuleVerdict::Failed(answer) => {
            let failed: Vec<&str> = answer.failed().map(condition).collect();
            ("failed", format!("it did not fire: {}", failed.join("; ")))
        }
        RuleVerdict::NotRendered(problem) => ("not_rendered", format!("it matches and cannot be written: {problem}")),
    }
}

/// What a condition that failed says.
fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::NoConversion => "there is no conversion",
        Condition::UnknownType => "the conversion type is not configured",
        Condition::Types => "the type is not one of `types`",
        Condition::Statuses => "the status is not one of `statuses`",
        Condition::Test => "it is a test, and the postback is not for tests",
        Condition::Negative => "it takes money back, and `negative` skips that",
        Condition::MinPayout => "the payout is below `min_payout`",
        Condition::NoRate => "there is no rate into the channel's currency",
        Condition::CurrencyMismatch => "the payout and `min_payout` are of different currencies",
        Condition::Within => "it came too long after the click for `within`",
        Condition::Where => "a parameter of `where` has another value",
        Condition::Require => "a parameter of `require` is missing",
        Condition::Share => "the conversion is not in the `share`",
        _ => "a condition of a newer version",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postback::rule::Answer;

    #[test]
    fn every_condition_has_words_of_its_own() {
        let words: std::collections::BTreeSet<_> = Condition::ALL.iter().map(|known| condition(*known)).collect();
        assert_eq!(words.len(), Condition::ALL.len());
    }

    #[test]
    fn a_failed_rule_names_every_condition() {
        let answer = Answer::try_from(4 + 8).unwrap();
        let (code, text) = verdict(&RuleVerdict::Failed(answer));
        assert_eq!(code, "failed");
        assert_eq!(
            text,
            "it did not fire: the type is not one of `types`; the status is not one of `statuses`"
        );
    }

    #[test]
    fn a_click_that_was_found_through_receipts_says_which() {
        let path = ["R2", "R1"].map(|receipt| receipt.parse().unwrap()).to_vec();
        let through = Found::Receipt {
            path,
            click: "c1".parse().unwrap(),
        };
        assert_eq!(
            found(Some(&through)),
            "click `c1` was found through the receipts `R2` -> `R1`"
        );
        let own = Found::Candidate {
            index: 0,
            click: "c1".parse().unwrap(),
        };
        assert_eq!(
            found(Some(&own)),
            "click `c1` is candidate 1 of the event's own click ids"
        );
    }
}
