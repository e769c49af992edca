//! The stand-ins themselves refuse what they must. Otherwise the other tests would show nothing.

use crate::world::{RECIPE_TOKENS, TOKENS, World, client, start};
use bytes::Bytes;
use postback::port::{Clock, HttpClient};
use postback::testing::SettableClock;
use postback_test::standin::{StandIn, Vendor};
use serde_json::{Value, json};
use std::{slice::from_ref, sync::Arc, time::Duration};

const HASH: &str = "05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022";
const DAY: i64 = 24 * 60 * 60;

/// Sends a body with the header of the platform; the status and the answer.
async fn told(url: &str, header: (&str, &str), body: String) -> (u16, Value) {
    let request = http::Request::post(url)
        .header("content-type", "application/json")
        .header(header.0, header.1)
        .body(Bytes::from(body))
        .unwrap();
    let answer = client().send(request).await.unwrap();
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

/// Changes a request.
type Change = fn(&mut Value);

/// A JSON text with a change.
fn with(event: &Value, pointer: &str, value: Value) -> Value {
    let mut event = event.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.into(), value),
    };
    event
}

fn meta_event() -> Value {
    json!({
        "event_name": "Purchase", "event_time": start().unix_seconds() - 60, "event_id": "A.Purchase",
        "action_source": "website", "event_source_url": "https://shop.example.com/",
        "user_data": {"em": HASH, "client_user_agent": "Mozilla"},
        "custom_data": {"value": 8.5, "currency": "USD"},
    })
}

async fn meta(world: &World, events: Vec<Value>) -> (u16, Value, Value, String) {
    let url = format!("{}/v25.0/1234567890/events", world.meta.url());
    let body = json!({"data": events, "access_token": TOKENS[0].1}).to_string();
    let (status, body) = told(&url, ("x", "y"), body).await;
    let error = &body["error"];
    let message = error["message"].as_str().unwrap_or_default().to_owned();
    (status, error["code"].clone(), error["error_subcode"].clone(), message)
}

