//! `explain`.

use crate::support::{RULES, TemporaryFile, answers, file, inspect, inspect_with, path, vector};
use postback::intake::Intake;
use postback::{CompileOptions, Credentials, Document, Event, Query, Received, compile};
use serde_json::{Value, json};

fn explained(event: &str, name: &str) -> String {
    let event = file(name, event);
    inspect(&[
        "explain",
        "--config",
        RULES,
        "--click",
        &path("inspect/click.json"),
        "--event",
        &event,
    ])
    .printed()
}

/// The configuration with so many postbacks more, each silent for one reason.
fn with_more(name: &str, count: usize) -> TemporaryFile {
    let more: Vec<String> = (1..=count)
        .map(|number| {
            format!(
                "[[campaign.postback]]\nid = \"more-{number}\"\nstatuses = [\"declined\"]\ntypes = [\"Purchase\"]\n"
            )
        })
        .collect();
    file(
        name,
        &format!("{}\n{}", std::fs::read_to_string(RULES).unwrap(), more.concat()),
    )
}

#[test]
fn an_update_of_a_sale_is_told_as_the_golden_text_says() {
    let (click, events) = (path("inspect/click.json"), path("inspect/events.json"));
    let text = inspect(&["explain", "--config", RULES, "--click", &click, "--event", &events]).printed();
    assert_eq!(text, vector("inspect/explain.txt"));
}

#[test]
fn what_was_wrong_with_a_clicks_link_is_said_and_why_a_rule_misses_a_value() {
    let mut click: Value = serde_json::from_str(&vector("inspect/click.json")).unwrap();
    click.as_object_mut().unwrap().remove("ref_id").expect("it has one");
    let note = |name: &str| json!({"parameter": name, "problem": "unfilled", "kept": "nothing", "value": "${SUBID}"});
    click["notes"] = ["ref_id", "sub11", "sub12", "sub13", "sub14"].map(note).into();
    let click = file("noted-click.json", &click.to_string());
    let events = path("inspect/events.json");
    let arguments = ["explain", "--config", RULES, "--click", &click, "--event", &events];
    let text = inspect(&arguments).printed();
    assert!(
        text.contains("\nits link    `ref_id` came as `${SUBID}`; it was left out\n"),
        "{text}"
    );
    assert!(text.contains("\n            and 1 more note\n"), "{text}");
    assert!(text.contains("\n            `ref_id` came as `${SUBID}`\n"), "{text}");
    assert!(text.lines().count() <= 24, "{text}");
}

#[test]
fn a_campaign_of_several_rules_fits_a_screen_and_the_rest_is_counted() {
    let (click, events) = (path("inspect/click.json"), path("inspect/events.json"));
    for (more, counted) in [
        (0, None),
        (2, None),
        (3, Some("and 1 more postback")),
        (4, Some("and 2 more postbacks")),
    ] {
        let config = with_more(&format!("more-{more}.toml"), more);
        let arguments = ["explain", "--config", &config, "--click", &click, "--event", &events];
        let text = inspect(&arguments).printed();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() <= 24, "{more}: {} lines\n{text}", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{text}");
        match counted {
            None => assert!(!text.contains(" more postback"), "{more}:\n{text}"),
            Some(counted) => assert_eq!(lines.last(), Some(&counted), "{more}:\n{text}"),
        }
        let full = inspect(&[&arguments[..], &["--full"]].concat()).printed();
        assert_eq!(full.matches("\n  silent").count(), more + 1, "{full}");
        assert!(!full.contains(" more postback"), "{full}");
    }
}

/// A trace names 32 rules; what it leaves out is counted even in full.
#[test]
fn rules_that_the_trace_leaves_out_are_counted() {
    let (click, events) = (path("inspect/click.json"), path("inspect/events.json"));
    let config = with_more("more-40.toml", 40);
    let full = [
        "explain", "--full", "--config", &config, "--click", &click, "--event", &events,
    ];
    let text = inspect(&full).printed();
    assert!(text.ends_with("\nand 12 more postbacks\n"), "{text}");
    let text = inspect(&[&full[..1], &full[2..]].concat()).printed();
    assert_eq!(text.lines().count(), 24, "{text}");
}

#[test]
fn twenty_four_lines_fit_and_one_more_does_not() {
    let (click, events) = (path("inspect/click.json"), path("inspect/events.json"));
    // With one more silent rule of one reason there are 21 lines; each reason more is a line.
    let config = std::fs::read_to_string(&*with_more("one.toml", 1)).unwrap();
    let silent = "[[campaign.postback]]\nid = \"last\"\ntypes = [\"Lead\"]\n";
    for (name, conditions, lines, all) in [
        ("23.toml", "", 23, true),
        ("24.toml", "statuses = [\"declined\"]\n", 24, true),
        ("25.toml", "statuses = [\"declined\"]\nmin_payout = \"50\"\n", 22, false),
    ] {
        let config = file(name, &format!("{config}\n{silent}{conditions}"));
        let text = inspect(&["explain", "--config", &config, "--click", &click, "--event", &events]).printed();
        assert_eq!(
            (text.lines().count(), text.contains("  silent    last: ")),
            (lines, all),
            "{text}"
        );
        assert_eq!(text.ends_with("\nand 1 more postback\n"), !all, "{text}");
    }
}

