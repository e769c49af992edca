//! `GET /{campaign}` with links as they come in the field: a visit always leads somewhere, and what
//! was wrong with it stands on the click.

use crate::support::{Answer, CONFIG, Tested, compiled, request, tested};
use crate::watched::Mode;
use axum::body::Body;
use postback::Click;
use postback::port::Inspect;
use proptest::prelude::*;
use serde_json::{Value, json};

const OFFER: &str = "https://shop.example.com/book?aff=";

/// The click of a redirect to the offer.
async fn recorded(tested: &Tested, answer: &Answer) -> Click {
    assert_eq!(answer.status, 302, "{}", answer.text());
    let location = answer.header("location").unwrap();
    let id = location.strip_prefix(OFFER).unwrap_or_else(|| panic!("{location}"));
    let id = id.split('&').next().unwrap().parse().unwrap();
    tested.store.inner.click(&id).await.unwrap().expect("it is recorded")
}

/// The click of a link to `summer` with this query behind the channel's click id.
async fn visit(query: &str) -> Click {
    let tested = tested();
    let answer = tested.get(&format!("/summer?ref_id=R1&{query}")).await;
    let click = recorded(&tested, &answer).await;
    assert_eq!(click.ref_id.as_deref(), Some("R1"));
    click
}

/// Its notes, and `sub1`.
async fn noted(query: &str) -> (Value, Option<String>) {
    let click = visit(query).await;
    (serde_json::to_value(&click.notes).unwrap(), click.subs.get(&1).cloned())
}

fn note(problem: &str, kept: &str) -> Value {
    json!([{"parameter": "sub1", "problem": problem, "kept": kept}])
}

/// The configuration with one domain.
fn one_domain() -> String {
    let bare = "[[domain]]\nid = \"bare\"\nurl = \"https://bare.example.com\"\n";
    let text = CONFIG.replacen(bare, "", 1).replace("domain = \"bare\"\n", "");
    assert!(text.contains("[[domain]]") && !text.contains("bare.example.com"));
    text
}

#[tokio::test]
async fn a_parameter_that_nothing_reads_is_not_judged() {
    for query in [
        "utm_source=uns_footer%",
        "keyword=%EA%F3%EF",
        "x=1&x=2",
        "%=%&%zz=%zz",
        "&&=&=x",
        "utm_term={keyword}",
    ] {
        assert_eq!(visit(query).await.notes, [], "{query}");
    }
}

#[tokio::test]
async fn a_value_that_the_network_cut_within_a_letter_keeps_what_is_whole() {
    let whole = Some("\u{43a}".to_owned());
    assert_eq!(noted("sub1=%D0%BA%D1").await, (note("not_utf8", "part"), whole.clone()));
    assert_eq!(noted("sub1=%D0%BA%D").await, (note("escape", "part"), whole));
}

#[tokio::test]
async fn a_value_of_another_encoding_is_left_out() {
    assert_eq!(noted("sub1=%EA%F3%EF").await, (note("not_utf8", "nothing"), None));
}

#[tokio::test]
async fn of_a_repeated_parameter_the_first_is_taken() {
    assert_eq!(
        noted("sub1=a&sub1=b").await,
        (note("repeated", "first"), Some("a".into()))
    );
    assert_eq!(
        noted("sub1=&sub1=b").await,
        (json!([]), Some("b".into())),
        "an empty one is none"
    );
}

#[tokio::test]
async fn a_value_that_is_too_long_is_cut_at_a_character() {
    let long = "a".repeat(1_025);
    let (notes, value) = noted(&format!("sub1={long}")).await;
    assert_eq!((notes, value.unwrap().len()), (note("too_long", "part"), 1_024));
    let long = "a".repeat(1_023) + "%C3%A9";
    let (notes, value) = noted(&format!("sub1={long}")).await;
    assert_eq!((notes, value.unwrap().len()), (note("too_long", "part"), 1_023));
}

