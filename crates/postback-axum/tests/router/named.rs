//! Click ids that nobody knows: what they nearly are, and the events that named them.

use crate::support::tested;

#[tokio::test]
async fn a_click_id_with_something_behind_it_says_so_and_is_found_from_both_ends() {
    let tested = tested();
    let click = tested.click("summer").await;
    let answer = tested.postback(&format!("clickid={click}xx&sum=8.50&eventid=E1")).await;
    let json = answer.json();
    assert_eq!(
        (&json["outcome"], &json["reason"], &json["hint"]),
        (
            &"unattributed".into(),
            &"unknown_click".into(),
            &"begins_with_ours".into()
        )
    );
    for id in [format!("{click}xx"), click.clone()] {
        let json = tested.api(&format!("/api/explain?clickid={id}")).await.json();
        assert_eq!(json["click"]["id"] == click.as_str(), id == click);
        let event = &json["named"][0];
        assert_eq!(event["named"], serde_json::json!([format!("{click}xx")]), "{id}");
        let text = event["text"].as_str().unwrap();
        assert!(
            text.ends_with("; it begins with one of ours: something was put behind it"),
            "{text}"
        );
    }
    let list = tested.api(&format!("/api/events?clickid={click}xx")).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let list = tested
        .api(&format!("/api/events?clickid={click}xx&source=clickbank"))
        .await
        .json();
    assert!(list["items"].as_array().unwrap().is_empty());
    let list = tested.api(&format!("/api/events?clickid={click}")).await.json();
    assert!(list["items"].as_array().unwrap().is_empty(), "its own events alone");
}

#[tokio::test]
async fn a_click_id_one_character_short_says_so() {
    let tested = tested();
    let click = tested.click("summer").await;
    let short = &click[..click.len() - 1];
    let answer = tested.postback(&format!("clickid={short}&sum=8.50&eventid=E1")).await;
    assert_eq!(answer.json()["hint"], "one_short");
    let json = tested.api(&format!("/api/explain?clickid={click}")).await.json();
    assert_eq!(json["named"][0]["hint"], "one_short");
    let json = tested.api("/api/events?outcome=unattributed").await.json();
    let text = json["items"][0]["text"].as_str().unwrap();
    assert!(
        text.ends_with("; it is like one of ours, one character short"),
        "{text}"
    );
}

#[tokio::test]
async fn a_placeholder_is_kept_as_it_came() {
    let tested = tested();
    let answer = tested.postback("clickid=%7Bclickid%7D&sum=8.50&eventid=E1").await;
    let json = answer.json();
    assert_eq!(
        (&json["reason"], &json["hint"]),
        (&"no_click_id".into(), &"placeholder".into())
    );
    let json = tested.api("/api/explain?clickid=%7Bclickid%7D").await.json();
    assert_eq!(json["named"][0]["named"], serde_json::json!(["{clickid}"]));
    assert_eq!(json["click"], serde_json::Value::Null);
}

#[tokio::test]
async fn what_is_known_needs_no_hint_and_what_nobody_named_is_404() {
    let tested = tested();
    let click = tested.click("summer").await;
    let answer = tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    assert_eq!(answer.text(), r#"{"outcome":"applied"}"#);
    let answer = tested.postback("clickid=nobody&sum=8.50&eventid=E2").await;
    assert_eq!(answer.text(), r#"{"outcome":"unattributed","reason":"unknown_click"}"#);
    let answer = tested.api(&format!("/api/explain?clickid={click}xx")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            404,
            format!("click `{click}xx` is not known; it begins with one of ours: something was put behind it")
        )
    );
}
