//! What an uploaded correction tells the channel, and what it leaves alone.

use crate::support::{CONFIG, Tested, compiled, tested};
use crate::upload::upload;
use postback::plan::RuleVerdict;
use serde_json::json;

const RULE: &str = "types = [\"Purchase\"]\nstatuses = [\"approved\"]\n";

/// The configuration with this policy, and these lines in the postback `sales`.
fn config(policy: &str, lines: &str) -> String {
    let config = CONFIG.replacen("\"create_marked\"", &format!("\"{policy}\""), 1);
    let config = config.replacen("price={payout}", "price={payout_delta}", 1);
    config.replacen(RULE, &format!("{RULE}{lines}\n"), 1)
}

fn with(config: &str) -> Tested {
    let tested = tested();
    tested.replace(compiled(config).unwrap_or_else(|problems| panic!("{problems:?}")));
    tested
}

async fn correct(tested: &Tested, click: &str, sum: &str) {
    let row = json!([{"clickid": click, "sum": sum, "event_id": "E1", "fire": true}]);
    assert_eq!(
        upload(tested, row.to_string()).await.json()["rows"][0]["outcome"],
        "applied"
    );
}

/// The amounts that the channel was told, in order.
async fn told(tested: &Tested) -> Vec<String> {
    let answer = tested.api("/api/deliveries").await.json();
    let urls = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["url"].as_str().unwrap().to_owned());
    let price = |url: String| {
        url.split("price=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap()
            .to_owned()
    };
    let mut prices: Vec<_> = urls.map(price).collect();
    prices.sort();
    prices
}

#[tokio::test]
async fn each_correction_tells_the_difference_to_what_was_told_before() {
    for policy in ["create", "create_marked", "ignore", "ignore_event_id", "edit", "update"] {
        let tested = with(&config(policy, "updates = \"every_change\""));
        let click = tested.click("summer").await;
        tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
        for sum in ["5", "7", "5"] {
            correct(&tested, &click, sum).await;
        }
        assert_eq!(told(&tested).await, ["-2", "-3.5", "2", "8.5"], "{policy}");
    }
}

#[tokio::test]
async fn what_was_told_under_another_configuration_is_not_guessed() {
    let tested = with(&config("create", "updates = \"every_change\""));
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    let half = config("create", "updates = \"every_change\"\npayout = { percent = \"50\" }");
    tested.replace(compiled(&half).unwrap());
    correct(&tested, &click, "5").await;
    assert_eq!(told(&tested).await, ["8.5"]);
}

#[tokio::test]
async fn a_postback_that_fires_once_has_fired_before_the_correction() {
    for policy in ["create", "create_marked", "ignore", "ignore_event_id", "edit", "update"] {
        let tested = with(&config(policy, ""));
        let click = tested.click("summer").await;
        tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
        correct(&tested, &click, "5").await;
        assert_eq!(told(&tested).await, ["8.5"], "{policy}");
        let events = tested.events().await;
        let corrected = events.iter().find(|row| row.event.uploaded).unwrap();
        let verdict = corrected.trace.rules.iter().next().unwrap().verdict;
        assert_eq!(verdict, RuleVerdict::AlreadyFired, "{policy}");
    }
}

#[tokio::test]
async fn an_earlier_message_of_the_type_does_not_undo_a_correction() {
    let tested = with(&config("ignore", ""));
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    correct(&tested, &click, "5").await;
    let earlier = json!([{"clickid": click, "sum": "9", "event_id": "E2", "created_at": "2025-10-09T07:00:00Z"}]);
    let answer = upload(&tested, earlier.to_string()).await.json();
    assert_eq!(answer["rows"][0]["outcome"], "ignored", "{answer}");
    let conversions = tested.conversions().await;
    assert_eq!(conversions.len(), 1);
    assert_eq!(conversions[0].sum.unwrap().amount, "5".parse().unwrap());
}
