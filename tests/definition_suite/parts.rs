//! Each row reads and writes itself in the form that it has in the document.

use crate::built::campaign;
use postback::{
    Definition,
    definition::{Campaign, Cost, OfferSource, Payout, Postback},
};

#[test]
fn a_campaign_is_kept_as_json() {
    let campaign = campaign("summer");
    let text = serde_json::to_string(&campaign).unwrap();
    assert_eq!(
        text,
        r#"{"channel":"push","cost":{"amount":"0.02","model":"cpc"},"domain":"main","id":"summer","path":[{"offers":[{"offer":"book"}]}],"postback":[{"id":"sales"}]}"#
    );
    assert_eq!(serde_json::from_str::<Campaign>(&text).unwrap(), campaign);
}

#[test]
fn a_part_that_cannot_be_read_names_all_its_problems() {
    let error = serde_json::from_str::<Campaign>(r#"{"id": "a b", "chanel": "push"}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "chanel: there is no such key; did you mean `channel`?\n\
         id: campaign id holds ' ', which is not allowed there; letters, digits, `-`, `_` and `.` are\n\
         channel: is missing"
    );
}

#[test]
fn a_choice_is_written_as_in_the_document() {
    let written = |cost: Cost| {
        let campaign = Campaign::new("c".parse().unwrap(), "push".parse().unwrap()).with_cost(cost);
        serde_json::to_string(&campaign).unwrap()
    };
    assert_eq!(
        written(Cost::None),
        r#"{"channel":"push","cost":{"model":"none"},"id":"c"}"#
    );
    assert_eq!(
        written(Cost::RevShare("30".parse().unwrap())),
        r#"{"channel":"push","cost":{"amount":"30","model":"revshare"},"id":"c"}"#
    );
    let postback: Postback = serde_json::from_str(r#"{"id": "p", "payout": {"fixed": "25.00"}}"#).unwrap();
    assert_eq!(postback.payout, Some(Payout::Fixed("25".parse().unwrap())));
    let error = serde_json::from_str::<Postback>(r#"{"id": "p", "payout": {}}"#).unwrap_err();
    assert_eq!(error.to_string(), "payout: needs either `percent` or `fixed`");
}

#[test]
fn an_event_without_a_type_is_an_empty_text() {
    let mut source = OfferSource::new("s".parse().unwrap());
    source.events.insert("SALE".into(), Some("Sale".parse().unwrap()));
    source.events.insert("TEST".into(), None);
    let text = serde_json::to_string(&source).unwrap();
    assert_eq!(text, r#"{"events":{"SALE":"Sale","TEST":""},"id":"s"}"#);
    assert_eq!(serde_json::from_str::<OfferSource>(&text).unwrap(), source);
}

#[test]
fn an_empty_definition_is_its_version() {
    assert_eq!(Definition::default().to_document().to_json(), r#"{"version":1}"#);
    assert_eq!(
        serde_json::to_string(&Definition::default()).unwrap(),
        r#"{"version":1}"#
    );
}