#[tokio::test]
async fn a_part_of_an_id_is_another_id_so_it_is_left_out() {
    let tested = tested();
    for (value, problem) in [
        ("R1%".to_owned(), "escape"),
        ("R1%FF".to_owned(), "not_utf8"),
        ("R1%001".to_owned(), "control"),
        ("R".repeat(1_025), "too_long"),
    ] {
        let answer = tested.get(&format!("/summer?ref_id={value}")).await;
        let click = recorded(&tested, &answer).await;
        assert_eq!(click.ref_id, None);
        let notes = serde_json::to_value(&click.notes).unwrap();
        assert_eq!(
            notes,
            json!([{"parameter": "ref_id", "problem": problem, "kept": "nothing"}])
        );
    }
}

#[tokio::test]
async fn a_cost_that_is_no_amount_is_noted() {
    let click = visit("cost=free").await;
    assert_eq!(click.cost, None);
    let notes = serde_json::to_value(&click.notes).unwrap();
    assert_eq!(
        notes,
        json!([{"parameter": "cost", "problem": "not_an_amount", "kept": "nothing"}])
    );
}

#[tokio::test]
async fn one_slash_behind_a_path_means_nothing_on_any_route() {
    let tested = tested();
    let answer = tested.get("/summer/?ref_id=R1").await;
    let click = recorded(&tested, &answer).await;
    assert_eq!((click.ref_id.as_deref(), click.notes.len()), (Some("R1"), 0));
    for path in [
        "/healthz",
        "/metrics",
        "/postback",
        "/postback/net",
        "/api/events",
        "/api/explain",
    ] {
        let plain = tested.api(path).await;
        let slashed = tested.api(&format!("{path}/")).await;
        assert_eq!((slashed.status, &slashed.body), (plain.status, &plain.body), "{path}");
    }
    let plain = tested.post("/ins/clickbank", "x").await;
    let slashed = tested.post("/ins/clickbank/", "x").await;
    assert_eq!((slashed.status, slashed.body), (plain.status, plain.body));
    assert_eq!(tested.get("/summer//?ref_id=R1").await.status, 404);
}

#[tokio::test]
async fn an_unknown_campaign_leads_to_the_fallback_of_the_only_domain() {
    let tested = tested();
    tested.replace(compiled(&one_domain()).unwrap());
    tested.store.calls();
    for url in ["/winter?ref_id=R1", "/winter/", "/%FF", "/Summer"] {
        let answer = tested.get(url).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (302, Some("https://www.example.com/")),
            "{url}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(
            answer.header("referrer-policy"),
            Some("strict-origin-when-cross-origin")
        );
    }
    for url in ["/favicon.ico", "/robots.txt", "/api", "/ins", "/winter?format=json"] {
        assert_eq!(tested.get(url).await.status, 404, "{url}");
    }
    assert!(tested.store.calls().is_empty());
}

#[tokio::test]
async fn a_campaign_without_a_domain_has_the_fallback_of_the_only_one() {
    let tested = tested();
    tested.replace(compiled(&one_domain().replace("domain = \"main\"\n", "")).unwrap());
    tested.store.set(Mode::Fails);
    let answer = tested.get("/summer?ref_id=R1").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (302, Some("https://www.example.com/"))
    );
}

#[tokio::test]
async fn of_several_domains_the_host_tells_where_an_unknown_campaign_belongs() {
    let tested = tested();
    for (host, status) in [
        ("trk.example.com", 302),
        ("TRK.example.com:8443", 302),
        ("bare.example.com", 404),
        ("other.example.com", 404),
    ] {
        let request = request("GET", "/winter?ref_id=R1").header("host", host);
        let answer = tested.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{host}");
        let location = (status == 302).then_some("https://www.example.com/");
        assert_eq!(answer.header("location"), location, "{host}");
    }
}

#[tokio::test]
async fn head_answers_as_get_does_and_records_nothing() {
    let tested = tested();
    let answer = tested
        .send(request("HEAD", "/summer?ref_id=R1").body(Body::empty()).unwrap())
        .await;
    assert_eq!(answer.status, 302);
    let location = answer.header("location").unwrap();
    let id = location.strip_prefix(OFFER).unwrap().split('&').next().unwrap();
    let id = id.parse().unwrap();
    assert!(tested.store.inner.click(&id).await.unwrap().is_none(), "nobody's id");
    let token = crate::support::NET_TOKEN;
    for (url, status) in [
        ("/winter".to_owned(), 404),
        ("/healthz".to_owned(), 200),
        ("/readyz".to_owned(), 200),
        ("/metrics".to_owned(), 401),
        ("/summer?ref_id=R1&format=json".to_owned(), 200),
        (format!("/postback?clickid=x&sum=1&token={token}"), 200),
        (format!("/postback/net?clickid=x&sum=1,5&token={token}"), 400),
        ("/postback?clickid=x&sum=1&token=guess".to_owned(), 403),
        ("/postback/nobody?clickid=x".to_owned(), 404),
    ] {
        let answer = tested.send(request("HEAD", &url).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (status, 0), "{url}");
    }
    assert!(tested.events().await.is_empty());
    assert!(tested.service.refused_postbacks(&"net".parse().unwrap()).is_none());
}