#[tokio::test]
async fn meta_refuses_what_meta_refuses() {
    let world = World::new();
    let good = meta_event();
    let old = start().unix_seconds() - 8 * DAY;
    let store = with(&good, "/action_source", "physical_store".into());
    for (event, subcode, quoted) in [
        (with(&good, "/event_time", old.into()), Some(2_804_003), ""),
        (
            with(&store, "/event_time", (old - 60 * DAY).into()),
            Some(2_804_003),
            "",
        ),
        (
            with(&good, "/user_data/em", "jane@example.com".into()),
            Some(2_804_016),
            "jane@example.com",
        ),
        (
            with(&good, "/user_data/fbc", "fb.1.1.a b".into()),
            Some(2_804_001),
            "a b",
        ),
        (with(&good, "/user_data/em", Value::Null), Some(2_804_050), ""),
        (with(&good, "/custom_data/value", Value::Null), Some(2_804_009), ""),
        (
            with(&good, "/user_data/click_id", "x".into()),
            None,
            "Unexpected key \"click_id\"",
        ),
        (with(&good, "/custom_data/value", "8.5".into()), None, ""),
        (with(&good, "/user_data/ct", "".into()), None, ""),
    ] {
        let (status, code, said, message) = meta(&world, vec![good.clone(), event.clone()]).await;
        assert_eq!((status, code), (400, 100.into()), "{event}");
        assert_eq!(said.as_u64(), subcode, "{event}");
        assert!(message.contains(quoted), "{message}");
    }
    let (status, ..) = meta(&world, vec![good.clone(); 1_001]).await;
    assert_eq!((status, world.meta.accepted().len()), (400, 0));
    let (status, ..) = meta(&world, vec![good, with(&store, "/event_time", old.into())]).await;
    assert_eq!((status, world.meta.accepted().len()), (200, 2));
    // The token is asked for, and so are the version and the form of the body.
    let url = format!("{}/v25.0/1234567890/events", world.meta.url());
    let (status, body) = told(&url, ("x", "y"), r#"{"data":[],"access_token":"other"}"#.into()).await;
    assert_eq!((status, &body["error"]["code"]), (400, &190.into()));
    let (status, body) = told(&url, ("x", "y"), r#"{"data":[],"data":[]}"#.into()).await;
    assert!(status == 400 && body.to_string().contains("duplicate key"), "{body}");
    let old = url.replace("v25", "v22");
    assert_eq!(told(&old, ("x", "y"), "{}".into()).await, (404, Value::Null));
}

async fn tiktok(world: &World, events: Vec<Value>) -> (Value, String) {
    let url = format!("{}/open_api/v1.3/event/track/", world.tiktok.url());
    let body = json!({"event_source": "web", "event_source_id": "C4ABCDEF", "data": events});
    let (status, body) = told(&url, ("access-token", TOKENS[1].1), body.to_string()).await;
    assert_eq!(status, 200);
    (body["code"].clone(), body["message"].to_string())
}

#[tokio::test]
async fn tiktok_refuses_what_tiktok_refuses_by_code_in_a_200() {
    let world = World::new();
    let good = json!({
        "event": "Purchase", "event_time": start().unix_seconds(), "event_id": "A.Purchase",
        "user": {"email": HASH, "city": "menlopark"}, "page": {"url": "https://shop.example.com/"},
        "properties": {"value": 8.5, "currency": "USD"},
    });
    for (event, code, quoted) in [
        (
            with(&good, "/user/email", "jane@example.com".into()),
            40_062,
            "data.1.user.email: jane@example.com",
        ),
        (with(&good, "/user/city", "Menlo Park".into()), 40_002, "Menlo Park"),
        (with(&good, "/page/url", Value::Null), 40_002, "page.url"),
        (with(&good, "/user/em", HASH.into()), 40_002, "em"),
        (with(&good, "/limited_data_use", true.into()), 40_002, "user.ip"),
    ] {
        let (said, message) = tiktok(&world, vec![good.clone(), event]).await;
        assert_eq!(said, code, "{message}");
        assert!(message.contains(quoted), "{message}");
    }
    assert_eq!(tiktok(&world, vec![good.clone(); 1_001]).await.0, 40_061);
    assert_eq!(world.tiktok.accepted().len(), 0);
    assert_eq!(tiktok(&world, vec![good]).await.0, 0);
    let url = format!("{}/open_api/v1.3/event/track/", world.tiktok.url());
    for (name, token, code) in [("x", "y", 40_104), ("access-token", "other", 40_105)] {
        assert_eq!(told(&url, (name, token), "{}".into()).await.1["code"], code);
    }
    world.tiktok.expire_token();
    assert_eq!(
        told(&url, ("access-token", TOKENS[1].1), "{}".into()).await.1["code"],
        40_102
    );
}

async fn google(world: &World, event: &Value, change: impl Fn(&mut Value)) -> (u16, Value) {
    let url = format!("{}/v1/events:ingest", world.google.url());
    let account = json!({"accountType": "GOOGLE_ADS", "accountId": "1234567890"});
    let mut body = json!({
        "destinations": [{"operatingAccount": account, "productDestinationId": "987654321"}],
        "events": [event], "encoding": "HEX",
    });
    change(&mut body);
    let bearer = format!("Bearer {}", TOKENS[2].1);
    told(&url, ("authorization", &bearer), body.to_string()).await
}

#[tokio::test]
async fn google_names_the_field_that_it_refuses() {
    let world = World::new();
    let good = json!({
        "transactionId": "A.Purchase", "eventTimestamp": "2026-03-08T09:59:00.250Z", "eventSource": "WEB",
        "currency": "USD", "conversionValue": 8.5, "adIdentifiers": {"gclid": "EAIa"},
        "userData": {"userIdentifiers": [{"emailAddress": HASH}]},
    });
    let address = json!({"address": {"givenName": HASH, "familyName": HASH, "regionCode": "US"}});
    for (event, field, reason) in [
        (
            with(&good, "/eventSource", Value::Null),
            "event_source",
            "REQUIRED_FIELD_MISSING",
        ),
        (
            with(&good, "/eventTimestamp", "2025-11-01T00:00:00Z".into()),
            "event_timestamp",
            "EVENT_TIME_INVALID",
        ),
        (
            with(&good, "/currency", "usd".into()),
            "currency",
            "INVALID_CURRENCY_CODE",
        ),
        (
            with(
                &good,
                "/userData/userIdentifiers",
                json!([{"emailAddress": "jane@example.com"}]),
            ),
            "user_data.user_identifiers[0]",
            "INVALID_SHA256_FORMAT",
        ),
        (
            with(&good, "/userData/userIdentifiers", json!([address])),
            "user_data.user_identifiers[0]",
            "REQUIRED_FIELD_MISSING",
        ),
        (
            with(&good, "/adIdentifiers/gbraid", "x".into()),
            "ad_identifiers",
            "INVALID_FORMAT",
        ),
    ] {
        let (status, body) = google(&world, &event, |_| ()).await;
        let violation = &body["error"]["details"][1]["fieldViolations"][0];
        assert_eq!((status, &violation["reason"]), (400, &reason.into()), "{body}");
        assert_eq!(violation["field"], format!("events.events[0].{field}"), "{body}");
    }
    let changes: [(Change, &str); 4] = [
        (
            |body| body["destinations"][0]["productDestinationId"] = 987_654_321.into(),
            "destinations[0]",
        ),
        (
            |body| body["destinations"][0]["operatingAccount"]["accountId"] = 1_234_567_890.into(),
            "destinations[0]",
        ),
        (|body| body["encoding"] = Value::Null, "INVALID_ENCODING"),
        (|body| body["partialFailure"] = true.into(), "Unknown name"),
    ];
    for (change, said) in changes {
        let (status, body) = google(&world, &good, change).await;
        assert!(status == 400 && body.to_string().contains(said), "{body}");
    }
    let many = |body: &mut Value| body["events"] = vec![body["events"][0].clone(); 2_001].into();
    assert_eq!(google(&world, &good, many).await.0, 400);
    assert_eq!(world.google.accepted().len(), 0);
    let (status, body) = google(&world, &good, |_| ()).await;
    assert!(status == 200 && body["requestId"].is_string(), "{body}");
    world.google.expire_token();
    assert_eq!(google(&world, &good, |_| ()).await.0, 401);
}

#[tokio::test]
async fn microsoft_lists_ten_at_most_and_takes_the_others_if_it_is_asked_to() {
    let clock = Arc::new(SettableClock::new(start()));
    let stand_in = StandIn::start(Vendor::Microsoft, "77701", "token", clock.clone());
    let url = format!("{}/v1/77701/events", stand_in.url());
    let good = json!({
        "eventType": "custom", "eventName": "Purchase", "eventId": "A.Purchase",
        "eventTime": clock.now().unix_seconds(), "userData": {"em": HASH},
    });
    let old = with(&good, "/eventTime", (start().unix_seconds() - 8 * DAY).into());
    let plain = with(&good, "/userData/em", "jane@example.com".into());
    let nobody = with(&good, "/userData/em", Value::Null);
    let send = |events: Vec<Value>, goes_on: bool| {
        let body = json!({"data": events, "continueOnValidationError": goes_on}).to_string();
        let url = url.clone();
        async move { told(&url, ("authorization", "Bearer token"), body).await }
    };
    let (status, body) = send(vec![good.clone(), old.clone()], false).await;
    assert_eq!((status, stand_in.accepted().len()), (400, 0), "{body}");
    let (status, body) = send(vec![good.clone(), old.clone(), plain, nobody], true).await;
    assert_eq!((status, &body["eventsReceived"]), (200, &2.into()), "{body}");
    let details = body["error"]["details"].as_array().unwrap();
    let told: Vec<(u64, bool)> = details
        .iter()
        .map(|detail| (detail["index"].as_u64().unwrap(), detail["isWarning"] == true))
        .collect();
    assert_eq!(told, [(1, false), (2, true), (3, false)]);
    assert_eq!(details[1]["attemptedValue"], "jane@example.com");
    let (_, body) = send(vec![old; 12], true).await;
    assert_eq!(body["error"]["details"].as_array().unwrap().len(), 10);
    clock.advance(Duration::from_secs(1));
    assert_eq!(send(vec![good; 1_001], true).await.0, 400);
    stand_in.expire_token();
    assert_eq!(
        send(Vec::new(), true).await,
        (
            401,
            json!({"error": {"code": "Unauthorized", "message": "Unauthorized"}})
        )
    );
}

/// A stand-in of a platform that a recipe describes, and how it is told an event.
struct Described<'w> {
    stand_in: &'w StandIn,
    path: &'static str,
    token: &'static str,
    list: &'static str,
}

/// A sound event, the status of a refusal, and the changes that are refused.
type Wrong<'w> = (&'w Described<'w>, &'w Value, u16, &'w [(&'w str, Value)]);

