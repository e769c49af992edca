//! `/api/conversion-apis`: does the pixel work?

use crate::support::{CONFIG, Tested, compiled, tested};
use postback::Timestamp;
use postback::delivery::Verdict;
use serde_json::{Value, json};

const API: &str = r#"
[[campaign.conversion_api]]
id = "to-meta"
api = "fb"
types = ["Purchase"]

[[conversion_api]]
id = "fb"
platform = "meta"
pixel = "1234567890"
token = "env:META_TOKEN"
event_source_url = "https://shop.example.com/thanks"

[[conversion_api]]
id = "unused"
platform = "tiktok"
pixel = "C4ABCDEF"
token = "env:TIKTOK_TOKEN"
event_source_url = "https://shop.example.com/thanks"
"#;

/// A service whose campaign `summer` tells Meta of its sales.
fn telling() -> Tested {
    telling_by(API)
}

fn telling_by(api: &str) -> Tested {
    let tested = tested();
    // The rule stands in the campaign that the configuration names last.
    let (rest, last) = CONFIG.split_once("\n[[campaign]]\nid = \"bare-one\"").unwrap();
    let config = format!("{rest}{api}\n[[campaign]]\nid = \"bare-one\"{last}");
    tested.replace(compiled(&config).unwrap());
    tested
}

/// A sale of a visitor with a user agent.
async fn sale(tested: &Tested) {
    let click = tested.click_with_agent("summer").await;
    let answer = tested
        .postback(&format!("clickid={click}&sum=20&status=approved&mail=a%40example.com"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

async fn accounts(tested: &Tested) -> Vec<Value> {
    let answer = tested.api("/api/conversion-apis").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn without_accounts_the_list_is_empty() {
    let answer = tested().api("/api/conversion-apis").await;
    assert_eq!(answer.json(), json!({"items": [], "next": null}));
    assert_eq!(tested().api("/api/conversion-apis?x=1").await.status, 400);
}

#[tokio::test]
async fn an_account_says_what_it_is_told_before_anything_was() {
    let accounts = accounts(&telling()).await;
    assert_eq!(
        accounts[0],
        json!({
            "id": "fb", "platform": "meta", "interface": "meta", "account": "1234567890", "lane": "https://graph.facebook.com#fb",
            "events": {"InitiateCheckout": "InitiateCheckout", "Purchase": "Purchase", "Refund": "Refund"},
            "rules": [{"campaign": "summer", "id": "to-meta"}],
            "text": "nothing was told yet", "queued": 0, "accepted": 0, "dead": 0, "truncated": false,
        })
    );
    assert_eq!(accounts[1]["text"], "no campaign tells it anything");
}

#[tokio::test]
async fn what_waits_and_what_was_taken_is_counted() {
    let tested = telling();
    sale(&tested).await;
    sale(&tested).await;
    let waiting = accounts(&tested).await;
    assert_eq!(
        (&waiting[0]["queued"], &waiting[0]["text"]),
        (&json!(2), &json!("2 events are waiting to be sent"))
    );
    assert!(waiting[0]["oldest_waiting"].is_string());
    assert_eq!(waiting[1]["queued"], 0, "another account's");
    tested.deliver_all().await;
    let taken = accounts(&tested).await;
    assert_eq!(taken[0]["text"], "it takes what it is told");
    assert!(taken[0]["last_delivered"].is_string() && taken[0].get("oldest_waiting").is_none());
}

#[tokio::test]
async fn what_was_given_up_is_shown_with_the_finding() {
    let tested = telling();
    sale(&tested).await;
    tested.fail_all().await;
    let accounts = accounts(&tested).await;
    assert_eq!(accounts[0]["dead"], 1);
    assert_eq!(accounts[0]["text"], "1 event is given up; `last_refusal` says why");
    let refusal = &accounts[0]["last_refusal"];
    assert_eq!(
        (&refusal["state"], &refusal["status"], &refusal["finding"]),
        (&json!("dead"), &json!(404), &json!("HTTP 404"))
    );
    // A person gives it up for good.
    let id = refusal["delivery"].as_str().unwrap().to_owned();
    let cancelled = tested
        .send(crate::support::authorized(
            "POST",
            &format!("/api/deliveries/{id}/cancel"),
        ))
        .await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    let accounts = self::accounts(&tested).await;
    assert_eq!(
        (&accounts[0]["dead"], accounts[0].get("last_refusal")),
        (&json!(0), None)
    );
}

#[tokio::test]
async fn a_lane_on_hold_says_until_when_and_why() {
    let tested = telling();
    sale(&tested).await;
    let until: Timestamp = "2099-01-01T00:00:00Z".parse().unwrap();
    let held = Verdict::Held {
        why: "meta 190 token".into(),
        until,
    };
    tested.settle_all(&held, 400).await;
    let accounts = accounts(&tested).await;
    assert_eq!(
        accounts[0]["held"],
        json!({"until": "2099-01-01T00:00:00Z", "why": "meta 190 token"})
    );
    assert_eq!(
        accounts[0]["text"],
        "it is held until 2099-01-01T00:00:00Z: meta 190 token"
    );
}

#[tokio::test]
async fn what_was_accepted_waits_for_its_receipt() {
    let tested = telling();
    sale(&tested).await;
    let accepted = Verdict::Accepted {
        receipt: "r-1".into(),
        check_at: "2099-01-01T00:00:00Z".parse().unwrap(),
    };
    tested.settle_all(&accepted, 200).await;
    let accounts = accounts(&tested).await;
    assert_eq!(
        (&accounts[0]["accepted"], &accounts[0]["queued"]),
        (&json!(1), &json!(0))
    );
    assert!(accounts[0]["last_accepted"].is_string());
    assert!(
        accounts[0]["text"]
            .as_str()
            .unwrap()
            .starts_with("1 event is accepted; ")
    );
}

#[tokio::test]
async fn a_token_that_renews_itself_says_when_it_expires_or_why_there_is_none() {
    let before = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
    let fresh = telling_by(&API.replace("env:META_TOKEN", "host:fresh"));
    let account = accounts(&fresh).await[0].clone();
    let token = &account["token"];
    assert_eq!((&token["secret"], token.get("trouble")), (&json!("host:fresh"), None));
    let expires: Timestamp = token["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(expires > before, "{token}");
    assert_eq!(account["text"], "nothing was told yet");

    let refused = telling_by(&API.replace("env:META_TOKEN", "host:refused"));
    let account = accounts(&refused).await[0].clone();
    let trouble = &account["token"]["trouble"];
    assert_eq!(
        (&trouble["refused"], &trouble["why"], account["token"].get("expires_at")),
        (
            &json!(true),
            &json!("the token endpoint answered 400 `invalid_grant`"),
            None
        )
    );
    assert!(trouble["at"].is_string());
    assert_eq!(
        account["text"],
        "its token is refused: the token endpoint answered 400 `invalid_grant`"
    );
}
