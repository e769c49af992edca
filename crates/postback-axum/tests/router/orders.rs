//! The life of an order and the words of networks, told to the router
//! (`tests/vectors/lives.jsonl`).

use crate::support::{CONFIG, Tested, compiled, tested};
use postback::delivery::Cause;
use postback::model::Revenue;
use postback::value::Amount;
use postback_test::jsonl;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Life {
    life: String,
    messages: Vec<String>,
    revenue: String,
    conversions: usize,
    fired: usize,
}

/// A router whose source follows orders, as one that names an event id does by itself.
fn following() -> Tested {
    let config = CONFIG.replacen("duplicates = \"create_marked\"\n", "", 1);
    assert_ne!(config, CONFIG);
    let tested = tested();
    tested.replace(compiled(&config).unwrap_or_else(|problems| panic!("{problems:?}")));
    tested
}

async fn revenue(tested: &Tested) -> String {
    let conversions = tested.conversions().await;
    let counted = conversions.iter().filter_map(|conversion| match conversion.revenue {
        Revenue::Counted { money } => Some(money.amount),
        _ => None,
    });
    let sum = counted.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap());
    sum.to_string()
}

async fn fired(tested: &Tested) -> usize {
    let deliveries = tested.deliveries().await;
    let is_sale = |cause: &Cause| matches!(cause, Cause::Postback { postback, .. } if postback.as_str() == "sales");
    deliveries.iter().filter(|row| is_sale(&row.delivery.cause)).count()
}

#[tokio::test]
async fn every_life_of_an_order_comes_to_what_the_merchant_pays() {
    for life in jsonl::<Life>(include_str!("../../../../tests/vectors/lives.jsonl")) {
        let tested = following();
        let click = tested.click("summer").await;
        for message in &life.messages {
            let answer = tested.postback(&format!("clickid={click}&{message}")).await;
            assert_eq!(answer.status, 200, "{} {message}", life.life);
        }
        let came = (
            revenue(&tested).await,
            tested.conversions().await.len(),
            fired(&tested).await,
        );
        assert_eq!(came, (life.revenue, life.conversions, life.fired), "{}", life.life);
    }
}

#[tokio::test]
async fn words_that_mean_no_money_earn_none_and_unknown_ones_say_so() {
    let tested = following();
    for (number, (word, reason)) in [
        ("cancelled", None),
        ("fraud", None),
        ("void", None),
        ("VOID", None),
        ("foo", Some("unknown_status")),
    ]
    .into_iter()
    .enumerate()
    {
        let click = tested.click("summer").await;
        let answer = tested
            .postback(&format!("clickid={click}&eventid=W{number}&sum=8.5&status={word}"))
            .await;
        assert_eq!(answer.json()["reason"].as_str(), reason, "{word}");
    }
    assert_eq!((revenue(&tested).await.as_str(), fired(&tested).await), ("0", 0));
    let click = tested.click("summer").await;
    let answer = tested
        .postback(&format!("clickid={click}&eventid=A&sum=8.5&status=approved%20"))
        .await;
    assert_eq!(answer.text(), r#"{"outcome":"applied"}"#);
    assert_eq!((revenue(&tested).await.as_str(), fired(&tested).await), ("8.5", 1));
}

#[tokio::test]
async fn an_events_name_in_the_place_of_the_status_is_named_and_never_earns_twice() {
    let tested = following();
    let click = tested.click("summer").await;
    for (word, sum) in [("PURCHASE", "47"), ("RFND", "0")] {
        let answer = tested
            .postback(&format!("clickid={click}&eventid=P10&sum=47.00&status={word}"))
            .await;
        assert_eq!(answer.json()["reason"], "status_is_event", "{word}");
        assert_eq!(revenue(&tested).await, sum, "{word}");
    }
}

#[tokio::test]
async fn a_type_is_known_in_any_case() {
    let tested = following();
    let click = tested.click("summer").await;
    tested
        .postback(&format!("clickid={click}&eventid=T&sum=8.5&type=purchase"))
        .await;
    let conversions = tested.conversions().await;
    assert_eq!(conversions[0].shown.type_name.as_str(), "Purchase");
    assert_eq!(revenue(&tested).await, "8.5");
}

#[tokio::test]
async fn a_payout_that_was_changed_since_changes_nothing_of_what_a_refund_takes_back() {
    let config = |payout: &str| {
        let offer = format!("source = \"net\"\npayout = \"{payout}\"");
        let config = CONFIG.replacen("source = \"net\"", &offer, 1);
        compiled(&config.replacen("duplicates = \"create_marked\"\n", "", 1)).unwrap()
    };
    let tested = tested();
    tested.replace(config("30"));
    let click = tested.click("summer").await;
    let sale = tested.postback(&format!("clickid={click}&eventid=E1")).await;
    assert_eq!(sale.json()["outcome"], "applied");
    tested.replace(config("20"));
    tested
        .postback(&format!("clickid={click}&eventid=E1&type=Refund"))
        .await;
    assert_eq!(revenue(&tested).await, "0");
    let sums: Vec<_> = tested
        .conversions()
        .await
        .iter()
        .map(|row| row.sum.unwrap().to_string())
        .collect();
    assert!(
        sums.contains(&"30 USD".into()) && sums.contains(&"-30 USD".into()),
        "{sums:?}"
    );
}

#[tokio::test]
async fn a_status_that_was_not_filled_earns_nothing_and_says_which_parameter_it_was() {
    let tested = following();
    let click = tested.click("summer").await;
    let answer = tested
        .postback(&format!("clickid={click}&eventid=E1&sum=8.50&status={{status}}"))
        .await
        .json();
    assert_eq!(
        (&answer["outcome"], &answer["reason"]),
        (&"applied".into(), &"unknown_status".into())
    );
    let hint = answer["hints"][0].as_str().unwrap();
    assert!(
        hint.starts_with("`status` came as `{status}`, a macro that nobody filled"),
        "{hint}"
    );
    assert_eq!((revenue(&tested).await.as_str(), fired(&tested).await), ("0", 0));
}
