//! The token, the lists, the parameters, queueing again.

use crate::support::{API_TOKEN, authorized, notification, options, request, routed, tested};
use crate::watched::Mode;
use axum::body::Body;
use postback::Secret;
use postback::delivery::{Attempt, Cause, Delivery, Lane, Settlement, Verdict};
use postback::model::Method;
use postback::outbound::{HoledText, Outbound};
use postback::plan::Commit;
use postback::port::{Claim, Clock, Store};
use postback::value::DeliveryId;
use postback_service::{Service, SystemClock};
use std::time::Duration;

const GUARDED: [&str; 9] = [
    "/api/clicks/a",
    "/api/conversions",
    "/api/deliveries",
    "/api/explain?clickid=a",
    "/api/events",
    "/api/sources",
    "/api/conversion-apis",
    "/metrics",
    "/api/events?source=net",
];

#[tokio::test]
async fn without_a_configured_token_the_api_is_closed_and_says_how_to_open_it() {
    for token in [None, Some(Secret::from(""))] {
        let tested = routed(|builder| builder, options().with_api_token(token));
        for url in GUARDED {
            let answer = tested.api(url).await;
            assert_eq!(answer.status, 403, "{url}");
            assert_eq!(
                answer.error(),
                "the api is closed: whoever runs this service can open it by giving it a bearer token"
            );
        }
    }
}

#[tokio::test]
async fn without_the_right_bearer_token_the_api_is_401() {
    let tested = tested();
    let wrong = [
        "Bearer wrong",
        "Bearer ",
        "Basic abc",
        "",
        API_TOKEN,
        &format!("Bearer{API_TOKEN}"),
    ];
    for url in GUARDED {
        for header in wrong {
            let request = request("GET", url)
                .header("authorization", header)
                .body(Body::empty())
                .unwrap();
            let answer = tested.send(request).await;
            assert_eq!(answer.status, 401, "{url}: {header}");
            assert_eq!(answer.error(), "the bearer token is missing or wrong");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        assert_eq!(tested.get(url).await.status, 401);
    }
    assert!(tested.store.calls().is_empty());
}

#[tokio::test]
async fn the_schemes_case_and_spaces_around_the_token_do_not_matter() {
    let tested = tested();
    for header in [format!("bearer {API_TOKEN}"), format!("Bearer  {API_TOKEN} ")] {
        let request = request("GET", "/api/sources").header("authorization", &header);
        let answer = tested.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{header}");
    }
}

#[tokio::test]
async fn a_click_is_shown_without_its_personal_values() {
    let tested = tested();
    let id = tested.click("summer").await;
    let answer = tested.api(&format!("/api/clicks/{id}")).await;
    assert_eq!(answer.status, 200);
    let json = answer.json();
    assert_eq!(
        (&json["id"], &json["campaign"], &json["ref_id"]),
        (&id.into(), &"summer".into(), &"R-1".into())
    );
    assert!(!answer.text().contains("198.51.100.7"), "{}", answer.text());
    let answer = tested.api("/api/clicks/nobody").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (404, "click `nobody` is not known")
    );
}

