//! `postback`.

use crate::support::{EXAMPLE, RULES, answers, file, inspect, inspect_with, vector};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::tracker::ClickIdKeys;
use postback::{Secret, Timestamp};
use serde_json::{Value, json};

const AT: &str = "2026-04-23T17:57:04Z";

fn read(environment: &[(&str, &str)], url: &str) -> String {
    inspect_with(environment, "", &["postback", "--config", RULES, "--at", AT, url]).printed()
}

fn refused(url: &str) -> String {
    inspect(&["postback", "--config", RULES, "--at", AT, url]).refused()
}

/// The value of the lines that begin with this word.
fn lines<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let found = text.lines().filter_map(|line| line.strip_prefix(word));
    found.filter(|rest| rest.starts_with(' ')).map(str::trim).collect()
}

#[test]
fn a_postback_is_told_line_by_line() {
    let url = "https://trk.example.com/postback/network?clickid=c7d1f0a2&type=Purchas&sum=8.50&status=confirmed\
               &email=a%40b.example&page=2&eventid={event_id}";
    let text = read(&[], url);
    assert_eq!(text, vector("inspect/postback.txt"));
    assert!(!text.contains("b.example"), "a personal value is not shown: {text}");
}

/// C6: what an access log shows of a request.
#[test]
fn a_line_of_a_log_is_read_as_the_url_in_it() {
    let target = "/postback/network?clickid=C&token=T";
    let plain = read(&[], target);
    for line in [
        format!("GET {target} HTTP/1.1"),
        format!("\"GET {target} HTTP/1.1\""),
        format!("203.0.113.7 - - [29/Nov/2026:12:00:00 +0000] \"GET {target} HTTP/1.1\" 403 15 \"-\" \"curl/8.5\""),
    ] {
        let said = "pasted     the line of a log: `GET` and `HTTP/1.1` are taken off\n";
        assert_eq!(read(&[], &line), format!("{said}{plain}"), "{line}");
    }
    assert_eq!(lines(&plain, "pasted"), [""; 0]);
}

/// P6, and what else means nothing under the field's names.
#[test]
fn a_name_that_means_nothing_has_its_usual_or_near_meaning() {
    let hints = |query: &str| -> Vec<String> {
        let text = read(&[], query);
        let warnings = lines(&text, "warning").into_iter();
        warnings
            .filter(|said| said.contains("means nothing here"))
            .map(str::to_owned)
            .collect()
    };
    for (query, came, meant) in [
        (
            "clickid=C&payout=8.5&eventid=E",
            "`payout`, known from Voluum, Keitaro and Binom,",
            "sum",
        ),
        ("cid=C&sum=8.5", "`cid`, known from Voluum and BeMob,", "clickid"),
        (
            "subid=C&sum=8.5",
            "`subid`, known from Keitaro and many networks,",
            "clickid",
        ),
        ("clickid=C&txid=E", "`txid`, known from Voluum and BeMob,", "eventid"),
        ("clickid=C&stauts=paid", "`stauts`", "status"),
        ("clickid=C&emial=a", "`emial`", "email"),
    ] {
        assert_eq!(
            hints(query),
            [format!("{came} means nothing here; did you mean `{meant}`?")],
            "{query}"
        );
    }
    assert_eq!(
        hints("clickid=C&amp;sum=8.5"),
        [
            "`amp;sum` means nothing here: the URL was pasted as HTML; write `&` in place of `&amp;`, so that it is `sum`"
        ]
    );
    for query in [
        "clickid=C&sum=8.5&eventid=E",
        "clickid=C&sum=8.5&payout=9&page=2",
        "clickid=C&city=x&note=y",
        "/postback/clickbank?clickid=C&sum=1&receipt=ABCD1234&tid=t",
    ] {
        assert_eq!(hints(query), [""; 0], "{query}");
    }
    assert_eq!(
        hints("/postback/clickbank?tid=C&receipt=ABCD1234"),
        ["`tid` means nothing here; did you mean `clickid`?"]
    );
}

