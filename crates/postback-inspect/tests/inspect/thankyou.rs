//! `thankyou`: the URL that ClickBank made in 2014, and those that were made with hashlib and
//! OpenSSL.

use crate::support::{answers, inspect_with, vector};
use serde_json::{Value, json};

pub(crate) const SECRET: (&str, &str) = ("CB_SECRET", "SECRETSECRET1234");
const MADE: (&str, &str) = ("CB_SECRET", "ANOTHERSECRET42");

fn urls() -> Vec<(String, String)> {
    let of = |line: &str| -> (String, String) {
        let vector: Value = serde_json::from_str(line).unwrap();
        let url = format!(
            "https://shop.example.com/thanks?{}#top",
            vector["query"].as_str().unwrap()
        );
        (vector["name"].as_str().unwrap().to_owned(), url)
    };
    vector("thankyou.jsonl").lines().map(of).collect()
}

fn vector_query(name: &str) -> String {
    let url = url(name);
    let (_, query) = url.split_once('?').unwrap();
    query.trim_end_matches("#top").replace("&own=1", "")
}

pub(crate) fn url(name: &str) -> String {
    urls().into_iter().find(|(known, _)| known == name).unwrap().1
}

#[test]
fn the_page_that_clickbank_made_is_printed_with_its_age() {
    let arguments = [
        "thankyou",
        "--secret-env",
        "CB_SECRET",
        "--now",
        "2014-12-21T00:03:11Z",
        "--max-age",
        "2h1s",
    ];
    let url = url("a real page of 2014");
    let printed = inspect_with(&[SECRET], "", &[&arguments[..], &[&url]].concat()).printed();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        printed,
        json!({"assurance": "verified (32 bits, legacy)", "checked": true, "time": "2014-12-20T22:03:10Z", "age": "2h 1s",
            "receipts": ["LPJ9VE42"], "items": ["ipntest"],
            "parameters": {"item": "ipntest", "cbreceipt": "LPJ9VE42", "time": "1419112990", "cbpop": "4C19ACEB", "cbaffi": "0",
                "cname": "John Smith", "cemail": "john.smith@gmail.com", "ccountry": "US", "czip": "10000"}})
    );
}

#[test]
fn a_page_is_as_old_as_is_allowed_by_this_machines_clock_or_another() {
    let url = url("a real page of 2014");
    let refused = |more: &[&str]| {
        let arguments = [&["thankyou", "--secret-env", "CB_SECRET", &url], more].concat();
        inspect_with(&[SECRET], "", &arguments).refused()
    };
    assert_eq!(refused(&["--max-age", "365d"]), "thank-you page is too old");
    assert_eq!(
        refused(&["--now", "1419112991", "--max-age", "0s"]),
        "thank-you page is too old"
    );
    assert_eq!(
        refused(&["--now", "1419000000"]),
        "thank-you page has a time in the future"
    );
    let any = inspect_with(&[SECRET], "", &["thankyou", "--secret-env", "CB_SECRET", &url]);
    assert!(any.printed().contains("\"age\":\""));
}

#[test]
fn a_duration_and_a_time_that_are_none_are_said_plainly() {
    for (flag, value) in [
        ("--max-age", "soon"),
        ("--max-age", ""),
        ("--max-age", "5"),
        ("--max-age", "5w"),
        ("--now", "today"),
    ] {
        let ran = inspect_with(
            &[SECRET],
            "",
            &["thankyou", "--secret-env", "CB_SECRET", flag, value, "x"],
        );
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(&format!("'{value}' for '{flag}")), "{}", ran.err);
    }
}

#[test]
fn what_is_refused_is_one_plain_line() {
    let arguments = ["thankyou", "--secret-env", "CB_SECRET", "--now", "1383932433"];
    let refused = |url: &str| inspect_with(&[MADE], "", &[&arguments[..], &[url]].concat()).refused();
    assert_eq!(refused(&url("refused: the secret last")), "thank-you page refused");
    assert_eq!(refused(&url("refused: encrypted list")), "thank-you page refused");
    assert_eq!(refused("https://shop.example.com/thanks"), "`item` is missing");
    assert_eq!(refused("iv=AAAA&params=AAAA"), "`iv` is 3 bytes long, it must be 16");
}

#[test]
fn a_batch_answers_every_url_in_order() {
    let lines: Vec<String> = urls()
        .iter()
        .map(|(name, url)| json!({"id": name, "url": url}).to_string())
        .collect();
    let arguments = [
        "thankyou",
        "--batch",
        "--secret-env",
        "CB_SECRET",
        "--now",
        "1383932440",
    ];
    let printed = inspect_with(&[MADE], lines.join("\n"), &arguments).printed();
    let answers = answers(&printed);
    assert_eq!(answers.len(), lines.len());
    for answer in answers {
        let name = answer["id"].as_str().unwrap();
        let refused = name.starts_with("refused") || name.starts_with("a real");
        assert_eq!(answer.get("refused").is_some(), refused, "{answer}");
        if name.starts_with("encrypted") {
            assert_eq!(answer["ok"]["assurance"], "decrypted");
            assert_eq!(answer["ok"]["checked"], name == "encrypted with its check", "{name}");
            assert_eq!(answer["ok"]["age"], "7s");
        }
    }
}

#[test]
fn a_bare_query_may_hold_a_question_mark() {
    let query = format!("{}&own=what?now", vector_query("plain"));
    let arguments = ["thankyou", "--secret-env", "CB_SECRET", "--now", "1383932440"];
    for url in [query.clone(), format!("https://shop.example.com/thanks?{query}")] {
        let printed = inspect_with(&[MADE], "", &[&arguments[..], &[&url]].concat()).printed();
        let printed: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(printed["receipts"], json!(["ABCD1234"]), "{url}");
    }
}

#[test]
fn a_batch_takes_no_url() {
    let ran = inspect_with(
        &[SECRET],
        "",
        &["thankyou", "--batch", "--secret-env", "CB_SECRET", "x"],
    );
    assert_eq!(ran.conflicting(), "'--batch' '[URL]'");
}

#[test]
fn what_the_check_does_not_cover_turns_nobody_away_and_is_marked() {
    let url = "https://shop.example.com/thanks?item=ipntest&cbreceipt=LPJ9VE42&time=1419112990&cbpop=4C19ACEB\
               &cname=Zo%EB&cname=Other&utm_term=100%";
    let arguments = ["thankyou", "--secret-env", "CB_SECRET", "--now", "1419112990", url];
    let read = |more: &[&str]| -> Value {
        let printed = inspect_with(&[SECRET], "", &[&arguments[..], more].concat()).printed();
        serde_json::from_str(&printed).unwrap()
    };
    let strict = read(&[]);
    assert_eq!(strict["checked"], true);
    assert_eq!(strict["damaged"], json!(["cname", "utm_term"]));
    assert_eq!(strict["parameters"]["cname"], "Zo\u{fffd}");
    assert_eq!(strict["parameters"]["utm_term"], "100%");
    assert_eq!(read(&["--latin-1"])["parameters"]["cname"], "Zo\u{eb}");
    // What it covers is read as strictly as ever.
    for (covered, said) in [
        (
            "item=ipntest%",
            "value of parameter `item` holds a malformed percent escape",
        ),
        ("item=ipntest&item=ipntest", "parameter `item` is repeated"),
    ] {
        let url = url.replace("item=ipntest", covered);
        let refused = inspect_with(&[SECRET], "", &["thankyou", "--secret-env", "CB_SECRET", &url]).refused();
        assert_eq!(refused, said);
    }
}