#[tokio::test]
async fn conversions_carry_their_mark() {
    let tested = tested();
    let click = tested.click("summer").await;
    for id in ["E1", "E2"] {
        tested
            .postback(&format!("clickid={click}&sum=8.50&eventid={id}&receipt={id}"))
            .await;
    }
    let answer = tested.api(&format!("/api/conversions?clickid={click}")).await;
    let items = answer.json()["items"].as_array().unwrap().clone();
    let marks: Vec<_> = items.iter().map(|row| row["mark"].as_str().unwrap()).collect();
    assert_eq!(marks, ["repeated", "new"]);
    assert_eq!(items[0]["sum"]["amount"], "8.5");
    let answer = tested.api("/api/conversions?receipt=E1").await;
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(answer.json()["next"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_list_goes_on_where_its_cursor_says() {
    let tested = tested();
    for number in 0..5 {
        tested.postback(&format!("sum={number}&eventid=E{number}")).await;
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let answer = tested.api(&format!("/api/events?limit=2&after={after}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let json = answer.json();
        seen.extend(
            json["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["event"]["event_id"].as_str().unwrap().to_owned()),
        );
        match json["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["E4", "E3", "E2", "E1", "E0"]);
}

#[tokio::test]
async fn events_are_filtered_by_source_outcome_and_receipt() {
    let tested = tested();
    tested.postback("sum=1&eventid=E1&receipt=R1").await;
    tested.notify(&notification("", "TEST_SALE", "R2")).await;
    let count = async |query: &str| {
        tested.api(&format!("/api/events?{query}")).await.json()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("source=net").await, 1);
    assert_eq!(count("outcome=unattributed").await, 1);
    assert_eq!(count("outcome=test&source=clickbank").await, 1);
    assert_eq!(count("receipt=R1").await, 1);
    let answer = tested.api("/api/events?outcome=unattributed").await;
    assert_eq!(
        answer.json()["items"][0]["text"],
        "no click is known for it; it is kept until one is: it carries no click id and no receipt that leads to a click"
    );
}

#[tokio::test]
async fn a_parameter_that_is_unknown_malformed_or_repeated_is_400() {
    let tested = tested();
    for (url, error) in [
        (
            "/api/events?sorce=net",
            "unknown parameter `sorce`; known are source, outcome, receipt, clickid, limit, after",
        ),
        (
            "/api/conversions?click=a",
            "unknown parameter `click`; known are clickid, receipt, limit, after",
        ),
        (
            "/api/deliveries?status=dead",
            "unknown parameter `status`; known are state, clickid, limit, after",
        ),
        ("/api/sources?a=b", "unknown parameter `a`; none is known here"),
        ("/api/clicks/c?a=b", "unknown parameter `a`; none is known here"),
        (
            "/api/deliveries?state=gone",
            "parameter `state`: `gone` is none of queued, accepted, delivered, dead",
        ),
        (
            "/api/events?outcome=x",
            "parameter `outcome`: `x` is none of applied, none, unmapped, ignored, expired, unattributed, test",
        ),
        (
            "/api/events?source=a%20b",
            "parameter `source`: offer source id holds ' ', which is not allowed there; letters, digits, `-`, `_` and `.` are",
        ),
        ("/api/events?source=a&source=b", "parameter `source` is repeated"),
        (
            "/api/events?limit=0",
            "parameter `limit` is no whole number from 1 to 1000",
        ),
        (
            "/api/events?limit=1001",
            "parameter `limit` is no whole number from 1 to 1000",
        ),
        (
            "/api/events?limit=%2B5",
            "parameter `limit` is no whole number from 1 to 1000",
        ),
        ("/api/events?after=zzz", "cursor `zzz` was not made for this list"),
        ("/api/explain", "parameter `clickid` is missing"),
    ] {
        let answer = tested.api(url).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, error), "{url}");
    }
}

#[tokio::test]
async fn a_page_has_1_to_1000_rows() {
    let tested = tested();
    for (limit, status) in [("1", 200), ("2", 200), ("999", 200), ("1000", 200), ("1001", 400)] {
        assert_eq!(
            tested.api(&format!("/api/events?limit={limit}")).await.status,
            status,
            "{limit}"
        );
    }
}

#[tokio::test]
async fn a_delivery_is_shown_with_its_holes_and_queued_again_when_it_is_dead() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50")).await;
    let json = tested.api("/api/deliveries?state=queued").await.json();
    let row = &json["items"][0];
    assert_eq!(
        row["url"],
        "https://s2s.example.com/log?key=R-1&price=8.5&ip={ip}&t={secret:env:PUSH}"
    );
    assert_eq!(
        (&row["postback"], &row["lane"], &row["attempts"]),
        (&"sales".into(), &"https://s2s.example.com#env:PUSH".into(), &0.into())
    );
    assert_eq!((&row["kind"], &row["click"]), (&"postback".into(), &click.into()));
    let id = row["id"].as_str().unwrap().to_owned();
    let retry = format!("/api/deliveries/{id}/retry");
    let answer = tested.send(authorized("POST", &retry)).await;
    assert_eq!(answer.status, 409);
    assert_eq!(
        answer.error(),
        format!("delivery `{id}` is queued; only dead ones are queued again")
    );
    tested.fail_all().await;
    let json = tested.api("/api/deliveries?state=dead").await.json();
    assert_eq!(json["items"][0]["last"]["finding"], "HTTP 404");
    let answer = tested.send(authorized("POST", &retry)).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"requeued":1}"#));
    let json = tested.api("/api/deliveries?state=queued").await.json();
    assert_eq!(json["items"][0]["id"], id);
}

/// Another cause, which no decision makes: its first request was accepted, its lane is held.
#[tokio::test]
async fn what_a_host_delivers_itself_is_shown_by_its_kind() {
    let tested = tested();
    let now = SystemClock.now();
    let url = HoledText::plain("https://api.example.com/placements");
    let delivery = |number: &str, cause| {
        let id = DeliveryId::from_parts(now, &[number]);
        let lane = Lane::new("https://api.example.com").with_account("A-1");
        Delivery::new(id, cause, lane, now, Outbound::new(Method::Post, url.clone()))
    };
    let channel = "push".parse().unwrap();
    let mut commit = Commit::of(Vec::new(), now);
    commit.outbox = vec![
        delivery("1", Cause::action(channel, "block_placement", "zone-7")),
        delivery("2", Cause::notice("cap_reached")),
    ];
    tested.store.inner.commit(&commit).await.unwrap();
    let later = now.checked_add(Duration::from_secs(300)).unwrap();
    let claim = Claim::new(later, Duration::from_secs(60), 2);
    let claimed = tested.store.inner.claim(&claim).await.unwrap();
    let (receipt, why) = ("r-1".to_owned(), "the token is wrong".to_owned());
    let accepted = Verdict::Accepted {
        receipt,
        check_at: later,
    };
    let held = Verdict::Held { why, until: later };
    for leased in claimed.deliveries {
        let is_action = leased.delivery.cause.kind() == "action";
        let verdict = Settlement {
            delivery: leased.delivery.id,
            fence: leased.fence,
            verdict: if is_action { accepted.clone() } else { held.clone() },
            attempt: Attempt {
                at: later,
                status: Some(202),
                finding: "HTTP 202".into(),
            },
        };
        tested.store.inner.settle(&[verdict]).await.unwrap();
    }
    let json = tested.api("/api/deliveries?state=accepted").await.json();
    let row = &json["items"][0];
    assert_eq!((&row["kind"], &row["channel"]), (&"action".into(), &"push".into()));
    assert_eq!(
        (&row["what"], &row["object"]),
        (&"block_placement".into(), &"zone-7".into())
    );
    assert_eq!(
        (&row["receipt"], &row["lane"]),
        (&"r-1".into(), &"https://api.example.com#A-1".into())
    );
    assert_eq!(row["held"]["why"], "the token is wrong", "its check waits as well");
    assert!(
        row.get("conversion").is_none() && row.get("postback").is_none(),
        "{row}"
    );
    let json = tested.api("/api/deliveries?state=queued").await.json();
    let row = &json["items"][0];
    assert_eq!(
        (&row["kind"], &row["what"], &row["attempts"]),
        (&"notice".into(), &"cap_reached".into(), &0.into())
    );
    assert_eq!(row["held"]["until"], later.to_string());
}

#[tokio::test]
async fn only_a_known_delivery_is_queued_again_and_only_by_post() {
    let tested = tested();
    let answer = tested
        .send(authorized("POST", &format!("/api/deliveries/{}/retry", "a".repeat(26))))
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.error(), format!("delivery `{}` is not known", "a".repeat(26)));
    let answer = tested.send(authorized("POST", "/api/deliveries/x/retry")).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.error(), "delivery id is not 26 characters of lower-case base32");
    assert_eq!(
        tested
            .api(&format!("/api/deliveries/{}/retry", "a".repeat(26)))
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn sources_say_what_came_last_and_what_was_refused() {
    let tested = tested();
    tested.postback("sum=1&eventid=E1").await;
    tested.notify(&notification("", "TEST_SALE", "R2")).await;
    tested.post("/ins/clickbank", "junk").await;
    tested.post("/ins/clickbank", "more").await;
    let json = tested.api("/api/sources").await.json();
    let rows = json["items"].as_array().unwrap();
    let of = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(
        (&of("clickbank")["ins"], &of("net")["ins"]),
        (&true.into(), &false.into())
    );
    assert_eq!(of("net")["title"], "A network");
    assert_eq!(of("net")["last_event"]["event"]["event_id"], "E1");
    assert_eq!(of("clickbank")["last_test"]["event"]["receipt"], "R2");
    assert_eq!(of("clickbank")["refused"]["kept"], 2);
    assert!(of("clickbank")["refused"]["ins"]["last"]["at"].is_string());
    assert!(of("walled")["last_event"].is_null() && of("walled")["refused"]["ins"]["last"].is_null());
}

#[tokio::test(start_paused = true)]
async fn trouble_of_the_store_is_503() {
    let tested = tested();
    for mode in [Mode::Fails, Mode::Hangs] {
        tested.store.set(mode);
        for url in ["/api/events", "/api/clicks/a", "/api/sources"] {
            let answer = tested.api(url).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error().as_str()),
                (503, "the store is not available, try again")
            );
        }
    }
}

#[test]
fn the_service_is_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Service>();
}