impl Described<'_> {
    async fn status(&self, events: &[Value]) -> u16 {
        let (url, bearer) = match self.list {
            "snapchat" => (
                format!("{}{}?access_token={}", self.stand_in.url(), self.path, self.token),
                "-".into(),
            ),
            _ => (
                format!("{}{}", self.stand_in.url(), self.path),
                format!("Bearer {}", self.token),
            ),
        };
        let body = match self.list {
            "reddit" => json!({"data": {"events": events}}),
            _ => json!({"data": events}),
        };
        told(&url, ("authorization", &bearer), body.to_string()).await.0
    }
}

#[tokio::test]
async fn those_for_which_there_are_recipes_refuse_what_their_platforms_refuse() {
    let world = World::new();
    let now = start().unix_seconds() - 60;
    let snapchat = json!({
        "event_name": "PURCHASE", "event_time": now, "event_id": "A", "action_source": "WEB",
        "event_source_url": "https://shop.example.com/", "user_data": {"em": [HASH]},
        "custom_data": {"value": "8.5", "currency": "USD"},
    });
    let reddit = json!({
        "event_at": now * 1_000, "action_source": "WEBSITE", "type": {"tracking_type": "PURCHASE"},
        "user": {"email": HASH}, "metadata": {"conversion_id": "A", "value": 8.5, "currency": "USD"},
    });
    let pinterest = json!({
        "event_name": "checkout", "event_time": now, "event_id": "A", "action_source": "web",
        "user_data": {"em": [HASH]}, "custom_data": {"value": "8.5", "currency": "USD"},
    });
    let of = |stand_in, path, token, list| Described {
        stand_in,
        path,
        token,
        list,
    };
    let snap = of(
        &world.snapchat,
        "/v3/5bf81ee1-15b1/events",
        RECIPE_TOKENS[0].1,
        "snapchat",
    );
    let rdt = of(
        &world.reddit,
        "/api/v3/pixels/a2_example/conversion_events",
        RECIPE_TOKENS[1].1,
        "reddit",
    );
    let pin = of(
        &world.pinterest,
        "/v5/ad_accounts/549755885175/events",
        RECIPE_TOKENS[2].1,
        "pinterest",
    );
    let wrong: [Wrong<'_>; 3] = [
        (
            &snap,
            &snapchat,
            400,
            &[
                ("/event_time", json!(now * 1_000)),
                ("/event_time", json!(now - 38 * DAY)),
                ("/event_source_url", Value::Null),
                ("/action_source", json!("WEBSITE")),
                ("/user_data/em", json!(["jane@example.com"])),
                ("/user_data/em", Value::Null),
                ("/user_data/click_id", json!("x")),
                ("/custom_data/value", Value::Null),
                ("/order_id", json!("A")),
            ],
        ),
        (
            &rdt,
            &reddit,
            400,
            &[
                ("/event_at", json!(now)),
                ("/event_at", json!((now - 8 * DAY) * 1_000)),
                ("/action_source", json!("WEB")),
                ("/type/tracking_type", json!("BUY")),
                ("/type/custom_event_name", json!("Buy")),
                ("/user/email", json!("jane@example.com")),
                ("/user/email", Value::Null),
                ("/user/ip_address", json!("203.0.113.7")),
                ("/metadata/value", json!("8.5")),
                ("/event_id", json!("A")),
            ],
        ),
        (
            &pin,
            &pinterest,
            422,
            &[
                ("/event_time", json!(now * 1_000)),
                ("/action_source", json!("WEB")),
                ("/user_data/em", json!(HASH)),
                ("/user_data/em", Value::Null),
                ("/user_data/em", json!([])),
                ("/custom_data/value", json!(8.5)),
                ("/event_id", Value::Null),
                ("/click_id", json!("x")),
            ],
        ),
    ];
    for (to, event, refused, changes) in wrong {
        assert_eq!(to.status(from_ref(event)).await, 200, "{}", to.list);
        for (pointer, value) in changes {
            let event = with(event, pointer, value.clone());
            assert_eq!(to.status(&[event]).await, refused, "{} {pointer} {value}", to.list);
        }
        assert_eq!(to.status(&[]).await, 400, "{}", to.list);
        to.stand_in.expire_token();
        assert_eq!(to.status(from_ref(event)).await, 401, "{}", to.list);
    }
}
