//! `POST /api/conversions`: an upload with an answer for each row.

use crate::support::{API_TOKEN, Answer, CONFIG, Tested, compiled, request, tested};
use axum::body::Body;
use axum::http::header;
use serde_json::{Value, json};

pub async fn upload(tested: &Tested, body: impl Into<String>) -> Answer {
    let request = request("POST", "/api/conversions").header(header::AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    tested.send(request.body(Body::from(body.into())).unwrap()).await
}

fn outcomes(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let rows = json["rows"].as_array().unwrap_or_else(|| panic!("{json}")).clone();
    rows.iter()
        .map(|row| row["outcome"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn rows_of_csv_are_taken_one_by_one_and_repeating_the_upload_does_nothing() {
    let tested = tested();
    let click = tested.click("summer").await;
    let csv = format!(
        "\u{feff}ClickId;Sum;Currency;Created_At;Event_Id\r\n{click};8.50;USD;2025-10-09T08:00:00Z;E1\r\n\r\n\
         {click};\"1,5\";;;E2\r\nnobody;3;;;E3\r\n"
    );
    let answer = upload(&tested, csv.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(outcomes(&answer), ["applied", "refused", "unattributed"]);
    let json = answer.json();
    let refused = &json["rows"][1];
    assert_eq!((&refused["row"], &refused["field"]), (&2.into(), &"sum".into()));
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .starts_with("parameter `sum` is not an amount"),
        "{refused}"
    );
    assert_eq!(json["counts"], json!({"applied": 1, "refused": 1, "unattributed": 1}));
    let again = upload(&tested, csv).await;
    assert_eq!(outcomes(&again), ["duplicate", "refused", "duplicate"]);
    let conversions = tested.conversions().await;
    assert_eq!(conversions.len(), 1);
    assert_eq!(conversions[0].shown.at.to_string(), "2025-10-09T08:00:00Z");
}

#[tokio::test]
async fn nothing_is_fired_unless_a_row_says_so() {
    let tested = tested();
    let (quiet, loud) = (tested.click("summer").await, tested.click("summer").await);
    let rows = json!([
        {"clickid": quiet, "sum": "8.50", "event_id": "E1"},
        {"clickid": loud, "sum": "8.50", "event_id": "E2", "fire": true},
    ]);
    let answer = upload(&tested, rows.to_string()).await;
    assert_eq!(outcomes(&answer), ["applied", "applied"]);
    let deliveries = tested.deliveries().await;
    let told: Vec<_> = deliveries.iter().filter_map(|row| row.delivery.cause.click()).collect();
    assert_eq!(told.iter().map(|id| id.as_str()).collect::<Vec<_>>(), [loud.as_str()]);
    let silent = |row: &postback::plan::EventRow| (row.event.silent, row.trace.silent);
    let events = tested.events().await;
    assert_eq!(
        events.iter().map(silent).collect::<Vec<_>>(),
        [(false, false), (true, true)]
    );
}

#[tokio::test]
async fn a_number_of_json_is_taken_by_its_own_text() {
    let tested = tested();
    let click = tested.click("summer").await;
    let body = format!(r#"[{{"clickid":"{click}","sum":90071992547409.93,"event_id":7,"status":null}}]"#);
    assert_eq!(outcomes(&upload(&tested, body).await), ["applied"]);
    let sum = tested.conversions().await[0].sum.unwrap();
    assert_eq!(sum.amount.to_string(), "90071992547409.93");
    assert_eq!(tested.events().await[0].event.event_id.as_deref(), Some("7"));
}

#[tokio::test]
async fn rows_without_an_id_are_told_apart_by_what_they_say() {
    let tested = tested();
    let click = tested.click("summer").await;
    let csv = format!("clickid,sum,created_at\n{click},5,1760000000\n{click},5,1760000000\n{click},5,1760000001\n");
    assert_eq!(
        outcomes(&upload(&tested, csv.clone()).await),
        ["applied", "duplicate", "applied"]
    );
    assert_eq!(
        outcomes(&upload(&tested, csv).await),
        ["duplicate", "duplicate", "duplicate"]
    );
}

#[tokio::test]
async fn a_row_is_refused_with_its_column_and_the_others_are_taken() {
    let tested = tested();
    let click = tested.click("summer").await;
    let rows = json!([
        {"clickid": click, "sum": "8.50", "event_id": "E1", "source": "nobody"},
        {"clickid": click, "sum": "8.50", "event_id": "E1", "fire": "yes"},
        {"clickid": click, "suum": "8.50", "event_id": "E1"},
        {"clickid": click, "sum": {"amount": 1}, "event_id": "E1"},
        {"clickid": click, "sum": "8.50", "currency": "dollars", "event_id": "E1"},
        {"clickid": click, "sum": "8.50", "created_at": "yesterday", "event_id": "E1"},
        {"clickid": "{clickid}", "sum": "8.50", "event_id": "E1"},
        {"clickid": click, "type": "InitiateCheckout", "sum": "8.50"},
        {"clickid": click, "sum": "8.50", "event_id": "E1"},
    ]);
    let answer = upload(&tested, rows.to_string()).await;
    let json = answer.json();
    let rows = json["rows"].as_array().unwrap();
    let fields: Vec<&str> = rows.iter().filter_map(|row| row["field"].as_str()).collect();
    let expected = [
        "source",
        "fire",
        "suum",
        "sum",
        "currency",
        "created_at",
        "clickid",
        "sum",
    ];
    assert_eq!(fields, expected, "{json}");
    assert!(rows[..8].iter().all(|row| row["outcome"] == "refused"));
    assert_eq!(rows[8]["outcome"], "applied");
    assert_eq!(
        rows[0]["error"],
        "there is no such offer source: name one by its `id`, or none for the default"
    );
    assert_eq!(rows[2]["error"], "`suum` is no column; did you mean `sum`?");
    assert_eq!(tested.events().await.len(), 1);
}

#[tokio::test]
async fn a_member_that_stands_there_twice_is_refused() {
    let tested = tested();
    let answer = upload(&tested, r#"[{"clickid":"a","sum":"1","sum":"2"}]"#).await;
    assert_eq!(answer.json()["rows"][0]["error"], "`sum` is given twice");
}

#[tokio::test]
async fn an_upload_that_cannot_be_read_is_refused_as_a_whole() {
    let tested = tested();
    let many = format!("clickid\n{}", "a\n".repeat(1_001));
    for (body, error) in [
        (
            "",
            "the upload is empty; it is a JSON array of objects, or CSV whose first line names the columns",
        ),
        ("[1]", "the upload is no JSON array of objects: line 1, column 2"),
        (
            r#"[{"clickid":"#,
            "the upload is no JSON array of objects: line 1, column 12",
        ),
        ("clickid,amount\na,1", "the header: `amount` is no column; "),
        ("clickid,clickid\na,b", "the header names `clickid` twice"),
        (
            "clickid,sum\na",
            "line 2 cannot be read as CSV: it has another number of values than the header",
        ),
        (&many, "the upload has over 1000 rows; send it in parts"),
    ] {
        let answer = upload(&tested, body).await;
        assert_eq!(answer.status, 400, "{error}");
        assert!(answer.error().starts_with(error), "{}", answer.error());
    }
    assert_eq!(upload(&tested, "a".repeat(1024 * 1024 + 1)).await.status, 413);
    assert!(tested.events().await.is_empty());
}

#[tokio::test]
async fn rows_that_are_not_stored_say_so() {
    let tested = crate::support::impatient();
    tested.store.set(crate::watched::Mode::Fails);
    let answer = upload(&tested, "clickid,event_id\na,E1\n").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["rows"][0]["outcome"], Value::from("not_stored"));
}

fn with_policy(policy: &str) -> Tested {
    let config = CONFIG.replacen("\"create_marked\"", &format!("\"{policy}\""), 1);
    let tested = tested();
    tested.replace(compiled(&config).unwrap());
    tested
}

#[tokio::test]
async fn a_known_event_id_is_corrected_under_every_policy_that_shows_it_alone() {
    for policy in ["create", "create_marked", "ignore", "ignore_event_id", "edit", "update"] {
        let tested = with_policy(policy);
        let click = tested.click("summer").await;
        tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
        for sum in ["5", "7", "5", "8.50"] {
            let rows = json!([{"clickid": click, "sum": sum, "event_id": "E1"}]);
            let answer = upload(&tested, rows.to_string()).await;
            let conversions = tested.conversions().await;
            assert_eq!(conversions.len(), 1, "{policy} {sum}: {}", answer.text());
            let shown = conversions[0].sum.unwrap().amount;
            assert_eq!(shown, sum.parse().unwrap(), "{policy} {sum}: {}", answer.text());
        }
        assert_eq!(tested.deliveries().await.len(), 1, "{policy}");
    }
}

#[tokio::test]
async fn a_correction_with_the_time_of_the_sale_counts_when_it_arrives() {
    for policy in ["create", "create_marked", "ignore", "ignore_event_id", "edit", "update"] {
        let tested = with_policy(policy);
        let click = tested.click("summer").await;
        tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
        for sum in ["5", "7", "5", "8.50"] {
            let row = json!([{"clickid": click, "sum": sum, "event_id": "E1", "created_at": "2025-10-09T07:00:00Z"}]);
            assert_eq!(
                outcomes(&upload(&tested, row.to_string()).await),
                ["applied"],
                "{policy} {sum}"
            );
            assert_eq!(
                outcomes(&upload(&tested, row.to_string()).await),
                ["duplicate"],
                "{policy} {sum}"
            );
            let conversions = tested.conversions().await;
            assert_eq!(conversions.len(), 1, "{policy} {sum}");
            assert_eq!(
                conversions[0].sum.unwrap().amount,
                sum.parse().unwrap(),
                "{policy} {sum}"
            );
        }
        let row = json!([{"clickid": click, "event_id": "E1", "status": "pending"}]);
        upload(&tested, row.to_string()).await;
        let shown = &tested.conversions().await[0].shown;
        assert_eq!(shown.status.as_str(), "approved", "{policy}");
    }
}

#[tokio::test]
async fn a_status_that_is_uploaded_declines_the_order_and_a_refund_takes_back_what_it_shows() {
    let tested = with_policy("create");
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    tested.postback(&format!("clickid={click}&sum=3&eventid=E2")).await;
    let rows = json!([
        {"clickid": click, "event_id": "E1", "status": "declined"},
        {"clickid": click, "event_id": "E2", "sum": "2"},
        {"clickid": click, "event_id": "E2", "type": "Refund"},
    ]);
    assert_eq!(outcomes(&upload(&tested, rows.to_string()).await), ["applied"; 3]);
    let mut told: Vec<_> = tested.conversions().await.iter().map(postback_test::line).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "Purchase approved 2 USD 2 USD",
            "Purchase declined 8.5 USD (8.5 USD)",
            "Refund declined -2 USD -2 USD"
        ]
    );
}

#[tokio::test]
async fn an_event_id_that_no_conversion_shows_alone_is_not_counted_once_more() {
    for (policy, messages) in [("increment", 1), ("create", 2)] {
        let tested = with_policy(policy);
        let click = tested.click("summer").await;
        for status in ["pending", "approved"].iter().rev().take(messages) {
            tested
                .postback(&format!("clickid={click}&sum=8.50&eventid=E1&status={status}"))
                .await;
        }
        let before = tested.conversions().await;
        let answer = upload(
            &tested,
            json!([{"clickid": click, "sum": "5", "event_id": "E1"}]).to_string(),
        )
        .await;
        let row = &answer.json()["rows"][0];
        assert_eq!(
            (&row["outcome"], &row["reason"]),
            (&"ignored".into(), &"not_corrected".into()),
            "{policy}"
        );
        assert!(row["text"].as_str().unwrap().contains("the policy `update`"), "{row}");
        assert_eq!(tested.conversions().await, before, "{policy}");
    }
}