#[test]
fn a_url_that_was_pasted_wrongly_into_the_network_is_named() {
    let warned = |url: &str, said: &str| {
        let text = read(&[], url);
        lines(&text, "warning").contains(&said)
    };
    let http = "it was called by `http`, and your domain has `https`: paste `https://trk.example.com` into the network";
    assert!(warned("http://trk.example.com/postback/network?clickid=C", http));
    assert!(!warned("https://trk.example.com/postback/network?clickid=C", http));
    assert!(!warned("http://127.0.0.1:8080/postback/network?clickid=C", http));
    let mark =
        "the value of `clickid` holds a second `?`: write `&` in its place in the URL that is pasted into the network";
    assert!(warned("/postback/network?clickid=C?eventid=E", mark));
    assert!(!warned("/postback/network?clickid=C&eventid=E", mark));
}

/// Somebody may be called `[smith]`.
#[test]
fn of_a_personal_parameter_and_of_the_token_an_unfilled_value_is_not_shown() {
    let text = read(&[], "clickid=a&eventid={event_id}&email=[a.smith]&token=[s3cret]");
    let unfilled = [
        "eventid={event_id}: taken for a missing value",
        "email: taken for a missing value",
        "token: taken for a missing value",
    ];
    assert_eq!(lines(&text, "unfilled"), unfilled);
    assert!(!text.contains("smith") && !text.contains("s3cret"), "{text}");
}

#[test]
fn the_source_is_the_paths_and_of_a_bare_query_the_default() {
    for (url, source) in [
        (
            "https://trk.example.com/postback/clickbank?receipt=ABCD1234",
            "clickbank",
        ),
        ("/postback/clickbank?receipt=ABCD1234", "clickbank"),
        ("http://127.0.0.1:8080/postback?clickid=a#part", "network"),
        ("clickid=a", "network"),
        ("?clickid=a", "network"),
        ("clickid=https://a.example/x?y", "network"),
    ] {
        assert_eq!(lines(&read(&[], url), "source"), [source], "{url}");
    }
    assert_eq!(
        refused("https://trk.example.com/postback/netwrk?clickid=a"),
        "offer source `netwrk` is not configured; there is `clickbank`, `network`"
    );
    for path in ["/ins/clickbank", "/postbacks", "/summer"] {
        assert_eq!(
            refused(&format!("https://trk.example.com{path}?clickid=a")),
            format!("`{path}` is no path of a postback, as in `/postback/{{source}}`")
        );
    }
}

#[test]
fn what_is_malformed_is_refused_as_the_server_would() {
    assert_eq!(
        refused("clickid=a&sum=8,50"),
        "parameter `sum` is not an amount: it holds ','; \
         a decimal comma is read with `amounts = { decimal = \",\" }` in the source's row"
    );
    assert_eq!(refused("clickid=a&clickid=b"), "parameter `clickid` is repeated");
    assert_eq!(
        refused("clickid=%zz"),
        "value of parameter `clickid` holds a malformed percent escape"
    );
}

/// As the server: what nothing reads may be of whatever bytes.
#[test]
fn what_nothing_reads_refuses_nothing_and_is_named() {
    let text = read(&[], "clickid=a&type=Purchase&sum=8.50&plaza=%FC");
    assert_eq!(lines(&text, "ignored"), ["plaza"], "{text}");
    assert_eq!(lines(&text, "sum"), ["8.5 USD"], "{text}");
}

#[test]
fn each_click_id_is_ours_forged_or_anothers() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let path = file(
        "signed.toml",
        &format!("{rules}\n[click_id]\nkeys = [\"env:CLICK_KEY\"]\n"),
    );
    let at: Timestamp = AT.parse().unwrap();
    let mint = |key: &str| ClickIdKeys::new(vec![Secret::from(key)]).mint(at, [1, 2]);
    let (ours, forged) = (mint("a-key-of-our-own"), mint("another-key-of-theirs"));
    let read = |environment: &[(&str, &str)], id: &str| {
        let url = format!("clickid={id}");
        inspect_with(environment, "", &["postback", "--config", &path, "--at", AT, &url]).printed()
    };
    let key = [("CLICK_KEY", "a-key-of-our-own")];
    assert_eq!(
        lines(&read(&key, ours.as_str()), "click id"),
        [format!("{ours}, made and signed here")]
    );
    let upper = ours.as_str().to_uppercase();
    assert_eq!(
        lines(&read(&key, &upper), "click id"),
        [format!("{ours}, made and signed here")]
    );
    let text = read(&key, forged.as_str());
    assert_eq!(
        lines(&text, "click id"),
        [format!(
            "{forged}, FORGED: in the form of ours, and signed by none of the keys"
        )]
    );
    assert!(
        text.contains(
            "none of the keys has signed its click id: it will be attributed only if the very click is stored"
        ),
        "{text}"
    );
    assert_eq!(
        lines(&read(&key, "abc-1"), "click id"),
        ["abc-1, another tracker's, taken as it is"]
    );
    let text = read(&[], forged.as_str());
    assert_eq!(
        lines(&text, "click id"),
        [format!("{forged}, in the form of ours, without a key to check it")]
    );
    assert!(
        text.contains("click ids cannot be checked: `env:CLICK_KEY` is not set here"),
        "{text}"
    );
}

