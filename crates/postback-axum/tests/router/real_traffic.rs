//! What networks and channels send in the field, told to the router
//! (`tests/vectors/real_traffic.jsonl`). The lives of orders are in `orders`, raw bytes in a URL in
//! `tests/connections.rs`.

use crate::support::{CONFIG, NET_TOKEN, Tested, authorized, compiled, request, tested};
use axum::body::Body;
use postback::delivery::Cause;
use postback::model::{Revenue, Status};
use postback_test::jsonl;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Sources that write otherwise than is read by default.
const SOURCES: &str = r#"
[[offer_source]]
id = "formats"
template = "generic"
tokens = ["env:NET_TOKEN"]
[offer_source.amounts]
decimal = ","
thousands = "."
symbols = ["$", "USD"]
[offer_source.times]
format = "%Y-%m-%d %H:%M:%S"
zone = "Europe/Berlin"
[offer_source.currencies]
DOLLAR = "USD"
[[offer_source]]
id = "minor"
template = "generic"
tokens = ["env:NET_TOKEN"]
[offer_source.amounts]
unit = "minor"
[[offer_source]]
id = "told"
template = "generic"
tokens = ["env:NET_TOKEN"]
"#;

/// Postbacks of the campaign `told`: the first one needs the amount.
const TOLD: &str = r#"
[[campaign.postback]]
id = "share"
url = "https://s2s.example.com/log?key={ref_id}&price={payout}"
[[campaign.postback]]
id = "fixed"
url = "https://s2s.example.com/log?key={ref_id}&fixed={payout}"
payout = { fixed = "25.00" }
[[campaign.postback]]
id = "plain"
url = "https://s2s.example.com/log?key={ref_id}"
"#;

#[derive(Debug, Deserialize)]
struct Case {
    case: String,
    source: String,
    /// `$C` is the click id, `$S` one without its last character, `$E` an event id, `$L` a long
    /// text.
    query: String,
    #[serde(default = "ok")]
    status: u16,
    /// What the answer says, beside what it may say more.
    #[serde(default)]
    says: Map<String, Value>,
    /// What the click's conversions count for; nothing if it is not said.
    earns: Option<String>,
    /// The status that is shown.
    shows: Option<String>,
    /// The postbacks that fire, sorted; not asked if it is not said.
    fires: Option<Vec<String>>,
}

fn ok() -> u16 {
    200
}

/// A router with a campaign for each source.
fn with_sources() -> Tested {
    let mut config = format!("{CONFIG}{SOURCES}");
    for source in ["formats", "minor", "told"] {
        config += &format!(
            "[[offer]]\nid = \"{source}\"\nsource = \"{source}\"\nurl = \"https://shop.example.com/?aff={{clickid}}\"\n\
             [[campaign]]\nid = \"{source}\"\nchannel = \"push\"\ndomain = \"main\"\n\
             [[campaign.path]]\nweight = 100\noffers = [{{ offer = \"{source}\", weight = 100 }}]\n"
        );
    }
    config += TOLD; // the campaign that was written last
    let tested = tested();
    tested.replace(compiled(&config).unwrap_or_else(|problems| panic!("{problems:?}")));
    tested
}

fn asked(case: &Case, click: &str) -> String {
    let query = match case.query.contains("$E") {
        true => case.query.clone(),
        false => format!("clickid=$C&eventid=$E&{}", case.query),
    };
    let query = query.replace("$C", click).replace("$S", &click[..click.len() - 1]);
    query.replace("$E", "E1").replace("$L", &"x".repeat(20_000))
}

