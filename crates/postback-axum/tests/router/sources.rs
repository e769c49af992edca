//! `/api/sources`: does the integration work?

use crate::refused::{clickbank, set_secret};
use crate::support::{CONFIG, INS_SECRET, INS_TOKEN, Tested, notification, request, tested};
use postback::compile::compile;
use postback::{CompileOptions, Document};
use serde_json::{Value, json};

#[tokio::test]
async fn a_source_says_how_it_stands() {
    let tested = tested();
    assert_eq!(clickbank(&tested).await["text"], "nothing has come yet");
    tested.notify(&notification("", "TEST", "********")).await;
    let row = clickbank(&tested).await;
    assert_eq!(
        (&row["text"], &row["last_test"]["text"]),
        (&json!("TEST IPN decrypted"), &json!("TEST IPN decrypted"))
    );
    let click = tested.click("bare-one").await;
    tested.notify(&notification(&click, "SALE", "R1")).await;
    let row = clickbank(&tested).await;
    assert_eq!(
        (&row["text"], &row["last_test"]["text"]),
        (&json!("SALE IPN decrypted"), &json!("TEST IPN decrypted"))
    );
    assert_eq!(row["last_event"]["event"]["interface"], "ins");
    assert_eq!(row["last_event"]["text"], "it made or changed a conversion");
}

/// Postbacks of the same source, and later notifications, must not hide that some are refused; and
/// one junk POST must not make a source that works read as broken.
#[tokio::test]
async fn what_was_taken_in_is_told_before_what_was_refused_and_hides_none_of_it() {
    let tested = tested();
    tested.post("/ins/clickbank", "junk").await;
    tested.notify(&notification("", "TEST", "********")).await;
    let postback = format!("/postback/clickbank?token={INS_TOKEN}&sum=1&receipt=R7");
    assert_eq!(tested.get(&postback).await.status, 200);
    let text = |row: &Value, wrong: &str| {
        let at = row["last_event"]["event"]["received_at"].as_str().unwrap();
        let (kept, last) = (
            &row["refused"]["ins"]["kept"],
            row["refused"]["ins"]["last"]["at"].as_str().unwrap(),
        );
        format!(
            "postback taken in at {at}; refused notifications that are kept: {kept}, the last of {last} ({wrong}, or somebody else posts \
             here); once it is mended, POST /api/refused/retry?source=clickbank"
        )
    };
    let row = clickbank(&tested).await;
    assert_eq!(row["text"], text(&row, "the token in the url or the address is wrong"));
    tested
        .notify(&notification("", "SALE", "R2").replace("7.0", "8.0"))
        .await;
    let row = clickbank(&tested).await;
    assert_eq!(
        row["text"],
        text(
            &row,
            "the secret, the version, the token in the url or the address is wrong"
        )
    );
    let ins = &row["refused"]["ins"];
    assert_eq!((&ins["kept"], &ins["probable"]), (&json!(2), &json!(1)));
    assert_eq!(ins["last"]["reason"], "notification", "it tells nothing");
}

async fn net(tested: &Tested) -> Value {
    let json = tested.api("/api/sources").await.json();
    let mut rows = json["items"].as_array().unwrap().iter();
    rows.find(|row| row["id"] == "net").unwrap().clone()
}

#[tokio::test]
async fn a_source_says_what_its_last_refused_postback_was_refused_for() {
    let tested = tested();
    assert_eq!(net(&tested).await["refused_postbacks"], Value::Null);
    tested.get("/postback?clickid=a&token=x").await;
    let row = net(&tested).await;
    assert_eq!(row["refused"]["kept"], 0, "whoever is not taken brings nothing to keep");
    assert!(row["refused_postbacks"]["last_at"].is_string());
    let turned_away = "postbacks refused and not kept: 1 (the last with HTTP 403: the token or the address is wrong, or \
                       somebody else posts here)";
    assert_eq!(row["text"], format!("nothing was taken in yet; {turned_away}"));
    tested.postback("clickid=a&sum=1_000").await;
    let row = net(&tested).await;
    let s2s = &row["refused"]["s2s"];
    assert_eq!((&s2s["kept"], &s2s["probable"]), (&json!(1), &json!(1)));
    let last = &s2s["last"];
    assert_eq!(
        (&last["reason"], &last["parameter"], &last["click"]),
        (&json!("malformed_amount"), &json!("sum"), &json!("a"))
    );
    let at = last["at"].as_str().unwrap();
    let kept = format!(
        "refused postbacks that are kept: 1, the last of {at} (its amount cannot be read, parameter `sum`); see GET \
         /api/refused?source=net; once it is mended, POST /api/refused/retry?source=net"
    );
    assert_eq!(row["text"], format!("nothing was taken in yet; {kept}; {turned_away}"));
    tested.postback("sum=1").await;
    let row = net(&tested).await;
    let at = row["last_event"]["event"]["received_at"].as_str().unwrap();
    assert_eq!(
        row["text"],
        format!("postback taken in at {at}; {kept}"),
        "a good one takes nothing away"
    );
    assert_eq!(row["refused_postbacks"]["since_accepted"], 0);
}

