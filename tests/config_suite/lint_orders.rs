//! Doubts about how messages of one order are told apart, and about policies that follow none.

use crate::support::warnings;
use postback::model::Duplicates;

/// The page on duplicates says the same of each policy, and `tests/vectors/lives.jsonl` shows it.
#[test]
fn a_policy_that_follows_no_order_says_what_it_does_with_one() {
    let page: Vec<&str> = include_str!("../../docs/design/duplicates.md")
        .split_whitespace()
        .collect();
    let page = page.join(" ");
    for policy in Duplicates::ALL {
        let found = warnings(&[("#source", &format!("duplicates = \"{policy}\""))]);
        if *policy == Duplicates::Update {
            assert_eq!(found, [""; 0]);
            continue;
        }
        let said = found[0].strip_prefix("offer_source[0].duplicates: ").unwrap();
        let said = said
            .strip_suffix("; `update` follows an order by its event id")
            .unwrap();
        let said = said.strip_prefix(&format!("`{policy}` ")).unwrap();
        assert!(page.contains(said), "the page does not say of `{policy}`: {said}");
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn a_type_whose_own_policy_follows_no_order_is_named_where_orders_are_followed() {
    for policy in Duplicates::ALL {
        let found = warnings(&[("default = true", &format!("default = true\nduplicates = \"{policy}\""))]);
        if *policy == Duplicates::Update {
            assert_eq!(found, [""; 0]);
            continue;
        }
        let said =
            format!("offer_source[0].duplicates: the type `Purchase` has the policy `{policy}` of its own, which ");
        assert!(found[0].starts_with(&said), "{found:?}");
        assert!(
            found[0].ends_with("or write `duplicates = \"update\"` there"),
            "{found:?}"
        );
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

/// The page on duplicates says what such a total comes to.
#[test]
fn a_rebill_whose_refund_is_not_told_from_one_of_its_order_is_named() {
    let row = "[[conversion_type]]\nname = \"Rebill\"\ncounts = \"revenue\"\n";
    let with = |more: &str, policy: &str| {
        let types = format!("{row}{more}\n[[offer_source]]");
        let rows = [("[[offer_source]]", types.as_str()), ("#source", policy)];
        let found = warnings(&rows).into_iter();
        found
            .filter(|said| said.contains("a refund of a `Rebill`"))
            .collect::<Vec<_>>()
    };
    let reversal = "[[conversion_type]]\nname = \"Returned\"\ncounts = \"reversal\"\n";
    let found = with(reversal, "");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("or upload such an order with the sum 0"),
        "{found:?}"
    );
    assert_eq!(with(reversal, "duplicates = \"create\""), [""; 0]);
}

#[test]
fn an_event_id_that_is_a_goals_number_is_doubtful() {
    let row = "{ name = \"txid\", macro = \"{event_id}\", role = \"event_id\" }";
    let doubts = |row_instead: &str, line: &str| warnings(&[(row, row_instead), ("#source", line)]);
    let said = |place: &str, name: &str| {
        format!(
            "offer_source[0].{place}: `{name}` is the number of a goal at many networks (as Everflow's `event_id` is), and all conversions of the \
             goal have it; name the parameter with the id of the conversion"
        )
    };
    for name in ["goal", "goal_id", "goalid", "event_id"] {
        let line = format!("names = {{ event_id = \"{name}\" }}");
        assert_eq!(doubts("", &line), [said("names.event_id", name)], "{name}");
    }
    for filled in ["{goal_id}", "{goal}", "#goalid#"] {
        let row = format!("{{ name = \"txid\", macro = \"{filled}\", role = \"event_id\" }}");
        assert_eq!(doubts(&row, ""), [said("names.event_id", "txid")], "{filled}");
    }
    let everflow = "postback = { clickid = \"{sub1}\", sum = \"{payout_amount}\" }";
    assert_eq!(doubts(row, everflow), [said("names.event_id", "txid")]);
    assert_eq!(
        doubts(row, "postback = { clickid = \"{sub1}\", sum = \"{payout}\" }"),
        [""; 0]
    );
}

#[test]
fn a_source_that_sends_no_id_cannot_tell_a_retry_from_news() {
    let row = "{ name = \"txid\", macro = \"{event_id}\", role = \"event_id\" }";
    assert_eq!(
        warnings(&[(row, "")]),
        [
            "offer_source[0]: source `network` sends no event id: a network's retry cannot be told from a new conversion, and each \
             message makes a conversion: an order that is confirmed or declined later becomes two; if it sends one, name its parameter, as in \
             `names = { event_id = \"txid\" }`"
        ]
    );
    assert_eq!(
        warnings(&[(row, ""), ("#source", "duplicates = \"ignore\"")]),
        [
            "offer_source[0]: source `network` sends no event id: a network's retry cannot be told from a new conversion; if it sends one, name its \
             parameter, as in `names = { event_id = \"txid\" }`"
        ]
    );
    for (row_instead, line) in [
        ("{ name = \"receipt\", macro = \"{order}\" }", ""),
        ("{ name = \"eventid\", macro = \"{id}\" }", ""),
        ("", "names = { event_id = \"tid\" }"),
        ("", "names = { event_id = \"eventid\" }"),
        ("", "names = { receipt = \"receipt\" }"),
        ("", "names = { receipt = \"order\" }"),
    ] {
        assert_eq!(
            warnings(&[(row, row_instead), ("#source", line)]),
            [""; 0],
            "{row_instead} {line}"
        );
    }
}
