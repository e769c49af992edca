//! Deliveries in a person's hand: `retry` keeps the bytes, `resend` writes the postback anew; one
//! or many.

use crate::support::{Answer, CONFIG, Tested, authorized, compiled, tested};
use axum::http;
use bytes::Bytes;
use postback::delivery::DeliveryState;
use postback::drive::{Sender, deliver_once};
use postback::port::{BoxFuture, Claim, Clock, HttpClient, HttpError, Inspect};
use postback_service::{FixedSecrets, OsEntropy, SystemClock};
use std::{sync::Mutex, time::Duration};

/// The configuration with another URL of the postback `sales`.
pub(crate) fn mended() -> String {
    CONFIG.replacen("https://s2s.example.com/log?", "https://new.example.com/v2?", 1)
}

pub(crate) async fn post(tested: &Tested, url: &str) -> Answer {
    tested.send(authorized("POST", url)).await
}

/// Sales of a click each, whose postbacks are dead; their deliveries' ids, the oldest first.
pub(crate) async fn dead(tested: &Tested, campaign: &str, sales: usize) -> Vec<String> {
    for number in 0..sales {
        let click = tested.click(campaign).await;
        tested
            .postback(&format!("clickid={click}&sum=8.50&eventid=E{number}"))
            .await;
    }
    // A hundred at a time.
    for _ in 0..=sales / 100 {
        tested.fail_all().await;
    }
    let rows = tested.deliveries().await.into_iter().rev();
    rows.map(|row| row.delivery.id.to_string()).collect()
}

#[tokio::test]
async fn a_resent_postback_has_the_mended_url_and_a_retried_one_the_old() {
    let tested = tested();
    let old = dead(&tested, "summer", 1).await.remove(0);
    tested.replace(compiled(&mended()).unwrap());
    let answer = post(&tested, &format!("/api/deliveries/{old}/resend")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json = answer.json();
    assert_eq!(
        (&json["revision"], &json["replaces"], &json["repeated"]),
        (&2.into(), &old.as_str().into(), &false.into())
    );
    let new = json["delivery"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    let retry = format!("/api/deliveries/{old}/retry");
    let answer = post(&tested, &retry).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            409,
            format!("delivery `{old}` was resent as `{new}`; retry `{new}`, or send `{old}` too with `anyway=true`")
        )
    );
    assert_eq!(post(&tested, &format!("{retry}?anyway=true")).await.status, 200);
    let rows = tested.api("/api/deliveries?state=queued").await.json();
    let of = |id: &str| {
        rows["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["id"] == id)
            .unwrap()
    };
    assert_eq!(
        of(&new)["url"],
        "https://new.example.com/v2?key=R-1&price=8.5&ip={ip}&t={secret:env:PUSH}"
    );
    assert_eq!(
        (&of(&new)["revision"], &of(&new)["replaces"]),
        (&2.into(), &old.as_str().into())
    );
    assert_eq!(of(&new)["lane"], "https://new.example.com#env:PUSH");
    assert!(
        of(&old)["url"]
            .as_str()
            .unwrap()
            .starts_with("https://s2s.example.com/log?")
    );
    let click = of(&new)["click"].as_str().unwrap();
    let explained = tested.api(&format!("/api/explain?clickid={click}")).await.json();
    assert_eq!(explained["deliveries"][0]["replaces"], old.as_str());
}

#[tokio::test]
async fn a_double_click_resends_once_and_another_configuration_says_so() {
    let tested = tested();
    let old = dead(&tested, "summer", 1).await.remove(0);
    let url = format!("/api/deliveries/{old}/resend");
    let (first, second) = tokio::join!(post(&tested, &url), post(&tested, &url));
    let (first, second) = (first.json(), second.json());
    assert_eq!(first["delivery"], second["delivery"]);
    assert_eq!(tested.deliveries().await.len(), 2);
    let new = first["delivery"].as_str().unwrap();
    tested.replace(compiled(&mended()).unwrap());
    let answer = post(&tested, &url).await;
    assert_eq!(answer.status, 409);
    assert_eq!(
        answer.error(),
        format!("delivery `{old}` was resent as `{new}` under another configuration; resend `{new}`")
    );
    tested.fail_all().await;
    let third = post(&tested, &format!("/api/deliveries/{new}/resend")).await.json();
    assert_eq!((&third["revision"], &third["replaces"]), (&3.into(), &new.into()));
}

#[tokio::test]
async fn a_delivery_that_is_still_sent_or_not_known_is_not_resent() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50")).await;
    let id = tested.deliveries().await[0].delivery.id.clone();
    let answer = post(&tested, &format!("/api/deliveries/{id}/resend")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            409,
            format!("delivery `{id}` is queued; it is resent when it is dead or delivered")
        )
    );
    let unknown = "a".repeat(26);
    let answer = post(&tested, &format!("/api/deliveries/{unknown}/resend")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (404, format!("delivery `{unknown}` is not known"))
    );
}