#[test]
fn a_token_is_compared_if_the_environment_has_it() {
    let token = [("NETWORK_TOKEN", "the-token-of-the-network")];
    let of = |environment: &[(&str, &str)], url: &str| {
        let text = read(environment, url);
        let warned = text.contains("the server answers 403");
        (lines(&text, "token").concat(), warned)
    };
    assert_eq!(
        of(&token, "clickid=a&token=the-token-of-the-network"),
        ("right".into(), false)
    );
    assert_eq!(of(&token, "clickid=a&token=x"), ("wrong".into(), true));
    assert_eq!(of(&token, "clickid=a"), ("missing".into(), true));
    assert_eq!(
        of(&[], "clickid=a&token=x").0,
        "there, and cannot be compared: a token of the source is not set here"
    );
    let pixel = [
        "postback",
        "--config",
        EXAMPLE,
        "--at",
        AT,
        "clickid=a&type=InitiateCheckout",
    ];
    let text = inspect(&pixel).printed();
    assert_eq!(lines(&text, "token"), ["not asked for: this type is open to anyone"]);
    assert_eq!(lines(&text, "sum"), ["none"]);
}

/// The word of an open type that is given another meaning could carry money, so the server asks for
/// the token.
#[test]
fn an_open_word_that_is_matched_to_another_type_needs_the_token() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let tokens = "tokens = [\"env:NETWORK_TOKEN\"]\n";
    let open = rules.replace(tokens, &format!("{tokens}open_types = [\"Lead\"]\n"));
    for (config, token) in [
        (open.clone(), "not asked for: this type is open to anyone"),
        (
            open.replace(
                "[offer_source.statuses]",
                "[offer_source.events]\nLead = \"Purchase\"\n[offer_source.statuses]",
            ),
            "missing",
        ),
    ] {
        let path = file("open.toml", &config);
        let text = inspect(&["postback", "--config", &path, "--at", AT, "clickid=a&type=Lead"]).printed();
        assert_eq!(lines(&text, "token"), [token]);
        assert_eq!(text.contains("the server answers 403"), token == "missing", "{text}");
    }
}

/// Where two types are written alike, a word in a third case is neither.
#[test]
fn an_open_word_in_another_case_is_open_where_one_type_alone_is_written_so() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let tokens = "tokens = [\"env:NETWORK_TOKEN\"]\n";
    let open = rules.replace(tokens, &format!("{tokens}open_types = [\"Lead\"]\n"));
    let two = format!("{open}\n[[conversion_type]]\nname = \"lead\"\n");
    let is_open = |config: &str, word: &str| {
        let path = file("open-case.toml", config);
        let url = format!("clickid=a&type={word}");
        let text = inspect(&["postback", "--config", &path, "--at", AT, &url]).printed();
        lines(&text, "token") == ["not asked for: this type is open to anyone"]
    };
    assert!(is_open(&open, "lead") && is_open(&open, "LEAD"));
    assert!(is_open(&two, "Lead") && !is_open(&two, "lead") && !is_open(&two, "LEAD"));
}

/// A status that earns nothing says why, as the server does.
#[test]
fn a_status_word_that_says_none_is_told_with_its_reason() {
    let unknown = "its status: nothing says what its status word means, so it earns nothing; map it under `statuses`";
    let event =
        "its status: its status word is the name of an event; send that as the type, and a status as the status";
    let of = |word: &str| read(&[], &format!("clickid=a&eventid=b&type=Purchase&sum=1&status={word}"));
    assert!(of("foo").contains(unknown), "{}", of("foo"));
    assert!(of("PURCHASE").contains(event), "{}", of("PURCHASE"));
    assert!(!of("approved").contains("its status: "), "{}", of("approved"));
}

