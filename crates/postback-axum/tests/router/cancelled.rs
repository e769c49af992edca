//! Deliveries that a person gives up; one or many.

use crate::again::{dead, mended, post};
use crate::support::{compiled, tested};
use postback::delivery::DeliveryState;
use postback::port::{Claim, Clock, Inspect, Store};
use postback_service::SystemClock;
use std::time::Duration;

#[tokio::test]
async fn a_queued_delivery_is_cancelled_once_and_queued_again_on_purpose_alone() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50")).await;
    let id = tested.deliveries().await[0].delivery.id.clone();
    let url = format!("/api/deliveries/{id}/cancel");
    assert_eq!(post(&tested, &url).await.text(), r#"{"cancelled":1}"#);
    let row = tested.deliveries().await.remove(0);
    assert_eq!((row.state, row.attempts), (DeliveryState::Dead, 0));
    assert_eq!(row.last.unwrap().finding, "cancelled by a person");
    let answer = post(&tested, &url).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (409, format!("delivery `{id}` was cancelled before"))
    );
    let retry = format!("/api/deliveries/{id}/retry");
    let answer = post(&tested, &retry).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            409,
            format!("delivery `{id}` was cancelled by a person; `anyway=true` queues it all the same")
        )
    );
    assert_eq!(post(&tested, &format!("{retry}?anyway=true")).await.status, 200);
    assert_eq!(tested.deliveries().await[0].state, DeliveryState::Queued);
    let unknown = "a".repeat(26);
    let answer = post(&tested, &format!("/api/deliveries/{unknown}/cancel")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (404, format!("delivery `{unknown}` is not known"))
    );
}

#[tokio::test]
async fn what_is_being_sent_is_not_cancelled_and_named_among_many() {
    let tested = tested();
    for number in 0..3 {
        let click = tested.click("summer").await;
        tested
            .postback(&format!("clickid={click}&sum=8.50&eventid=E{number}"))
            .await;
    }
    let now = SystemClock.now();
    let claim = Claim::new(now, Duration::from_secs(60), 1);
    let leased = tested.store.inner.claim(&claim).await;
    let id = leased.unwrap().deliveries[0].delivery.id.clone();
    let answer = post(&tested, &format!("/api/deliveries/{id}/cancel")).await;
    let error = format!("delivery `{id}` is being sent at this moment; look at it again in a minute");
    assert_eq!((answer.status.as_u16(), answer.error()), (409, error.clone()));
    let dry = post(&tested, "/api/deliveries/cancel?campaign=summer&dry_run=true").await;
    assert_eq!(dry.text(), r#"{"dry_run":true,"matched":3,"next":null}"#);
    let many = post(&tested, "/api/deliveries/cancel?campaign=summer").await.json();
    assert_eq!((&many["cancelled"], &many["remaining"]), (&2.into(), &0.into()));
    assert_eq!(many["refused"], serde_json::json!([{"delivery": id, "error": error}]));
    let answer = post(&tested, "/api/deliveries/cancel").await;
    let error = "name at least one of campaign, lane, state, from, to; state=queued is all of them";
    assert_eq!((answer.status.as_u16(), answer.error()), (400, error.into()));
    let answer = post(&tested, "/api/deliveries/cancel?state=dead").await;
    assert_eq!(answer.status, 200, "what is dead may be given up for good");
}

#[tokio::test]
async fn what_is_dead_is_given_up_for_good_and_waits_for_nobody() {
    let tested = tested();
    let ids = dead(&tested, "summer", 4).await;
    let waiting = async || tested.store.inner.dead_letters().await.unwrap().count;
    let url = |id: &str| format!("/api/deliveries/{id}/cancel");
    assert_eq!(post(&tested, &url(&ids[0])).await.text(), r#"{"cancelled":1}"#);
    assert_eq!(waiting().await, 3);
    // One that another delivery replaces waits for nobody already.
    tested.replace(compiled(&mended()).unwrap());
    let resent = post(&tested, &format!("/api/deliveries/{}/resend", ids[1]))
        .await
        .json();
    let new = resent["delivery"].as_str().unwrap();
    let answer = post(&tested, &url(&ids[1])).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            409,
            format!("delivery `{}` was resent as `{new}`; cancel `{new}`", ids[1])
        )
    );
    let dry = post(&tested, "/api/deliveries/cancel?state=dead&dry_run=true").await;
    assert_eq!(dry.json()["matched"], 3, "what was resent is known when it is its turn");
    let many = post(&tested, "/api/deliveries/cancel?state=dead").await.json();
    assert_eq!(
        (&many["cancelled"], &many["others"], &many["remaining"]),
        (&2.into(), &2.into(), &0.into())
    );
    assert_eq!(waiting().await, 0);
    let rows = tested.deliveries().await;
    let queued = rows.iter().filter(|row| row.state == DeliveryState::Queued);
    let queued: Vec<&str> = queued.map(|row| row.delivery.id.as_str()).collect();
    assert_eq!(queued, [new], "what is to be sent is not touched");
    let many = post(&tested, "/api/deliveries/retry?state=dead").await.json();
    assert_eq!(many["requeued"], 0, "nor is it sent again with many");
}

#[tokio::test]
async fn what_is_delivered_is_not_cancelled() {
    let tested = tested();
    let id = dead(&tested, "summer", 1).await.remove(0);
    post(&tested, &format!("/api/deliveries/{id}/retry")).await;
    tested.deliver_all().await;
    let answer = post(&tested, &format!("/api/deliveries/{id}/cancel")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            409,
            format!("delivery `{id}` is delivered; only queued, accepted and dead ones are cancelled")
        )
    );
}