#[tokio::test]
async fn what_networks_send_ends_as_their_users_expect() {
    for case in jsonl::<Case>(include_str!("../../../../tests/vectors/real_traffic.jsonl")) {
        let (tested, name) = (with_sources(), &case.case);
        let campaign = if case.source == "net" { "summer" } else { &case.source };
        let click = tested.click(campaign).await;
        let query = asked(&case, &click);
        let url = format!("/postback/{}?token={NET_TOKEN}&{query}", case.source);
        let answer = tested.get(&url).await;
        assert_eq!(answer.status, case.status, "{name}: {}", answer.text());
        let said = answer.json();
        for (key, value) in &case.says {
            assert_eq!(&said[key.as_str()], value, "{name}: {said}");
        }
        // What is not taken is kept, with its reason.
        assert_eq!(said["kept"].is_string(), case.status != 200, "{name}: {said}");
        assert!(case.status != 200 || !tested.events().await.is_empty(), "{name}");
        let conversions = tested.conversions().await;
        assert!(conversions.len() <= 1, "{name}");
        let earned = conversions.first().and_then(|known| match known.revenue {
            Revenue::Counted { money } => Some(money.amount.to_string()),
            _ => None,
        });
        assert_eq!(earned, case.earns, "{name}");
        if let Some(status) = &case.shows {
            let shown = conversions.first().map(|known| known.shown.status);
            assert_eq!(shown.map(Status::as_str), Some(status.as_str()), "{name}");
        }
        if let Some(fires) = &case.fires {
            let rows = tested.deliveries().await;
            let fired = rows.iter().filter_map(|row| match &row.delivery.cause {
                Cause::Postback { postback, .. } => Some(postback.as_str()),
                _ => None,
            });
            let mut fired: Vec<&str> = fired.collect();
            fired.sort_unstable();
            assert_eq!(fired, *fires, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_posted_is_read_whatever_its_form() {
    let tested = tested();
    let click = tested.click("summer").await;
    let url = format!("/postback/net?token={NET_TOKEN}");
    let form = "application/x-www-form-urlencoded";
    for (number, (kind, body)) in [
        (form, "clickid=$C&sum=8.50&eventid=$E"),
        (form, "&clickid=$C&sum=8.50&eventid=$E&\r\n"),
        (form, "\u{feff}clickid=$C&sum=8.50&eventid=$E"),
        ("", "clickid=$C&sum=8.50&eventid=$E&name=a b"),
        ("text/plain", "clickid=$C&sum=8.50&eventid=$E"),
        ("application/json", r#"{"clickid":"$C","sum":8.50,"eventid":"$E"}"#),
        (
            "application/json; charset=utf-8",
            "\u{feff}{\"clickid\":\"$C\",\"sum\":\"8.50\",\"eventid\":\"$E\"}\r\n",
        ),
        (
            form,
            r#" {"clickid":"$C","sum":8.50,"eventid":"$E","more":{"a":[1,null,true]}}"#,
        ),
        ("application/json", "clickid=$C&sum=8.50&eventid=$E"),
        (
            "multipart/form-data; boundary=----curl7",
            "------curl7\r\nContent-Disposition: form-data; name=\"clickid\"\r\n\r\n$C\r\n\
             ------curl7\r\nContent-Disposition: form-data; name=\"sum\"\r\n\r\n8.50\r\n\
             ------curl7\r\nContent-Disposition: form-data; name=\"eventid\"\r\n\r\n$E\r\n------curl7--\r\n",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let body = body.replace("$C", &click).replace("$E", &format!("E{number}"));
        let answer = tested.posted(&url, kind, &body, "").await;
        assert_eq!(answer.json()["outcome"], "applied", "{kind} {body}: {}", answer.text());
        let last = &tested.conversions().await[0];
        let Revenue::Counted { money } = last.revenue else {
            panic!("{kind} {body}: {last:?}");
        };
        assert_eq!(money.amount.to_string(), "8.5", "{kind} {body}");
        assert_eq!(tested.conversions().await.len(), number + 1, "{kind} {body}");
    }
    for (amount, name) in [
        (r#"{"a":5}"#, "sum.a"),
        (r#"[5,6]"#, "sum.0"),
        (r#"{"eur":{"x":5}}"#, "sum.eur.x"),
    ] {
        let body = format!(r#"{{"clickid":"{click}","sum":{amount},"eventid":"{name}"}}"#);
        let said = tested.posted(&url, "application/json", &body, "").await.json();
        assert_eq!(said["reason"], "no_amount", "{said}");
        let hint = said["hints"][0].as_str().unwrap();
        let mend = format!("`names = {{ sum = \"{name}\" }}` in the source's row");
        assert!(hint.starts_with("`sum") && hint.ends_with(&mend), "{hint}");
    }
    for (number, amount) in ["{}", "[]", "\"\""].iter().enumerate() {
        let body = format!(r#"{{"clickid":"{click}","sum":{amount},"eventid":"none-{number}"}}"#);
        let said = tested.posted(&url, "application/json", &body, "").await.json();
        assert_eq!(said["reason"], "no_amount", "{amount}: {said}");
        let hint =
            "`sum` came empty; write the network's macro for the amount there, or give the postback a fixed `payout`";
        assert_eq!(said["hints"], serde_json::json!([hint]), "{amount}");
    }
    let nested = r#"{"data":{"clickid":"x","sum":8.5},"eventid":"N"}"#;
    let answer = tested.posted(&url, "application/json", nested, "").await;
    let hints = answer.json()["hints"].to_string();
    assert!(
        hints.contains("it is read with `names = { clickid = \\\"data.clickid\\\" }` in the source's row"),
        "{hints}"
    );
}

#[tokio::test]
async fn a_slash_too_many_before_or_behind_a_path_is_no_part_of_it() {
    let tested = tested();
    let click = tested.click("summer").await;
    for (number, path) in ["/postback/net", "/postback/net/", "//postback/net", "//postback/net/"]
        .into_iter()
        .enumerate()
    {
        let url = format!("{path}?token={NET_TOKEN}&clickid={click}&eventid=E{number}&sum=5");
        assert_eq!(tested.get(&url).await.json()["outcome"], "applied", "{path}");
    }
    for path in ["/summer", "/summer/", "//summer", "//summer/"] {
        let answer = tested.get(&format!("{path}?ref_id=R1")).await;
        let to = answer.header("location").unwrap_or_default();
        assert!(to.starts_with("https://shop.example.com/book?aff="), "{path}: {to}");
    }
    let ins = tested
        .send(request("GET", "//ins/clickbank").body(Body::empty()).unwrap())
        .await;
    assert_eq!(ins.status, 405);
    for path in ["//api/sources", "//api/sources/", "//metrics", "//healthz"] {
        let shut = tested.send(authorized("GET", path)).await;
        assert!(
            !shut.status.is_success(),
            "a proxy may hide it by how its path begins: {path}"
        );
    }
}