#[test]
fn a_line_is_cut_beyond_100_columns_unless_it_is_wanted_in_full() {
    let first_line = |length: usize, full: bool| {
        let id = "x".repeat(length);
        let event = file(
            &format!("{length}.json"),
            &format!("{{\"postback\":\"clickid=c7d1f0a2&sum=40&eventid={id}\"}}"),
        );
        let click = path("inspect/click.json");
        let mut arguments = vec!["explain", "--config", RULES, "--click", &click, "--event", &event];
        arguments.extend(full.then_some("--full"));
        let ran = inspect(&arguments);
        let said = ran.err.clone();
        let text = ran.printed();
        let is_cut = text.lines().any(|line| line.ends_with(".."));
        assert_eq!(
            said == "cut to fit a screen; `--full` prints everything\n",
            is_cut,
            "{said}{text}"
        );
        assert_eq!(said.is_empty(), !is_cut, "{said}{text}");
        text.lines().next().unwrap().to_owned()
    };
    let rest = first_line(1, true).len() - 1;
    for columns in [99, 100, 101, 200] {
        let whole = first_line(columns - rest, true);
        assert_eq!(whole.len(), columns);
        let cut = first_line(columns - rest, false);
        match columns {
            ..=100 => assert_eq!(cut, whole),
            _ => assert_eq!(cut, format!("{}..", whole.chars().take(98).collect::<String>())),
        }
    }
}

#[test]
fn a_message_that_comes_again_is_a_duplicate() {
    let text = explained(&vector("inspect/events.json").repeat(2), "twice.json");
    assert!(
        text.contains("\noutcome     duplicate: this very message came before\n"),
        "{text}"
    );
    assert!(text.contains("\nbefore it   3 events taken in\n"), "{text}");
}

#[test]
fn the_duplicate_policy_of_the_type_is_told() {
    let lead = |id: &str| format!("{{\"postback\":\"clickid=c7d1f0a2&type=Lead&eventid={id}\"}}\n");
    let text = explained(&lead("e1"), "lead.json");
    assert!(text.contains("\nduplicate   none: a conversion was made\n"), "{text}");
    // Both came at one time, so their identities decide which is the first.
    let text = explained(&format!("{}{}", lead("e2"), lead("e1")), "leads.json");
    assert!(
        text.contains("\nduplicate   of an earlier one of this type, which stays\n"),
        "{text}"
    );
    assert!(
        text.contains("\noutcome     ignored: the click has a conversion of this type already\n"),
        "{text}"
    );
}

