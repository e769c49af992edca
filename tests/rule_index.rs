//! The index of many rules answers as looking at each rule would.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use postback::model::Status;
use postback::rule::{Conditions, Index};
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

fn index(rules: &[Conditions], types: &[TypeName]) -> Index {
    Index::new(&rules.iter().collect::<Vec<_>>(), types)
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
    fn the_index_names_exactly_the_rules_that_accept(
        lists in proptest::collection::vec(
            (proptest::collection::vec(0_usize..6, 0..4), proptest::collection::vec(0_usize..4, 0..4)),
            0..200,
        ),
        known in 0_usize..6,
    ) {
        let rules: Vec<_> = lists.iter().map(|(types, statuses)| conditions(types, statuses)).collect();
        let types: Vec<_> = (0..known).map(name).collect();
        let index = index(&rules, &types);
        for (place, name) in types.iter().enumerate() {
            for status in Status::ALL {
                let found: Vec<_> = index.candidates(place, *status).collect();
                prop_assert_eq!(found, one_by_one(&rules, name, *status));
            }
        }
    }
}

#[test]
fn the_borders_of_a_word_hold() {
    for count in [0, 1, 63, 64, 65, 127, 128, 129, 1000] {
        let rules = vec![Conditions::default(); count];
        let index = index(&rules, &[name(0), name(1)]);
        for place in [0, 1] {
            assert!(index.candidates(place, Status::Other).eq(0..count), "{count}");
        }
    }
}

#[test]
fn an_unknown_type_matches_no_rule_not_even_one_without_types() {
    let index = index(&[Conditions::default()], &[name(0)]);
    assert_eq!(index.candidates(1, Status::Approved).count(), 0);
    assert_eq!(index.candidates(usize::MAX, Status::Approved).count(), 0);
}

#[test]
fn a_type_that_only_a_rule_knows_matches_nothing() {
    let index = index(&[conditions(&[7], &[])], &[name(0)]);
    assert_eq!(index.candidates(0, Status::Approved).count(), 0);
}
