//! Many rules with all kinds of lists: exactly those fire whose lists hold.

use crate::support::Case;
use postback::model::Status;
use postback::rule::{Conditions, evaluate};
use postback::value::TypeName;
use proptest::prelude::*;

fn name(number: usize) -> TypeName {
    TypeName::new(format!("Type{number}")).unwrap()
}

fn conditions(types: &[usize], statuses: &[usize]) -> Conditions {
    let mut made = Conditions::default();
    made.types = types.iter().copied().map(name).collect();
    made.statuses = statuses.iter().map(|place| Status::ALL[*place]).collect();
    made
}

fn firing(rules: &[Conditions], case: &Case) -> Vec<usize> {
    (0..rules.len())
        .filter(|place| evaluate(&rules[*place], &case.scope()).fires())
        .collect()
}

/// Looks at one rule after the other, as the text of the semantic says.
fn one_by_one(rules: &[Conditions], name: &TypeName, status: Status) -> Vec<usize> {
    let accepts = |rule: &Conditions| {
        (rule.types.is_empty() || rule.types.iter().any(|wanted| wanted == name))
            && (rule.statuses.is_empty() || rule.statuses.contains(&status))
    };
    (0..rules.len()).filter(|place| accepts(&rules[*place])).collect()
}

proptest! {
    #[test]
    fn exactly_the_rules_fire_that_accept_the_type_and_the_status(
        lists in proptest::collection::vec(
            (proptest::collection::vec(0_usize..6, 0..4), proptest::collection::vec(0_usize..4, 0..4)),
            0..200,
        ),
        known in 0_usize..6,
    ) {
        let rules: Vec<_> = lists.iter().map(|(types, statuses)| conditions(types, statuses)).collect();
        for name in (0..known).map(name) {
            for status in Status::ALL {
                let case = Case::of(name.as_str(), *status);
                prop_assert_eq!(firing(&rules, &case), one_by_one(&rules, &name, *status));
            }
        }
    }
}

#[test]
fn an_unknown_type_matches_no_rule_not_even_one_without_types() {
    let mut case = Case::of("Type0", Status::Approved);
    case.conversion.shown.known = false;
    assert_eq!(
        firing(&[Conditions::default(), conditions(&[0], &[])], &case),
        [0_usize; 0]
    );
}

#[test]
fn a_type_that_only_another_rule_knows_matches_nothing() {
    let case = Case::of("Type0", Status::Approved);
    assert_eq!(firing(&[conditions(&[7], &[])], &case), [0_usize; 0]);
}
