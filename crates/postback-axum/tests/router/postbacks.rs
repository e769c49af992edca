//! `GET` and `POST /postback[/{offer_source}]`.

use crate::support::{CONFIG, NET_TOKEN, PROXY, compiled, impatient, tested};
use crate::watched::Mode;
use axum::{body::Body, extract::ConnectInfo, http::Request};
use std::{net::SocketAddr, time::Duration};

const FORM: &str = "application/x-www-form-urlencoded";
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00";

#[tokio::test]
async fn a_postback_is_taken_in_and_fires() {
    let tested = tested();
    let click = tested.click("summer").await;
    let answer = tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (200, r#"{"outcome":"applied"}"#)
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        (tested.conversions().await.len(), tested.deliveries().await.len()),
        (1, 1)
    );
    let again = tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
    assert_eq!(
        (again.status.as_u16(), again.text()),
        (200, r#"{"outcome":"duplicate"}"#)
    );
}

#[tokio::test]
async fn whoever_sends_deliveries_is_woken() {
    let tested = tested();
    let click = tested.click("summer").await;
    tested.postback(&format!("clickid={click}&sum=1")).await;
    tokio::time::timeout(Duration::from_secs(60), tested.service.wake().notified())
        .await
        .unwrap();
}

#[tokio::test]
async fn without_a_click_it_is_stored_as_unattributed() {
    let tested = tested();
    let answer = tested.postback("sum=8.50").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (200, r#"{"outcome":"unattributed","reason":"no_click_id"}"#)
    );
    let answer = tested.postback("clickid=nobody&sum=8.50").await;
    assert_eq!(answer.text(), r#"{"outcome":"unattributed","reason":"unknown_click"}"#);
    assert_eq!(tested.events().await.len(), 2);
}

#[tokio::test]
async fn a_post_is_read_from_its_url_and_its_body_together() {
    let tested = tested();
    let click = tested.click("summer").await;
    let token = format!("token={NET_TOKEN}");
    let json = format!(r#"{{"clickid": "{click}", "sum": 8.50, "eventid": "J", "token": "{NET_TOKEN}"}}"#);
    for (url, kind, body) in [
        (
            String::new(),
            FORM,
            format!("clickid={click}&sum=8.50&eventid=A&{token}"),
        ),
        (format!("?{token}"), FORM, format!("clickid={click}&sum=8.50&eventid=B")),
        (
            format!("?clickid={click}&{token}"),
            FORM,
            format!("clickid={click}&sum=8.50&eventid=C"),
        ),
        (
            format!("?clickid={click}&sum=8.50&eventid=D&{token}"),
            "",
            String::new(),
        ),
        (
            format!("?clickid={click}&sum=8.50&eventid=E&{token}"),
            "application/json",
            String::new(),
        ),
        (format!("?{token}"), "", format!("clickid={click}&sum=8.50&eventid=F")),
        (String::new(), "application/json", json),
        (
            format!("?{token}"),
            "text/plain",
            format!(r#"{{"clickid":"{click}","sum":8.50,"eventid":"K"}}"#),
        ),
    ] {
        let answer = tested.posted(&format!("/postback/net{url}"), kind, &body, "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (200, r#"{"outcome":"applied"}"#),
            "{url} {body}"
        );
    }
    let body = format!("clickid={click}&sum=8.50&eventid=H");
    let answer = tested.posted("/postback/net", FORM, &body, NET_TOKEN).await;
    assert_eq!(answer.status, 200, "a token in `Authorization`");
    let events = tested.events().await;
    assert!(
        events
            .iter()
            .all(|row| row.event.sum.unwrap().to_string().starts_with("8.5"))
    );
}

#[tokio::test]
async fn a_name_with_two_values_in_url_and_body_is_refused_and_kept() {
    let tested = tested();
    let click = tested.click("summer").await;
    let url = format!("/postback/net?clickid={click}&sum=5&token={NET_TOKEN}");
    let answer = tested.post_form(&url, "sum=6").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.error(), "parameter `sum` is repeated");
    assert!(answer.text().contains(r#""kept":""#), "{}", answer.text());
}

#[tokio::test]
async fn a_body_that_cannot_be_read_says_why_and_is_kept() {
    let tested = tested();
    for (kind, body, status, error) in [
        (
            "application/json",
            "{\"clickid\": ",
            400,
            "its body cannot be read as the JSON that it is meant to be",
        ),
        (
            "application/xml",
            "<clickid>a</clickid>",
            415,
            "the content type of its body is not one that is read: send a form, a JSON object, or the query alone",
        ),
        (
            "application/json",
            r#"{"notification": "a", "iv": "b"}"#,
            400,
            "this is a notification of ClickBank's, not a postback: it belongs to `/ins/net?token=..`",
        ),
        (
            FORM,
            "ctransreceipt=R&cverify=12345678",
            400,
            "this is a notification of ClickBank's, not a postback: it belongs to `/ins/net?token=..`",
        ),
    ] {
        let url = format!("/postback/net?token={NET_TOKEN}");
        let answer = tested.posted(&url, kind, body, "").await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (status, error));
        assert!(answer.text().contains(r#""kept":""#), "{}", answer.text());
        let answer = tested.posted("/postback/net", kind, body, "").await;
        assert_eq!(answer.status, 403, "of a stranger nothing is kept");
    }
}

#[tokio::test]
async fn a_name_whose_meaning_came_too_is_no_hint() {
    let tested = tested();
    let click = tested.click("summer").await;
    let answer = tested
        .postback(&format!("clickid={click}&eventid=A&sum=8.5&payout=8.5"))
        .await;
    assert_eq!(answer.text(), r#"{"outcome":"applied","ignored":["payout"]}"#);
}

#[tokio::test]
async fn of_a_body_that_is_too_long_the_url_is_kept() {
    let tested = tested();
    let url = format!("/postback/net?clickid=C&eventid=A&token={NET_TOKEN}");
    let answer = tested.post_form(&url, &"a".repeat(64 * 1024 + 1)).await;
    assert_eq!(answer.status, 413);
    let refused = tested.api("/api/refused?source=net").await.json();
    let row = &refused["items"][0];
    assert_eq!(
        (row["reason"].as_str(), row["click"].as_str()),
        (Some("too_long"), Some("C"))
    );
}

#[tokio::test]
async fn what_means_nothing_is_named_with_what_it_usually_means() {
    let tested = tested();
    let click = tested.click("summer").await;
    let answer = tested
        .postback(&format!("clickid={click}&eventid=A&payout=8.5&city=M%FCnchen"))
        .await;
    let answer = answer.json();
    let hint = "`payout`, known from Voluum, Keitaro and Binom, means nothing here; did you mean `sum`?";
    assert_eq!(answer["outcome"], "applied");
    assert_eq!(answer["ignored"], serde_json::json!(["city", "payout"]));
    assert_eq!(answer["hints"], serde_json::json!([hint]));
    let sources = tested.api("/api/sources").await.json();
    let sources = sources["items"].as_array().unwrap();
    let net = sources.iter().find(|source| source["id"] == "net").unwrap();
    assert_eq!(net["hints"], serde_json::json!([hint]));
    let events = tested.events().await;
    let ignored: Vec<&str> = events[0].event.ignored.iter().map(|name| &**name).collect();
    assert_eq!(ignored, ["city", "payout"]);
}

/// At most 16 words; another configuration begins anew.
#[tokio::test]
async fn status_words_that_say_none_are_shown_with_the_source() {
    let tested = tested();
    let shown = async || {
        let sources = tested.api("/api/sources").await.json();
        let sources = sources["items"].as_array().unwrap();
        let net = sources.iter().find(|source| source["id"] == "net").unwrap();
        net["unknown_statuses"].clone()
    };
    let click = tested.click("summer").await;
    let send = async |id: &str, word: &str| {
        let query = format!("clickid={click}&eventid={id}&sum=8.5&status={word}");
        tested.postback(&query).await.json()["reason"].clone()
    };
    assert_eq!(send("a", "approved").await, serde_json::Value::Null);
    assert_eq!(shown().await, serde_json::Value::Null);
    assert_eq!(send("b", "foo").await, "unknown_status");
    assert_eq!(shown().await, serde_json::json!(["foo"]));
    assert_eq!(send("c", "PURCHASE").await, "status_is_event");
    assert_eq!(shown().await, serde_json::json!(["PURCHASE", "foo"]));
    for number in 0..20 {
        send(&format!("d{number}"), &format!("word{number}")).await;
    }
    assert_eq!(shown().await.as_array().unwrap().len(), 16);
    tested.replace(compiled(CONFIG).unwrap());
    assert_eq!(shown().await, serde_json::Value::Null);
}

#[tokio::test]
async fn an_amount_that_the_network_does_not_know_is_none_and_the_answer_says_so() {
    let tested = tested();
    let click = tested.click("summer").await;
    for (number, word) in ["null", "undefined", "N%2FA", "{payout}", "NaN"].iter().enumerate() {
        let answer = tested
            .postback(&format!("clickid={click}&eventid=E{number}&sum={word}"))
            .await;
        assert_eq!(answer.json()["reason"], "no_amount", "{word}");
    }
    for query in ["eventid=F", "eventid=G&sum="] {
        let answer = tested.postback(&format!("clickid={click}&{query}")).await;
        assert_eq!(answer.json()["reason"], "no_amount", "{query}: a postback lacks it");
    }
    assert!(tested.deliveries().await.is_empty(), "the channel is not told a zero");
    // The source's hints say what came, each once.
    let sources = tested.api("/api/sources").await.json();
    let mut sources = sources["items"].as_array().unwrap().iter();
    let source = sources.find(|known| known["id"] == "net").unwrap();
    let hints = source["hints"].as_array().unwrap();
    assert_eq!(hints.len(), 7, "{hints:?}");
    let said = "`sum` came as `{payout}`, which is no amount; write the network's macro for the amount there, or give \
                the postback a fixed `payout`";
    assert!(hints.contains(&said.into()), "{hints:?}");
}

#[tokio::test]
async fn a_click_id_is_known_whatever_people_leave_around_it() {
    let tested = tested();
    let click = tested.click("summer").await;
    for (number, text) in [
        format!("{click}%20"),
        format!("%22{click}%22"),
        format!("{click}."),
        format!("{click}%2F"),
    ]
    .iter()
    .enumerate()
    {
        let answer = tested
            .postback(&format!("clickid={text}&eventid=E{number}&sum=1"))
            .await;
        assert_eq!(answer.text(), r#"{"outcome":"applied"}"#, "{text}");
    }
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_413() {
    let tested = tested();
    for (length, status) in [(64 * 1024 - 1, 400), (64 * 1024, 400), (64 * 1024 + 1, 413)] {
        let form = format!("token={NET_TOKEN}&");
        let rest = "a".repeat(length - form.len());
        let answer = tested.post_form("/postback", &format!("{form}{rest}")).await;
        assert_eq!(answer.status, status, "{length}");
    }
    let answer = tested.post_form("/postback", &"a".repeat(64 * 1024 + 1)).await;
    assert_eq!(answer.error(), "body is over 65536 bytes long");
}

#[tokio::test]
async fn what_is_malformed_is_said_plainly() {
    let tested = tested();
    for (query, error) in [
        (
            "clickid=%zz",
            "value of parameter `clickid` holds a malformed percent escape",
        ),
        ("clickid=a&clickid=b", "parameter `clickid` is repeated"),
        ("clickid=a&sum=1_000", "parameter `sum` is not an amount: it holds '_'"),
        (
            "clickid=a&currency=dollar",
            "parameter `currency` is not a currency code of three letters; a word for one is read with `currencies = { EURO = \"EUR\" }` in the source's row",
        ),
    ] {
        let answer = tested.postback(query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.error(), error, "{query}");
    }
    assert!(tested.events().await.is_empty());
}

#[tokio::test]
async fn a_missing_or_wrong_token_is_403() {
    let tested = tested();
    for url in [
        "/postback?clickid=a",
        "/postback?clickid=a&token=x",
        "/postback/net?clickid=a&token=",
    ] {
        let answer = tested.get(url).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (403, "the token is missing or wrong"),
            "{url}"
        );
    }
    assert!(tested.store.calls().is_empty());
}

#[tokio::test]
async fn an_open_type_needs_no_token_and_carries_no_money() {
    let tested = tested();
    let click = tested.click("summer").await;
    let answer = tested
        .get(&format!(
            "/postback/net?clickid={click}&type=InitiateCheckout&sum=99&format=img"
        ))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, Some("image/gif"))
    );
    assert!(answer.body.starts_with(GIF));
    assert_eq!(tested.conversions().await[0].sum, None);
}

#[tokio::test]
async fn an_address_that_is_not_listed_is_403_and_a_proxy_is_believed() {
    let tested = tested();
    let answer = tested.get("/postback/walled?clickid=a").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (403, "the address is not allowed")
    );
    let peer: SocketAddr = PROXY.parse().unwrap();
    let through = |forwarded: &str| {
        let request = Request::get("/postback/walled?clickid=a").extension(ConnectInfo(peer));
        request
            .header("x-forwarded-for", forwarded)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(tested.send(through("203.0.113.9")).await.status, 200);
    assert_eq!(tested.send(through("203.0.113.9, 198.51.100.1")).await.status, 403);
}

#[tokio::test]
async fn an_unknown_source_is_404() {
    let tested = tested();
    let answer = tested.get("/postback/nobody?clickid=a").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (404, "there is no such offer source")
    );
    assert_eq!(tested.post_form("/postback/nobody", "clickid=a").await.status, 404);
}

#[tokio::test]
async fn a_pixel_gets_its_image_under_the_status_that_says_what_happened() {
    let tested = tested();
    for (query, status) in [
        (format!("token={NET_TOKEN}&sum=1&format=img"), 200),
        ("sum=1&format=img".to_owned(), 403),
        (format!("token={NET_TOKEN}&sum=x&format=img"), 400),
        ("sum=x&format=img".to_owned(), 403),
    ] {
        let answer = tested.get(&format!("/postback?{query}")).await;
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.header("content-type"), Some("image/gif"));
        assert!(answer.body.starts_with(GIF) && answer.body.ends_with(&[0x3b]));
        assert_eq!(answer.body.len(), 43);
    }
}

#[tokio::test]
async fn trouble_of_the_store_is_503() {
    let tested = impatient();
    for mode in [Mode::Fails, Mode::Hangs] {
        tested.store.set(mode);
        let answer = tested.postback("clickid=a&sum=1").await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (503, "the store is not available, try again")
        );
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
}

#[tokio::test]
async fn what_a_body_cannot_say_is_named_as_what_it_is() {
    let tested = tested();
    let url = format!("/postback?token={NET_TOKEN}");
    let json = r#"{"clickid": "c\ud800", "sum": 1}"#;
    let answer = tested.posted(&url, "application/json", json, "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (
            400,
            "value of parameter `clickid` holds half of a surrogate pair, which is no character"
        )
    );
    let names: Vec<String> = (0..300).map(|number| format!("p{number}=1")).collect();
    let answer = tested
        .posted(&url, "application/x-www-form-urlencoded", &names.join("&"), "")
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (400, "parameters are more than 256")
    );
}

#[tokio::test]
async fn spaces_around_the_token_of_a_header_are_no_part_of_it() {
    let tested = tested();
    for header in ["bearer  ", "Bearer ", "BEARER    "] {
        let request = crate::support::request("POST", "/postback?clickid=c&sum=1")
            .header("authorization", format!("{header}{NET_TOKEN}"))
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(tested.send(request).await.status, 200, "{header}");
    }
}