/// As the server: what nothing reads may be of whatever bytes.
#[test]
fn what_nothing_reads_of_a_postback_refuses_nothing() {
    let plain = explained(r#"{"postback":"clickid=other&sum=1&eventid=e1"}"#, "plain.json");
    let strange = explained(
        r#"{"postback":"clickid=other&sum=1&plaza=%FC&eventid=e1"}"#,
        "strange.json",
    );
    assert_eq!(strange, plain);
}

#[test]
fn an_event_without_its_click_says_why() {
    let text = explained(r#"{"postback":"clickid=other&sum=1&eventid=e1"}"#, "other.json");
    assert!(
        text.starts_with("event       a message without a type of `network`, click id other, "),
        "{text}"
    );
    assert!(
        text.contains("\noutcome     unattributed: its click id is not known\n"),
        "{text}"
    );
    assert!(text.ends_with("\npostbacks   no rule was asked\n"), "{text}");
}

#[test]
fn what_the_servers_api_answers_is_taken_whole_or_item_by_item() {
    let tracker = compile(
        &Document::from_toml(&std::fs::read_to_string(RULES).unwrap()).unwrap(),
        &CompileOptions::default(),
    )
    .unwrap();
    let event = |query: &str, at: &str| -> Event {
        let received = Received {
            at: at.parse().unwrap(),
            nonce: 0,
        };
        let query = Query::parse(query.as_bytes()).unwrap();
        let source = tracker.source(None).unwrap();
        Intake::new(source, &Credentials::default(), received)
            .assume_authorized()
            .postback(&query)
            .unwrap()
            .0
    };
    let first = event(
        "clickid=c7d1f0a2&type=Purchase&sum=40&eventid=e1",
        "2026-04-23T17:57:04Z",
    );
    let second = event(
        "clickid=c7d1f0a2&type=Purchase&sum=40&eventid=e2&status=confirmed",
        "2026-04-23T18:02:10Z",
    );
    let golden = vector("inspect/explain.txt");
    let item = |event: &Event| json!({"event": event, "outcome": "applied", "text": "it made or changed a conversion"});
    // The server lists the newest first.
    let page = json!({"items": [item(&second), item(&first)], "next": null});
    assert_eq!(explained(&page.to_string(), "page.json"), golden);
    assert_eq!(
        explained(&format!("{}\n{}", item(&first), item(&second)), "items.json"),
        golden
    );
    assert_eq!(explained(&json!([first, second]).to_string(), "events.json"), golden);
    // Those of one instant are listed newest first too.
    let mut tie = second.clone();
    tie.received_at = first.received_at;
    let page = json!({"items": [item(&tie), item(&first)], "next": null});
    assert_eq!(
        explained(&page.to_string(), "tie.json"),
        explained(&json!([first, tie]).to_string(), "tied.json")
    );
    assert!(explained(&page.to_string(), "tie.json").contains(", event id e2\n"));
}

#[test]
fn a_notification_in_plain_text_is_an_event_of_the_clicks_source() {
    let mut click: Value = serde_json::from_str(&vector("inspect/click.json")).unwrap();
    click["id"] = "abc".into();
    click["source"] = "clickbank".into();
    let click = file("clickbank-click.json", &click.to_string());
    let sale = json!({
        "transactionTime": "20260423T175704-0700", "receipt": "TEST0001", "transactionType": "SALE", "role": "VENDOR",
        "totalAccountAmount": 28.9, "trackingCodes": ["abc"], "version": 8.0,
    });
    let sale = file("sale.json", &sale.to_string());
    let rules = std::fs::read_to_string(RULES)
        .unwrap()
        .replace("clickbank-s2s", "clickbank-ins");
    let rules = file("ins.toml", &rules.replace("PURCHASE =", "SALE ="));
    let text = inspect(&["explain", "--config", &rules, "--click", &click, "--event", &sale]).printed();
    assert!(
        text.starts_with(
            "event       SALE of `clickbank`, click id abc, sum 28.9 USD, event id TEST0001, receipt TEST0001\nassured     decrypted\n"
        ),
        "{text}"
    );
    assert!(
        text.contains("\nconversion  Purchase, approved, sum 28.9 USD, revenue 28.9 USD\n"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_read_is_one_plain_line() {
    let click = path("inspect/click.json");
    for (name, text, begins) in [
        ("e1.json", "", "there is no event"),
        ("e2.json", "{", "the event is no JSON: "),
        ("e3.json", "5", "the event cannot be read: "),
        ("e4.json", "{}", "the event cannot be read: missing field `id`"),
        (
            "e5.json",
            r#"{"postback":"sum=1e3"}"#,
            "parameter `sum` is not an amount: it holds 'e'",
        ),
        ("e6.json", r#"{"postback":"a=b","at":"now"}"#, "`at` cannot be read: "),
        (
            "e7.json",
            r#"{"transactionType":"SALE"}"#,
            "the notification: `transactionTime` is missing",
        ),
    ] {
        let event = file(name, text);
        let refused = inspect(&["explain", "--config", RULES, "--click", &click, "--event", &event]).refused();
        assert!(refused.starts_with(begins), "{name}: {refused}");
    }
    let click = file("click.json", "{\"id\":\"a\"}");
    let refused = inspect(&["explain", "--config", RULES, "--click", &click, "--event", &click]).refused();
    assert!(
        refused.starts_with("the click cannot be read: missing field `at`"),
        "{refused}"
    );
}

#[test]
fn a_batch_has_no_lines_to_print_in_full() {
    let ran = inspect(&["explain", "--batch", "--config", RULES, "--full"]);
    assert_eq!(ran.conflicting(), "'--batch' '--full'");
}

#[test]
fn a_batch_answers_with_codes_reasons_and_what_would_be_sent() {
    let click: Value = serde_json::from_str(&vector("inspect/click.json")).unwrap();
    let sale = json!({"postback": "clickid=c7d1f0a2&type=Purchase&sum=40&eventid=e1", "at": "2026-04-23T17:57:04Z"});
    let lines = [
        json!({"id": 1, "click": click, "event": sale}).to_string(),
        json!({"id": 2, "click": click, "event": [sale, sale]}).to_string(),
        json!({"id": 3, "click": {}, "event": sale}).to_string(),
    ];
    let printed = inspect_with(&[], lines.join("\n"), &["explain", "--batch", "--config", RULES]).printed();
    let answers = answers(&printed);
    let ok = &answers[0]["ok"];
    assert_eq!(
        (&ok["outcome"], &ok["conversion"]["status"]),
        (&json!("applied"), &json!("pending"))
    );
    assert_eq!(
        ok["rules"][0]["sends"],
        json!(["GET https://us.ahows.co/log?action=conversion&key=RP1&price=40"])
    );
    let header = ok["rules"][0]["headers"][0].as_str().unwrap();
    assert!(header.starts_with("postback-id: 23oyogz"), "{header}");
    assert_eq!(
        ok["rules"][1]["reasons"],
        json!(["status is `pending`, wanted one of `approved`"])
    );
    assert_eq!(answers[1]["ok"]["outcome"], "duplicate");
    assert!(
        answers[2]["refused"]
            .as_str()
            .unwrap()
            .starts_with("the click cannot be read: ")
    );
}
