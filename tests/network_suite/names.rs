//! A source's own parameter names, and the query that is pasted into ClickBank.

use postback::model::AccountRole;
use postback::network::{MAX_PARAMETER_NAME, Meaning, NameError, ParameterMap};
use std::collections::BTreeMap;

fn names(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(word, name)| ((*word).into(), (*name).into()))
        .collect()
}

fn refused(map: ParameterMap, pairs: &[(&str, &str)]) -> Vec<String> {
    map.with_names(&names(pairs))
        .unwrap_err()
        .into_errors()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_mistyped_meaning_is_refused_with_a_suggestion() {
    assert_eq!(
        refused(ParameterMap::generic(), &[("click_id", "subid")]),
        [
            "`click_id` is not a meaning of a parameter; there are clickid, sum, type, status, currency, event_id, order_id, receipt, parent, time, token, format, disable_postback and sub1 to sub20; did you mean `clickid`?"
        ]
    );
    assert_eq!(
        refused(ParameterMap::generic(), &[("payout", "amount")]),
        [
            "`payout` is not a meaning of a parameter; there are clickid, sum, type, status, currency, event_id, order_id, receipt, \
          parent, time, token, format, disable_postback and sub1 to sub20"
        ]
    );
}

#[test]
fn a_name_used_twice_is_refused() {
    assert_eq!(
        refused(ParameterMap::generic(), &[("clickid", "id"), ("order_id", "id")]),
        ["parameter `id` cannot mean `order_id`: it means `clickid`"]
    );
    assert_eq!(
        refused(ParameterMap::generic(), &[("order_id", "eventid")]),
        ["parameter `eventid` cannot mean `order_id`: it means `event_id`"]
    );
}

#[test]
fn two_meanings_may_swap_their_names() {
    let map = ParameterMap::generic()
        .with_names(&names(&[("type", "status"), ("status", "type")]))
        .unwrap();
    assert_eq!(map.meaning("type"), Some(Meaning::Status));
    assert_eq!(map.meaning("status"), Some(Meaning::Type));
}

#[test]
fn a_name_replaces_both_names_of_the_event_id() {
    let map = ParameterMap::generic()
        .with_names(&names(&[("event_id", "txid")]))
        .unwrap();
    assert!(map.names(Meaning::EventId).eq(["txid"]));
    assert!(
        ParameterMap::generic()
            .names(Meaning::EventId)
            .eq(["rdtk_event_id", "eventid"])
    );
}

#[test]
fn a_name_is_neither_empty_nor_over_its_length() {
    assert_eq!(
        refused(ParameterMap::generic(), &[("sum", "")]),
        ["the parameter name of `sum` is empty"]
    );
    for length in [MAX_PARAMETER_NAME - 1, MAX_PARAMETER_NAME] {
        assert!(
            ParameterMap::generic()
                .with_names(&names(&[("sum", &"a".repeat(length))]))
                .is_ok()
        );
    }
    assert_eq!(
        refused(ParameterMap::generic(), &[("sum", &"a".repeat(MAX_PARAMETER_NAME + 1))]),
        ["the parameter name of `sum` is 65 bytes long, at most 64 are allowed"]
    );
}

#[test]
fn a_name_that_would_break_a_query_is_refused() {
    assert_eq!(
        refused(ParameterMap::generic(), &[("sum", "a&b")]),
        ["the parameter name of `sum` holds '&', which is not allowed there"]
    );
    assert!(
        ParameterMap::generic()
            .with_names(&names(&[("sum", "data[sum]-1.x_~")]))
            .is_ok()
    );
}

#[test]
fn every_problem_is_told_with_its_word() {
    let errors = ParameterMap::generic()
        .with_names(&names(&[("sum", ""), ("stats", "s"), ("sub3", "clickid")]))
        .unwrap_err();
    let text = "`stats` is not a meaning of a parameter; there are clickid, sum, type, status, currency, event_id, order_id, receipt, parent, time, token, format, disable_postback and sub1 to sub20; did you mean `status`?; the parameter name of `sum` is empty; ";
    assert!(errors.to_string().starts_with(text), "{errors}");
    let errors = errors.into_errors();
    assert!(errors.iter().map(NameError::word).eq(["stats", "sum", "sub3"]));
}

#[test]
fn clickbanks_currency_cannot_be_named() {
    let map = postback::clickbank::s2s::parameter_map(AccountRole::Vendor);
    assert_eq!(
        refused(map, &[("currency", "cy")]),
        ["clickbank's earnings are always in USD: `currency` has no parameter"]
    );
}

#[test]
fn an_affiliate_pastes_the_guides_rows_in_its_order() {
    // Guide "ClickBank and RedTrack (S2S postback integration)", step 2.2; the receipt and what
    // tells a test are added.
    assert_eq!(
        postback::clickbank::s2s::parameter_map(AccountRole::Affiliate)
            .pasted_query()
            .unwrap(),
        "clickid={tid}&sum={affiliate_earnings}&eventid={event_id}&zip={postal_code}&order_id={order_id}&receipt={receipt_id}\
         &sub1={aff_sub1}"
    );
}

#[test]
fn a_vendor_pastes_vtid_and_vendor_earnings() {
    // The same guide: "For Vendors only! .. CLICKID: {vtid}, SUM: {vendor_earnings}".
    assert_eq!(
        postback::clickbank::s2s::parameter_map(AccountRole::Vendor)
            .pasted_query()
            .unwrap(),
        "clickid={vtid}&sum={vendor_earnings}&eventid={event_id}&zip={postal_code}&order_id={order_id}&receipt={receipt_id}"
    );
}

#[test]
fn a_renamed_parameter_is_pasted_under_its_name() {
    let map = postback::clickbank::s2s::parameter_map(AccountRole::Affiliate);
    let map = map
        .with_names(&names(&[("clickid", "subid"), ("event_id", "tid"), ("sub1", "aff")]))
        .unwrap();
    let pasted = map.pasted_query().unwrap();
    assert!(
        pasted.starts_with("subid={tid}&sum={affiliate_earnings}&tid={event_id}&zip="),
        "{pasted}"
    );
    assert!(pasted.ends_with("&aff={aff_sub1}"), "{pasted}");
}

#[test]
fn a_network_whose_macros_are_not_known_has_nothing_to_paste() {
    assert_eq!(ParameterMap::redtrack().pasted_query(), None);
    assert_eq!(ParameterMap::generic().pasted_query(), None);
}