#[tokio::test]
async fn a_postback_that_can_no_longer_be_written_says_why() {
    let tested = tested();
    let old = dead(&tested, "summer", 1).await.remove(0);
    let url = format!("/api/deliveries/{old}/resend");
    let other_rule = CONFIG.replacen("id = \"sales\"", "id = \"sold\"", 1);
    let other_campaign = CONFIG.replacen("id = \"summer\"", "id = \"winter\"", 1);
    let no_rate = CONFIG.replacen("[[traffic_channel]]\n", "[[traffic_channel]]\ncurrency = \"EUR\"\n", 1);
    for (config, error) in [
        (other_rule, "campaign `summer` has no postback `sales` any more"),
        (other_campaign, "campaign `summer` is no longer configured"),
        (no_rate, "it can no longer be written: "),
    ] {
        tested.replace(compiled(&config).unwrap_or_else(|problems| panic!("{problems:?}")));
        let answer = post(&tested, &url).await;
        assert_eq!(answer.status, 409, "{error}");
        let begins = format!("delivery `{old}` cannot be written again: {error}");
        assert!(answer.error().starts_with(&begins), "{}", answer.error());
    }
    assert_eq!(tested.deliveries().await.len(), 1);
}

#[tokio::test]
async fn many_are_counted_first_and_then_queued_part_by_part() {
    let tested = tested();
    dead(&tested, "summer", 250).await;
    let dry = post(&tested, "/api/deliveries/retry?campaign=summer&dry_run=true").await;
    assert_eq!(dry.text(), r#"{"dry_run":true,"matched":250,"next":null}"#);
    let first = post(&tested, "/api/deliveries/retry?campaign=summer").await.json();
    assert_eq!((&first["requeued"], &first["remaining"]), (&100.into(), &150.into()));
    let next = first["next"].as_str().unwrap();
    let second = post(&tested, &format!("/api/deliveries/retry?campaign=summer&after={next}"))
        .await
        .json();
    assert_eq!((&second["requeued"], &second["remaining"]), (&100.into(), &50.into()));
    // The cursor may be left out: what was queued is dead no more.
    let third = post(&tested, "/api/deliveries/retry?campaign=summer").await.json();
    assert_eq!(
        (&third["requeued"], &third["remaining"], &third["next"]),
        (&50.into(), &0.into(), &serde_json::Value::Null)
    );
    let dead = tested
        .deliveries()
        .await
        .into_iter()
        .filter(|row| row.state == DeliveryState::Dead);
    assert_eq!(dead.count(), 0);
}

#[tokio::test]
async fn many_are_chosen_by_campaign_lane_state_and_time() {
    let tested = tested();
    dead(&tested, "summer", 3).await;
    let rows = tested.deliveries().await;
    let middle = rows[1].delivery.created_at;
    let count = async |query: &str| {
        let answer = post(&tested, &format!("/api/deliveries/resend?dry_run=true&{query}")).await;
        answer.json()["matched"]
            .as_u64()
            .unwrap_or_else(|| panic!("{}", answer.text()))
    };
    assert_eq!(count("state=dead").await, 3);
    assert_eq!(count("state=delivered").await, 0);
    assert_eq!(count("campaign=bare-one").await, 0);
    assert_eq!(count("lane=https://s2s.example.com%23env:PUSH").await, 3);
    assert_eq!(count("lane=https://s2s.example.com").await, 0);
    assert_eq!(count(&format!("from={middle}")).await, 2);
    assert_eq!(count(&format!("to={middle}")).await, 1);
    for (query, error) in [
        (
            "",
            "name at least one of campaign, lane, state, from, to; state=dead is all of them",
        ),
        ("state=queued", "parameter `state`: `queued` is none of dead, delivered"),
        ("from=yesterday", "parameter `from`: "),
        (
            "state=dead&dry_run=yes",
            "parameter `dry_run`: `yes` is none of true, false",
        ),
    ] {
        let answer = post(&tested, &format!("/api/deliveries/resend?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.error().starts_with(error), "{}", answer.error());
    }
    let answer = post(&tested, "/api/deliveries/retry?state=delivered").await;
    assert_eq!(answer.error(), "parameter `state`: `delivered` is none of dead");
}

#[tokio::test]
async fn many_are_resent_once_and_those_that_cannot_be_are_named() {
    let tested = tested();
    let ids = dead(&tested, "summer", 3).await;
    let first = post(&tested, "/api/deliveries/resend?campaign=summer").await.json();
    assert_eq!((&first["resent"], &first["repeated"]), (&3.into(), &0.into()));
    let second = post(&tested, "/api/deliveries/resend?campaign=summer").await.json();
    assert_eq!((&second["resent"], &second["repeated"]), (&0.into(), &3.into()));
    assert_eq!(tested.deliveries().await.len(), 6);
    tested.replace(compiled(&mended()).unwrap());
    let third = post(&tested, "/api/deliveries/resend?campaign=summer").await.json();
    assert_eq!(
        (&third["resent"], &third["others"], &third["refused"]),
        (&0.into(), &3.into(), &serde_json::json!([]))
    );
    tested.replace(compiled(&CONFIG.replacen("id = \"sales\"", "id = \"sold\"", 1)).unwrap());
    let fourth = post(&tested, "/api/deliveries/resend?campaign=summer").await.json();
    let refused = fourth["refused"].as_array().unwrap();
    assert_eq!((refused.len(), &fourth["resent"]), (3, &0.into()));
    assert!(ids.iter().any(|id| refused[0]["delivery"] == id.as_str()));
    let error = refused[0]["error"].as_str().unwrap();
    assert!(error.contains("has no postback `sales` any more"), "{error}");
}

#[tokio::test]
async fn what_was_cancelled_or_resent_waits_for_nobody_and_many_leave_it_out() {
    let tested = tested();
    let ids = dead(&tested, "summer", 2).await;
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E9")).await;
    let cancelled = tested.deliveries().await[0].delivery.id.clone();
    let url = format!("/api/deliveries/{cancelled}/cancel");
    assert_eq!(post(&tested, &url).await.status, 200);
    let waiting = async || tested.store.inner.dead_letters().await.unwrap().count;
    assert_eq!(waiting().await, 2);
    tested.replace(compiled(&mended()).unwrap());
    let resent = post(&tested, &format!("/api/deliveries/{}/resend", ids[0]))
        .await
        .json();
    assert_eq!(waiting().await, 1);

    // A dry run knows what a person gave up; what was resent is known when it is its turn.
    for work in ["retry", "resend"] {
        let dry = post(&tested, &format!("/api/deliveries/{work}?state=dead&dry_run=true")).await;
        assert_eq!(dry.json()["matched"], 2, "{work}");
    }
    let many = post(&tested, "/api/deliveries/retry?state=dead").await.json();
    assert_eq!(
        (&many["requeued"], &many["others"], &many["remaining"]),
        (&1.into(), &2.into(), &0.into())
    );
    let queued = tested.deliveries().await;
    let queued = queued.iter().filter(|row| row.state == DeliveryState::Queued);
    let queued: Vec<&str> = queued.map(|row| row.delivery.id.as_str()).collect();
    assert_eq!(queued, [resent["delivery"].as_str().unwrap(), ids[1].as_str()]);
    tested.fail_all().await;
    tested.replace(
        compiled(&CONFIG.replacen("https://s2s.example.com/log?", "https://third.example.com/v3?", 1)).unwrap(),
    );
    let many = post(&tested, "/api/deliveries/resend?state=dead").await.json();
    assert_eq!((&many["resent"], &many["others"]), (&2.into(), &2.into()));
    assert_eq!(waiting().await, 0);
}

#[tokio::test]
async fn an_order_that_was_declined_since_is_not_told_again_unless_that_is_wanted() {
    let tested = tested();
    let following = CONFIG.replacen("duplicates = \"create_marked\"\n", "", 1);
    tested.replace(compiled(&following).unwrap());
    let click = tested.click("summer").await;
    tested
        .postback(&format!("clickid={click}&sum=8.50&eventid=E1&status=approved"))
        .await;
    tested.fail_all().await;
    let old = tested.deliveries().await[0].delivery.id.clone();
    tested
        .postback(&format!("clickid={click}&eventid=E1&status=declined"))
        .await;
    let url = format!("/api/deliveries/{old}/resend");
    let answer = post(&tested, &url).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (
            409,
            format!(
                "delivery `{old}` cannot be written again: its conversion is declined now; `anyway=true` sends it all \
                 the same"
            )
        )
    );
    let many = post(&tested, "/api/deliveries/resend?state=dead").await.json();
    assert_eq!(
        (&many["resent"], &many["withdrawn"], &many["refused"]),
        (&0.into(), &1.into(), &serde_json::json!([]))
    );
    assert_eq!(post(&tested, &format!("{url}?anyway=true")).await.status, 200);
}

#[tokio::test]
async fn a_sale_that_was_refunded_since_is_not_told_again_and_one_that_was_refunded_in_part_is() {
    for (refund, status) in [("sum=8.50", 409), ("", 409), ("sum=3", 200)] {
        let tested = tested();
        let click = tested.click("summer").await;
        tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
        tested.fail_all().await;
        let old = tested.deliveries().await[0].delivery.id.clone();
        tested
            .postback(&format!("clickid={click}&eventid=E1&type=Refund&{refund}"))
            .await;
        let answer = post(&tested, &format!("/api/deliveries/{old}/resend")).await;
        assert_eq!(answer.status.as_u16(), status, "{refund}: {}", answer.text());
        if status == 409 {
            assert_eq!(
                answer.error(),
                format!(
                    "delivery `{old}` cannot be written again: its conversion was taken back; `anyway=true` sends it \
                     all the same"
                )
            );
        }
    }
}

#[tokio::test]
async fn what_was_paid_together_is_taken_back_one_by_one() {
    let tested = tested();
    let click = tested.click("summer").await;
    for sum in [30, 50] {
        tested.postback(&format!("clickid={click}&sum={sum}&eventid=E1")).await;
    }
    tested.fail_all().await;
    tested
        .postback(&format!("clickid={click}&eventid=E1&type=Refund&sum=50"))
        .await;
    let dead = tested.api("/api/deliveries?state=dead").await.json();
    let mut seen = Vec::new();
    for row in dead["items"].as_array().unwrap() {
        let url = format!("/api/deliveries/{}/resend", row["id"].as_str().unwrap());
        let status = post(&tested, &url).await.status.as_u16();
        seen.push((row["url"].as_str().unwrap().contains("price=50"), status));
    }
    seen.sort_unstable();
    assert_eq!(seen, [(false, 200), (true, 409)]);
}

#[tokio::test]
async fn a_sale_without_a_rate_that_was_refunded_since_is_not_told_again() {
    let fixed = "types = [\"Purchase\"]\npayout = { fixed = \"25\" }\n";
    let tested = tested();
    tested.replace(compiled(&CONFIG.replacen("types = [\"Purchase\"]\n", fixed, 1)).unwrap());
    let click = tested.click("summer").await;
    tested
        .postback(&format!("clickid={click}&sum=8.50&currency=GBP&eventid=E1"))
        .await;
    tested.fail_all().await;
    let old = tested.deliveries().await[0].delivery.id.clone();
    tested
        .postback(&format!("clickid={click}&sum=8.50&currency=GBP&eventid=E1&type=Refund"))
        .await;
    let answer = post(&tested, &format!("/api/deliveries/{old}/resend")).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
}

/// Writes down which delivery each request says that it is, and in whose place.
#[derive(Debug, Default)]
struct Ids(Mutex<Vec<(String, Option<String>)>>);

impl HttpClient for Ids {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        let header = |name| Some(request.headers().get(name)?.to_str().unwrap().to_owned());
        let ids = (header("postback-id").unwrap(), header("postback-replaces"));
        self.0.lock().unwrap().push(ids);
        Box::pin(async { Ok(http::Response::new(Bytes::new())) })
    }
}

/// Sends what is due.
async fn deliver(tested: &Tested, http: &Ids) {
    let secrets = FixedSecrets::from_iter([("env:PUSH", "t")]);
    let store = &*tested.store;
    let sender = Sender::new(store, http, &secrets, &SystemClock, &OsEntropy);
    let claim = Claim::new(SystemClock.now(), Duration::from_secs(60), 10);
    assert_eq!(deliver_once(&sender, &claim).await.unwrap().delivered, 1);
}

#[tokio::test]
async fn a_delivered_postback_is_sent_again_on_purpose_and_each_request_says_which_it_is() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50")).await;
    let http = Ids::default();
    deliver(&tested, &http).await;
    let old = tested.deliveries().await[0].delivery.id.to_string();
    let answer = post(&tested, &format!("/api/deliveries/{old}/resend")).await.json();
    let new = answer["delivery"].as_str().unwrap().to_owned();
    deliver(&tested, &http).await;
    assert_eq!(http.0.into_inner().unwrap(), [(old.clone(), None), (new, Some(old))]);
}