#[tokio::test]
async fn options_says_what_a_route_takes_and_so_does_a_method_that_is_refused() {
    let tested = tested();
    for (path, allow) in [
        ("/summer", "GET,HEAD,OPTIONS"),
        ("/summer/", "GET,HEAD,OPTIONS"),
        ("/healthz", "GET,HEAD,OPTIONS"),
        ("/postback", "GET,HEAD,POST,OPTIONS"),
        ("/postback/net", "GET,HEAD,POST,OPTIONS"),
        ("/ins/clickbank", "POST,OPTIONS"),
    ] {
        let options = tested.send(request("OPTIONS", path).body(Body::empty()).unwrap()).await;
        assert_eq!(
            (options.status.as_u16(), options.header("allow")),
            (204, Some(allow)),
            "{path}"
        );
        let refused = tested.send(request("PUT", path).body(Body::empty()).unwrap()).await;
        assert_eq!(
            (refused.status.as_u16(), refused.header("allow")),
            (405, Some(allow)),
            "{path}"
        );
    }
    assert!(tested.store.calls().is_empty());
}

#[tokio::test]
async fn a_redirect_has_the_referrer_policy_of_its_domain() {
    let tested = tested();
    let answer = tested.get("/summer?ref_id=R1").await;
    assert_eq!(
        answer.header("referrer-policy"),
        Some("strict-origin-when-cross-origin")
    );
    let text = CONFIG.replacen(
        "fallback = \"https://www.example.com/\"",
        "fallback = \"https://www.example.com/\"\nreferrer_policy = \"no-referrer\"",
        1,
    );
    tested.replace(compiled(&text).unwrap());
    let answer = tested.get("/summer?ref_id=R1").await;
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let answer = tested.get("/bare-one?ref_id=R1").await;
    assert_eq!(
        answer.header("referrer-policy"),
        Some("strict-origin-when-cross-origin")
    );
    let misspelt = compiled(&text.replace("no-referrer", "no-referer")).unwrap_err();
    assert!(misspelt[0].contains("did you mean `no-referrer`"), "{misspelt:?}");
}

#[tokio::test]
async fn a_macro_that_the_channel_did_not_fill_is_said_where_a_postback_needs_it() {
    for came in ["${SUBID}", "__CLICKID__", "##SUB_ID_SHORT(action)##", "REPLACE"] {
        let tested = tested();
        let encoded: String = came.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let click = tested.get(&format!("/summer?ref_id={encoded}&format=json")).await;
        let click = click.click_id();
        let stored = tested.api(&format!("/api/clicks/{click}")).await.json();
        assert_eq!(stored.get("ref_id"), None);
        let note = json!([{"parameter": "ref_id", "problem": "unfilled", "kept": "nothing", "value": came}]);
        assert_eq!(stored["notes"], note);
        tested.postback(&format!("clickid={click}&sum=8.50&eventid=E1")).await;
        let json = tested.api(&format!("/api/explain?clickid={click}")).await.json();
        assert_eq!(
            json["notes"],
            json!([format!("`ref_id` came as `{came}`; it was left out")])
        );
        let rule = &json["events"][0]["rules"][0];
        assert_eq!(rule["verdict"], "failed");
        assert_eq!(rule["reasons"], json!([format!("`ref_id` came as `{came}`")]));
        assert!(tested.deliveries().await.is_empty());
    }
}

