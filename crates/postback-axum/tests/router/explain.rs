//! `GET /api/explain`: why something was sent, or why not.

use crate::support::{notification, tested};

#[tokio::test]
async fn a_sale_is_explained_from_click_to_delivery() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    let json = tested.api(&format!("/api/explain?clickid={click}")).await.json();
    assert_eq!(json["click"]["id"], click);
    assert_eq!(json["conversions"][0]["mark"], "new");
    assert_eq!(json["truncated"], false);
    let event = &json["events"][0];
    assert_eq!(
        (&event["outcome"], &event["text"]),
        (&"applied".into(), &"it made or changed a conversion".into())
    );
    assert_eq!(event["current"], true);
    assert_eq!(event["found"]["by"], "candidate");
    assert_eq!(event["found"]["click"], click);
    assert_eq!(event["found"]["text"], "candidate 1 of the event's own click ids");
    assert_eq!(event["duplicate"]["code"], "created");
    assert_eq!(event["duplicate"]["text"], "none: a conversion was made");
    let rules = event["rules"].as_array().unwrap();
    assert_eq!(
        (&rules[0]["postback"], &rules[0]["verdict"]),
        (&"sales".into(), &"fired".into())
    );
    assert_eq!(
        (&rules[1]["postback"], &rules[1]["verdict"]),
        (&"declined".into(), &"failed".into())
    );
    assert_eq!(rules[1]["failed"], serde_json::json!(["types", "statuses"]));
    assert_eq!(
        rules[1]["text"],
        "it did not fire: the type is not one of `types`; the status is not one of `statuses`"
    );
    assert_eq!(
        (&json["deliveries"][0]["state"], &json["deliveries"][0]["postback"]),
        (&"queued".into(), &"sales".into())
    );
}

#[tokio::test]
async fn a_missing_value_is_said_where_a_postback_needs_it() {
    let tested = tested();
    let click = tested.get("/summer?format=json").await.click_id();
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    let json = tested.api(&format!("/api/explain?clickid={click}")).await.json();
    let rule = &json["events"][0]["rules"][0];
    assert_eq!(rule["failed"], serde_json::json!(["require"]));
    assert_eq!(rule["text"], "it did not fire: a parameter of `require` is missing");
    assert!(json["deliveries"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_refund_says_through_which_receipts_its_click_was_found() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    tested.notify(&notification(&click, "SALE", "R1")).await;
    tested.notify(&notification("", "RFND", "R1")).await;
    let json = tested.api(&format!("/api/explain?clickid={click}")).await.json();
    let refund = &json["events"][0];
    assert_eq!(
        (&refund["name"], &refund["found"]["by"]),
        (&"RFND".into(), &"receipt".into())
    );
    assert_eq!(refund["found"]["text"], "through the receipts `R1`");
    assert_eq!(refund["duplicate"]["code"], "bypassed");
}

#[tokio::test]
async fn an_unknown_click_is_404() {
    let answer = tested().api("/api/explain?clickid=nobody").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (404, "click `nobody` is not known")
    );
}

#[tokio::test]
async fn what_was_refused_of_a_click_is_explained_too() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=1,50&eventid=E1")).await;
    tested.postback("clickid=nobody&sum=1,50&eventid=E2").await;
    for id in [click.as_str(), "nobody"] {
        let refused = tested.api(&format!("/api/explain?clickid={id}")).await.json()["refused"].clone();
        let listed = tested.api(&format!("/api/refused?clickid={id}")).await.json()["items"].clone();
        assert_eq!((refused.as_array().unwrap().len(), &refused), (1, &listed), "{id}");
        assert_eq!(refused[0]["parameter"], "sum");
    }
    assert_eq!(tested.api("/api/explain?clickid=someone").await.status, 404);
}