#[tokio::test]
async fn every_way_to_refuse_a_postback_counts_for_the_source_that_it_was_meant_for() {
    let tested = tested();
    let json = request("POST", "/postback/net").header("content-type", "application/json");
    tested.get("/postback/nobody?clickid=a").await;
    assert_eq!(net(&tested).await["refused_postbacks"], Value::Null);
    for (number, answer) in [
        tested.get("/postback/net?clickid=%zz").await,
        tested.get("/postback/net?clickid=a&clickid=b").await,
        tested.get("/postback?clickid=a").await,
        tested.send(json.body("{}".into()).unwrap()).await,
        tested.post_form("/postback/net", &"a".repeat(64 * 1024 + 1)).await,
    ]
    .iter()
    .enumerate()
    {
        assert!(answer.status.is_client_error(), "{number}");
    }
    let row = net(&tested).await;
    let refused = &row["refused_postbacks"];
    assert_eq!(
        (&refused["since_accepted"], &refused["last_status"]),
        (&json!(5), &json!(413))
    );
    assert_eq!(row["refused"]["kept"], 0);
}

/// Anybody may send one, so it proves nothing.
#[tokio::test]
async fn a_postback_of_an_open_type_does_not_hide_that_others_are_refused() {
    let tested = tested();
    tested.get("/postback?clickid=a").await;
    let open = tested.get("/postback/net?clickid=a&type=InitiateCheckout").await;
    assert_eq!(open.status, 200);
    assert_eq!(net(&tested).await["refused_postbacks"]["since_accepted"], 1);
    tested.postback("clickid=a&type=InitiateCheckout").await;
    assert_eq!(
        net(&tested).await["refused_postbacks"]["since_accepted"],
        1,
        "a token proves nothing then"
    );
    tested.postback("clickid=a").await;
    assert_eq!(net(&tested).await["refused_postbacks"]["since_accepted"], 0);
}

#[tokio::test]
async fn what_a_source_refused_outlives_another_configuration_but_not_the_source() {
    let tested = tested();
    let refused = async |source: &str| {
        let json = tested.api("/api/sources").await.json();
        let mut rows = json["items"].as_array().unwrap().iter();
        let row = rows.find(|row| row["id"] == source).unwrap();
        row["refused_postbacks"]["since_accepted"].clone()
    };
    tested.get("/postback/net?clickid=a").await;
    tested.get("/postback/walled?clickid=a").await;
    assert_eq!((refused("net").await, refused("walled").await), (json!(1), json!(1)));
    let walled = "[[offer_source]]\nid = \"walled\"\ntemplate = \"generic\"\nallow_ips = [\"203.0.113.0/24\"]\n";
    assert!(CONFIG.contains(walled));
    let document = Document::from_toml(&CONFIG.replace(walled, "")).unwrap();
    let without = compile(&document, &CompileOptions::new("test".parse().unwrap())).unwrap();
    tested.replace(without);
    set_secret(&tested, INS_SECRET);
    assert_eq!((refused("net").await, refused("walled").await), (json!(1), Value::Null));
}

/// A test purchase through a tracking link has a click, so it makes a conversion that is a test.
#[tokio::test]
async fn a_test_that_made_a_conversion_is_the_last_test() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    tested.notify(&notification(&click, "TEST_SALE", "R1")).await;
    let row = clickbank(&tested).await;
    assert_eq!(
        (&row["last_test"]["event"]["receipt"], &row["last_test"]["outcome"]),
        (&json!("R1"), &json!("test"))
    );
    assert_eq!(row["last_test"]["text"], "TEST_SALE IPN decrypted");
}
