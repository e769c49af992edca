//! `POST /api/events/{id}/attribute`: a person says whose click an event is.

use crate::support::{API_TOKEN, Answer, Tested, notification, request, tested};
use axum::body::Body;
use axum::http::header;

async fn attribute(tested: &Tested, event: &str, body: &str) -> Answer {
    let request = request("POST", &format!("/api/events/{event}/attribute"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    tested.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// A sale whose click id is not known; its event's id.
async fn orphan(tested: &Tested, query: &str) -> String {
    tested.postback(query).await;
    let newest = tested.events().await.remove(0);
    assert_eq!(newest.outcome.as_str(), "unattributed");
    newest.event.id.to_string()
}

#[tokio::test]
async fn an_event_without_a_click_is_attributed_by_a_person_and_says_so() {
    let tested = tested();
    let click = tested.click("summer").await;
    let event = orphan(
        &tested,
        "clickid=nobody&sum=8.50&eventid=E1&mail=CANARY-buyer@example.com",
    )
    .await;
    let body = format!(r#"{{"clickid":"{click}","note":"the network's report names it"}}"#);
    let answer = attribute(&tested, &event, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json = answer.json();
    assert_eq!(
        (&json["outcome"], &json["click"], &json["event"]),
        (&"applied".into(), &click.as_str().into(), &event.as_str().into())
    );
    let conversions = tested.conversions().await;
    assert_eq!(conversions.len(), 1);
    assert_eq!(json["conversion"], conversions[0].id.as_str());
    assert_eq!(tested.deliveries().await.len(), 1, "its postback is fired");
    let explained = tested.api(&format!("/api/explain?clickid={click}")).await;
    assert!(!explained.text().contains("CANARY"), "{}", explained.text());
    let event = &explained.json()["events"][0];
    assert_eq!(
        (&event["found"]["by"], &event["found"]["text"]),
        (&"hand".into(), &"by hand: a person has chosen it".into())
    );
    assert_eq!(event["by_hand"]["note"], "the network's report names it");
    assert!(event["by_hand"]["at"].is_string());
}

#[tokio::test]
async fn what_is_attributed_or_unknown_is_refused() {
    let tested = tested();
    let click = tested.click("summer").await;
    let event = orphan(&tested, "clickid=nobody&sum=8.50&eventid=E1").await;
    let body = format!(r#"{{"clickid":"{click}"}}"#);
    let unknown = attribute(&tested, &event, r#"{"clickid":"somebody"}"#).await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.error().as_str()),
        (
            404,
            "click `somebody` is not known; an event is attributed to a click that was recorded"
        )
    );
    let nobody = "a".repeat(26);
    let unknown = attribute(&tested, &nobody, &body).await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.error()),
        (404, format!("event `{nobody}` is not known"))
    );
    let other = tested.click("bare-one").await;
    let answer = attribute(&tested, &event, &format!(r#"{{"clickid":"{other}"}}"#)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            409,
            format!("click `{other}` went to an offer of source `clickbank`, and the event is one of `net`")
        )
    );
    for body in ["", "[]", r#"{"click":"a"}"#, r#"{"clickid":"a","b":1}"#] {
        let answer = attribute(&tested, &event, body).await;
        assert_eq!(answer.status, 400, "{body}");
    }
    assert_eq!(attribute(&tested, &event, &body).await.status, 200);
    let again = attribute(&tested, &event, &body).await;
    assert_eq!(
        (again.status.as_u16(), again.error()),
        (
            409,
            format!("event `{event}` is applied; only unattributed ones are attributed by hand")
        )
    );
    assert_eq!(tested.conversions().await.len(), 1);
}

#[tokio::test]
async fn what_waits_for_the_receipt_is_resolved_with_it() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    tested.notify(&notification("", "SALE", "R1")).await;
    let sale = tested.events().await.remove(0).event.id.to_string();
    tested.notify(&notification("", "RFND", "R1")).await;
    let answer = attribute(&tested, &sale, &format!(r#"{{"clickid":"{click}"}}"#)).await;
    assert_eq!(answer.json()["resolved"], 1, "{}", answer.text());
    let outcomes: Vec<_> = tested.events().await.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["applied", "applied"]);
}

#[tokio::test]
async fn a_refund_whose_sale_is_not_known_is_attributed_by_a_person() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    tested.notify(&notification("", "RFND", "R1")).await;
    let refund = tested.events().await.remove(0);
    assert_eq!(refund.reason.map(|reason| reason.as_str()), Some("waits_for_sale"));
    let body = format!(r#"{{"clickid":"{click}"}}"#);
    let answer = attribute(&tested, refund.event.id.as_str(), &body).await;
    assert_eq!(answer.json()["outcome"], "applied", "{}", answer.text());
}