#[tokio::test]
async fn a_redirect_keeps_the_fragment_of_the_offers_url() {
    let tested = tested();
    let text = CONFIG.replace(
        "https://shop.example.com/book?aff={clickid}&s={sub1}",
        "https://www.example.com/#/course?cid={clickid}&s={sub1}",
    );
    tested.replace(compiled(&text).unwrap());
    let answer = tested.get("/summer?ref_id=R1&sub1=a%26b%23c%20%D0%BA").await;
    let location = answer.header("location").unwrap();
    let rest = location.strip_prefix("https://www.example.com/#/course?cid=").unwrap();
    let (id, sub) = rest.split_once('&').unwrap();
    assert_eq!(sub, "s=a%26b%23c%20%D0%BA");
    let click = tested.store.inner.click(&id.parse().unwrap()).await.unwrap();
    assert!(click.is_some());
}

#[tokio::test]
async fn a_value_that_does_not_fit_the_offers_url_is_left_out_of_it() {
    let tested = tested();
    tested.replace(compiled(&CONFIG.replace("s={sub1}", "s={_sub1}")).unwrap());
    let answer = tested.get("/summer?ref_id=R1&sub1=a%26b").await;
    assert!(answer.header("location").unwrap().ends_with("&s="));
    let click = recorded(&tested, &answer).await;
    assert_eq!(click.subs[&1], "a&b");
    assert_eq!(
        click.notes[0].to_string(),
        "`{_sub1}` came as something that does not fit the offer's URL; the URL was written without it"
    );
}

#[tokio::test]
async fn a_cookie_of_the_request_is_kept_where_the_link_has_no_such_parameter() {
    let tested = tested();
    let row = "name = \"sub1\"\ncookie = \"_fbc\"\n";
    tested.replace(compiled(&CONFIG.replacen("name = \"sub1\"\n", row, 1)).unwrap());
    let visit = async |query: &str, cookies: &[&str]| {
        let mut asked = request("GET", &format!("/summer?ref_id=R1{query}"));
        for cookie in cookies {
            asked = asked.header("cookie", *cookie);
        }
        let answer = tested.send(asked.body(Body::empty()).unwrap()).await;
        recorded(&tested, &answer).await.subs.get(&1).cloned()
    };
    assert_eq!(visit("", &["a=1; _fbc=fb.1.2.Ab"]).await.as_deref(), Some("fb.1.2.Ab"));
    assert_eq!(
        visit("", &["a=1", "_fbc=fb.1.2.Ab", "_fbc=x"]).await.as_deref(),
        Some("fb.1.2.Ab"),
        "HTTP/2 has a header for each cookie"
    );
    assert_eq!(visit("&sub1=url", &["_fbc=fb.1.2.Ab"]).await.as_deref(), Some("url"));
    assert_eq!(visit("", &["_fbp=fb.1.2.3"]).await, None);
    assert_eq!(visit("", &[]).await, None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn whatever_a_link_holds_its_visitor_is_sent_on_and_the_click_is_recorded(
        pieces in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(vec![
                    "&", "=", "%", "%2", "%D0", "%BA", "%00", "%0A", "+", "ref_id=", "sub1=", "sub2=", "cost=",
                    "external_id=", "{x}", "__X__", "$%7BS%7D", "&sub1=", "&ref_id=", "-1", "%25257B",
                ]).prop_map(|piece| piece.as_bytes().to_vec()),
                proptest::collection::vec(any::<u8>(), 0..8),
                (0_usize..2_000).prop_map(|length| vec![b'z'; length]),
            ],
            0..24,
        ),
    ) {
        let query = pieces.concat();
        let tested = tested();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let visitor = postback_service::Visitor {
            campaign: "summer",
            query: &query,
            ..Default::default()
        };
        let routed = runtime.block_on(tested.service.visit(&visitor)).expect("it is routed");
        let stored = runtime.block_on(tested.store.inner.click(&routed.click.id)).unwrap();
        prop_assert_eq!(stored.as_ref(), Some(&routed.click));
        prop_assert!(routed.click.notes.len() <= postback::model::MAX_NOTES);
        // What a request line can hold goes through the router too.
        let written: String = query.iter().map(|byte| char::from(*byte)).collect();
        let line = format!("/summer?{written}");
        if line.parse::<http::Uri>().is_ok() && !line.contains(['#', '\u{80}']) && line.is_ascii() && !line.contains("format=json") {
            let answer = runtime.block_on(tested.get(&line));
            runtime.block_on(recorded(&tested, &answer));
        }
    }
}