#[test]
fn the_addresses_that_a_source_lists_are_told_unless_the_type_is_open() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let tokens = "tokens = [\"env:NETWORK_TOKEN\"]\n";
    let more = "allow_ips = [\"203.0.113.0/24\", \"2001:db8::1\"]\nopen_types = [\"Lead\"]\n";
    let path = file("allow-ips.toml", &rules.replace(tokens, &format!("{tokens}{more}")));
    let of = |url: &str| {
        let text = inspect(&["postback", "--config", &path, "--at", AT, url]).printed();
        lines(&text, "address").concat()
    };
    assert_eq!(
        of("clickid=a"),
        "asked for, and not seen here: 203.0.113.0/24, 2001:db8::1/128"
    );
    assert_eq!(of("clickid=a&type=Lead"), "");
    assert_eq!(of("/postback/clickbank?clickid=a"), "");
}

#[test]
fn a_word_that_is_matched_to_none_makes_no_conversion() {
    let text = read(
        &[],
        "/postback/clickbank?clickid=a&type=ORDER_IMPRESSION&receipt=ABCD1234",
    );
    assert_eq!(lines(&text, "type"), ["none, from `ORDER_IMPRESSION`"]);
    assert!(
        text.contains("it makes no conversion: the configuration matches this event to no conversion type on purpose"),
        "{text}"
    );
    let text = read(
        &[],
        "/postback/clickbank?clickid=a&type=purchase&sum=57.35&receipt=ABCD1234-B002",
    );
    assert_eq!(lines(&text, "type"), ["Purchase, counts as sale, from `purchase`"]);
    assert_eq!(
        (lines(&text, "kind"), lines(&text, "receipt")),
        (vec!["sale"], vec!["ABCD1234"])
    );
}

#[test]
fn an_arrival_without_an_id_says_that_it_cannot_be_told_from_a_repeat() {
    let text = read(&[], "clickid=a&sum=1");
    assert_eq!(lines(&text, "identity"), ["none: each arrival is an event of its own"]);
    assert!(
        text.contains("a repeat of it cannot be told from a new conversion"),
        "{text}"
    );
    let text = read(&[], "clickid=a&eventid=e1");
    assert!(
        lines(&text, "identity")[0].ends_with(": whatever comes with it again is a duplicate"),
        "{text}"
    );
    assert!(text.contains("it has no amount"), "{text}");
}

#[test]
fn a_batch_answers_queries_and_urls() {
    let line = |id: u8, query: &str| json!({"id": id, "query_b64": STANDARD.encode(query)}).to_string();
    let lines = [
        line(1, "clickid=abc&sum=8.50&status=confirmed&eventid=e1"),
        line(
            2,
            "https://trk.example.com/postback/clickbank?clickid=abc&type=UPSELL&receipt=ABCD1234",
        ),
        line(3, "sum=1e3"),
        json!({"id": 4, "query_b64": "no base64"}).to_string(),
    ];
    let arguments = ["postback", "--batch", "--config", RULES, "--at", AT];
    let answers = answers(&inspect_with(&[], lines.join("\n"), &arguments).printed());
    let first = &answers[0]["ok"];
    assert_eq!(first["type"], "Purchase");
    assert_eq!(first["status"], "approved");
    assert_eq!(first["sum"], json!({"amount": "8.5", "currency": "USD"}));
    assert_eq!(first["clicks"], json!([{"id": "abc", "is": "foreign"}]));
    assert_eq!(first["token"], "missing");
    assert!(first["identity"].is_string());
    assert_eq!(
        (&answers[1]["ok"]["source"], &answers[1]["ok"]["kind"]),
        (&json!("clickbank"), &json!("upsell"))
    );
    assert_eq!(answers[2]["refused"], "parameter `sum` is not an amount: it holds 'e'");
    assert_eq!(answers[3]["refused"], "`query_b64` is not base64");
}

#[test]
fn two_arrivals_of_a_batch_without_ids_are_two_events() {
    let line = json!({"id": 1, "query_b64": STANDARD.encode("clickid=a")}).to_string();
    let arguments = ["postback", "--batch", "--config", RULES, "--at", AT];
    let answers = answers(&inspect_with(&[], format!("{line}\n{line}"), &arguments).printed());
    assert!(answers.iter().all(|answer| answer["ok"]["identity"] == Value::Null));
    assert_eq!(answers.len(), 2);
}
