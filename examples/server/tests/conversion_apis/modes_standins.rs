//! The stand-ins of the two further modes refuse what they must.

use crate::world::{MODE_TOKENS, World, client};
use bytes::Bytes;
use postback::port::HttpClient;
use postback_test::standin::{CUSTOMER, DEVELOPER_TOKEN};
use serde_json::{Value, json};
use std::time::Duration;

const HASH: &str = "05e05255b3e0de727bc07f9f3d06fb0a568406b6dd3aa352ed4ed72e887ee022";

async fn told(url: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
    let mut request = http::Request::post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = client()
        .send(request.body(Bytes::from(body.to_string())).unwrap())
        .await
        .unwrap();
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

/// A row with a member changed; `null` takes it out.
fn with(row: &Value, name: &str, value: Value) -> Value {
    let mut row = row.clone();
    match value {
        Value::Null => row.as_object_mut().unwrap().remove(name),
        value => row.as_object_mut().unwrap().insert(name.into(), value),
    };
    row
}

async fn ads(world: &World, method: &str, list: &str, rows: Vec<Value>) -> (u16, Value) {
    let url = format!("{}/v26/customers/1234567890:{method}", world.ads.url());
    let bearer = format!("Bearer {}", MODE_TOKENS[0].1);
    let headers = [("authorization", bearer.as_str()), ("developer-token", DEVELOPER_TOKEN)];
    told(&url, &headers, &json!({list: rows, "partialFailure": true})).await
}

fn codes(answer: &Value) -> Vec<String> {
    let errors = &answer["partialFailureError"]["details"][0]["errors"];
    let errors = errors.as_array().map_or(&[][..], Vec::as_slice).iter();
    errors
        .map(|error| {
            let (_, code) = error["errorCode"].as_object().unwrap().iter().next().unwrap();
            code.as_str().unwrap().to_owned()
        })
        .collect()
}

fn click_conversion(order: &str) -> Value {
    json!({
        "gclid": "EAIa", "conversionAction": "customers/1/conversionActions/2",
        "conversionDateTime": "2026-03-08 09:59:00+00:00", "conversionValue": 1, "currencyCode": "USD", "orderId": order,
    })
}

#[tokio::test]
async fn the_ads_api_names_each_row_that_it_refuses() {
    let world = World::new();
    let good = click_conversion("A");
    let many: Vec<Value> = (0..6).map(|_| json!({"hashedEmail": HASH})).collect();
    for (row, code) in [
        (with(&good, "gclid", Value::Null), "REQUIRED"),
        (with(&good, "gbraid", "x".into()), "VALUE_MUST_BE_UNSET"),
        (
            with(&with(&good, "gbraid", "x".into()), "wbraid", "y".into()),
            "GBRAID_WBRAID_BOTH_SET",
        ),
        (
            with(&good, "conversionAction", "2".into()),
            "NO_CONVERSION_ACTION_FOUND",
        ),
        (
            with(&good, "conversionDateTime", "2026-03-08T09:59:00Z".into()),
            "INVALID_STRING_DATE_TIME_SECONDS_WITH_OFFSET",
        ),
        (
            with(&good, "conversionDateTime", "2025-11-01 00:00:00+00:00".into()),
            "EXPIRED_EVENT",
        ),
        (
            with(&good, "conversionDateTime", "2026-03-08 10:00:01+00:00".into()),
            "LATER_THAN_MAXIMUM_DATE",
        ),
        (
            with(&good, "userIdentifiers", json!([{"hashedEmail": "jane@example.com"}])),
            "INVALID_USER_IDENTIFIER",
        ),
        (
            with(
                &good,
                "userIdentifiers",
                json!([{"hashedEmail": HASH, "hashedPhoneNumber": HASH}]),
            ),
            "INVALID_USER_IDENTIFIER",
        ),
        (with(&good, "userIdentifiers", many.into()), "INVALID_USER_IDENTIFIER"),
        (
            with(&good, "consent", json!({"adUserData": "CONSENT_GRANTED"})),
            "INVALID_ENUM_VALUE",
        ),
        (
            with(&good, "conversionEnvironment", "WEB".into()),
            "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE",
        ),
        (
            with(&good, "userIpAddress", "203.0.113.7".into()),
            "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE",
        ),
    ] {
        let row = with(&row, "orderId", "B".into());
        let (status, answer) = ads(&world, "uploadClickConversions", "conversions", vec![row.clone()]).await;
        assert_eq!((status, codes(&answer)), (200, vec![code.to_owned()]), "{row}");
        assert_eq!(answer["results"], json!([{}]));
    }
    let upload = async |rows: Vec<Value>| ads(&world, "uploadClickConversions", "conversions", rows).await;
    // Two of one order: neither is taken. One that is there is there.
    let (_, answer) = upload(vec![good.clone(), good.clone()]).await;
    assert_eq!(codes(&answer), ["DUPLICATE_ORDER_ID", "DUPLICATE_ORDER_ID"]);
    assert!(world.ads.accepted().is_empty());
    assert!(codes(&upload(vec![good.clone()]).await.1).is_empty());
    assert_eq!(codes(&upload(vec![good.clone()]).await.1), ["ORDER_ID_ALREADY_IN_USE"]);
    // What is no member, and too many rows.
    let (status, answer) = upload(vec![with(&good, "clickId", "x".into())]).await;
    assert_eq!(status, 400);
    assert!(answer["error"]["message"].as_str().unwrap().contains("clickId"));
    assert_eq!(upload(vec![good.clone(); 2_001]).await.0, 400);
    // Headers, partial failure and the version.
    let url = format!("{}/v26/customers/1234567890:uploadClickConversions", world.ads.url());
    let bearer = format!("Bearer {}", MODE_TOKENS[0].1);
    let body = json!({"conversions": [good], "partialFailure": true});
    let bearer = ("authorization", bearer.as_str());
    assert_eq!(told(&url, &[("developer-token", DEVELOPER_TOKEN)], &body).await.0, 401);
    assert_eq!(told(&url, &[bearer], &body).await.0, 400);
    assert_eq!(told(&url, &[bearer, ("developer-token", "x")], &body).await.0, 403);
    let known = [bearer, ("developer-token", DEVELOPER_TOKEN)];
    let whole = json!({"conversions": [click_conversion("C")]});
    assert_eq!(told(&url, &known, &whole).await.0, 400);
    for version in ["v22", "v27"] {
        let gone = told(&url.replace("v26", version), &known, &body).await;
        assert_eq!(gone, (404, Value::Null));
    }
}

#[tokio::test]
async fn the_ads_api_adjusts_what_it_has_and_only_forwards() {
    let world = World::new();
    ads(
        &world,
        "uploadClickConversions",
        "conversions",
        vec![click_conversion("A")],
    )
    .await;
    world.clock.advance(Duration::from_secs(3_600));
    let retraction = json!({
        "adjustmentType": "RETRACTION", "adjustmentDateTime": "2026-03-08 10:30:00+00:00",
        "conversionAction": "customers/1/conversionActions/2", "orderId": "A",
    });
    let restatement = with(
        &with(&retraction, "adjustmentType", "RESTATEMENT".into()),
        "restatementValue",
        json!({"adjustedValue": 0.5, "currencyCode": "USD"}),
    );
    let pair = json!({"gclid": "EAIa", "conversionDateTime": "2026-03-08 09:59:00+00:00"});
    let adjust = async |row: &Value| {
        let (_, answer) = ads(
            &world,
            "uploadConversionAdjustments",
            "conversionAdjustments",
            vec![row.clone()],
        )
        .await;
        codes(&answer).pop().unwrap_or_default()
    };
    let early = "2026-03-08 09:00:00+00:00";
    for (row, code) in [
        (
            with(&retraction, "restatementValue", restatement["restatementValue"].clone()),
            "VALUE_MUST_BE_UNSET",
        ),
        (with(&restatement, "restatementValue", Value::Null), "REQUIRED"),
        (
            with(&retraction, "gclidDateTimePair", pair),
            "GCLID_DATE_TIME_PAIR_AND_ORDER_ID_BOTH_SET",
        ),
        (with(&retraction, "orderId", "B".into()), "CONVERSION_NOT_FOUND"),
        (
            with(&retraction, "adjustmentDateTime", early.into()),
            "ADJUSTMENT_PRECEDES_CONVERSION",
        ),
        (
            with(&retraction, "adjustmentDateTime", "2026-03-08 11:00:01+00:00".into()),
            "LATER_THAN_MAXIMUM_DATE",
        ),
        (restatement.clone(), ""),
        (restatement.clone(), "RESTATEMENT_ALREADY_EXISTS"),
        (
            with(&restatement, "adjustmentDateTime", "2026-03-08 10:20:00+00:00".into()),
            "MORE_RECENT_RESTATEMENT_FOUND",
        ),
        (
            with(&retraction, "adjustmentDateTime", "2026-03-08 10:40:00+00:00".into()),
            "",
        ),
        (
            with(&retraction, "adjustmentDateTime", "2026-03-08 10:50:00+00:00".into()),
            "CONVERSION_ALREADY_RETRACTED",
        ),
    ] {
        assert_eq!(adjust(&row).await, code, "{row}");
    }
    assert_eq!(world.ads.adjusted().len(), 2);
    world.clock.advance(Duration::from_secs(55 * 86_400));
    assert_eq!(
        adjust(&with(&restatement, "orderId", "A".into())).await,
        "CONVERSION_EXPIRED"
    );
}

#[tokio::test]
async fn offline_conversions_count_once_and_each_bad_row_has_its_place() {
    let world = World::new();
    let bearer = format!("Bearer {}", MODE_TOKENS[1].1);
    let headers = [
        ("authorization", bearer.as_str()),
        ("DeveloperToken", DEVELOPER_TOKEN),
        ("CustomerId", CUSTOMER),
        ("CustomerAccountId", "7770001"),
    ];
    let url = |list: &str| format!("{}/CampaignManagement/v13/{list}/Apply", world.offline.url());
    let apply = async |list: &str, rows: Vec<Value>| {
        let (status, answer) = told(&url(list), &headers, &json!({list: rows})).await;
        let errors = answer["PartialErrors"]
            .as_array()
            .map_or(&[][..], Vec::as_slice)
            .to_vec();
        let codes = errors
            .iter()
            .map(|error| (error["Index"].as_u64(), error["Code"].as_u64().unwrap()));
        (status, codes.collect::<Vec<_>>())
    };
    let good = json!({
        "MicrosoftClickId": "4f5a0ea9cd1b11eb8dcd0242ac130003", "ConversionName": "Sale",
        "ConversionTime": "2026-03-08T09:59:00Z", "ConversionValue": 5, "ConversionCurrencyCode": "USD",
    });
    for (row, code) in [
        (with(&good, "MicrosoftClickId", Value::Null), 5_602),
        (with(&good, "MicrosoftClickId", "EAIa".into()), 5_603),
        (with(&good, "OrderId", "A".into()), 5_603),
        (with(&good, "ConversionName", Value::Null), 5_606),
        (with(&good, "ConversionTime", "2026-03-08T09:59:00+00:00".into()), 5_604),
        (with(&good, "ConversionTime", "2025-12-01T09:59:00Z".into()), 5_604),
        (with(&good, "ConversionTime", "2026-03-08T10:00:01Z".into()), 5_604),
        (with(&good, "ConversionValue", "5".into()), 5_608),
        (with(&good, "ConversionCurrencyCode", "usd".into()), 5_609),
        (with(&good, "HashedEmailAddress", "jane@example.com".into()), 5_614),
    ] {
        let other = with(&good, "ConversionTime", "2026-03-08T09:00:00Z".into());
        let (status, codes) = apply("OfflineConversions", vec![other, row.clone()]).await;
        assert_eq!((status, codes), (200, vec![(Some(1), code)]), "{row}");
    }
    // The good row of each request was one and the same.
    assert_eq!(world.offline.accepted().len(), 1);
    apply("OfflineConversions", vec![good.clone(), good.clone()]).await;
    assert_eq!(world.offline.accepted().len(), 2);
    assert_eq!(apply("OfflineConversions", vec![good.clone(); 1_001]).await.0, 400);

    let mut retract = with(&good, "ConversionValue", Value::Null);
    retract = with(&retract, "ConversionCurrencyCode", Value::Null);
    retract = with(
        &with(&retract, "AdjustmentType", "Retract".into()),
        "AdjustmentTime",
        "2026-03-08T10:00:00Z".into(),
    );
    let list = "OfflineConversionAdjustments";
    assert_eq!(
        apply(list, vec![with(&retract, "AdjustmentValue", 1.into())]).await.1,
        [(Some(0), 5_624)]
    );
    assert_eq!(
        apply(list, vec![with(&retract, "AdjustmentType", "Restate".into())])
            .await
            .1,
        [(Some(0), 5_625)]
    );
    // What is not there is adjusted without a word, and without effect.
    let foreign = with(&retract, "ConversionTime", "2026-03-08T09:58:59Z".into());
    assert_eq!(apply(list, vec![foreign, retract]).await, (200, vec![]));
    assert_eq!(world.offline.adjusted().len(), 1);

    for (place, status) in [(0, 401), (1, 401), (2, 403), (3, 403)] {
        let mut others = headers;
        others[place].1 = "x";
        let body = json!({"OfflineConversions": [good]});
        assert_eq!(
            told(&url("OfflineConversions"), &others, &body).await.0,
            status,
            "{place}"
        );
    }
    let gone = url("OfflineConversions").replace("v13", "v12");
    assert_eq!(told(&gone, &headers, &json!({})).await, (404, Value::Null));
}
