//! `render`.

use crate::support::{answers, inspect, inspect_with, vector};
use serde_json::{Value, json};

#[test]
fn values_are_encoded_where_they_stand_and_notes_go_to_stderr() {
    let ran = inspect(&[
        "render",
        "--template",
        "https://a.example/log?k={ref_id}&p={payout}&s={sub3}&ip={ip}&t={secret:TOKEN}",
        "--values",
        r#"{"ref_id": "a&b {payout}", "payout": "8"}"#,
    ]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (
            Some(0),
            "https://a.example/log?k=a%26b%20%7Bpayout%7D&p=8&s=&ip={ip}&t={secret:env:TOKEN}\n"
        )
    );
    assert_eq!(
        ran.err,
        "`{sub3}` has no value and is empty\n\
         `{ip}` is filled in when the request is sent\n\
         `{secret:env:TOKEN}` is filled in when the request is sent\n"
    );
}

#[test]
fn a_macro_that_is_unknown_and_a_blank_are_refused() {
    let template = "https://a.example/?cid={clikid}&goal=";
    assert_eq!(
        inspect(&["render", "--template", template]).refused(),
        "unknown macro `{clikid}` at byte 23, did you mean `{clickid}`?; \
         parameter `goal` has no value: write one, or give `goal` in `values`"
    );
    let filled = [
        "render",
        "--template",
        "https://a.example/?goal=",
        "--fill",
        r#"{"goal": "2"}"#,
    ];
    assert_eq!(inspect(&filled).printed(), "https://a.example/?goal=2\n");
}

#[test]
fn a_value_that_does_not_fit_and_a_name_that_is_no_macro_are_refused() {
    let template = "https://a.example/?s={_sub1}&p={payout}";
    let raw = ["render", "--template", template, "--values", r#"{"sub1": "a#b"}"#];
    assert_eq!(
        inspect(&raw).refused(),
        "`{_sub1}` is raw and its value holds '#', which is not allowed there"
    );
    let rate = ["render", "--template", template, "--values", r#"{"payout": null}"#];
    assert_eq!(
        inspect(&rate).refused(),
        "`{payout}` has no rate into the channel's currency"
    );
    let name = ["render", "--template", template, "--values", r#"{"clikid": "1"}"#];
    assert_eq!(inspect(&name).refused(), "`clikid` in the values is no macro's name");
    let json = ["render", "--template", template, "--values", "[]"];
    assert!(
        inspect(&json)
            .refused()
            .starts_with("`--values` is no JSON object of texts: ")
    );
}

#[test]
fn a_body_is_rendered_by_its_content_type() {
    let template = r#"{"id":"{ref_id}","value":{payout}}"#;
    let values = r#"{"ref_id": "a\"b", "payout": "8.5"}"#;
    let body = [
        "render",
        "--kind",
        "application/json",
        "--template",
        template,
        "--values",
        values,
    ];
    assert_eq!(inspect(&body).printed(), "{\"id\":\"a\\\"b\",\"value\":8.5}\n");
    let offer = [
        "render",
        "--kind",
        "offer",
        "--template",
        "https://a.example/?p={payout}",
    ];
    assert!(inspect(&offer).refused().contains("`{payout}`"));
}

/// The vectors' own texts; those with holes are shown with names here, so they are left out.
#[test]
fn a_batch_agrees_with_the_vectors() {
    let cases: Vec<Value> = vector("templates.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|case| !case["is"].is_array())
        .filter(|case| case["values"].get("ip").is_none() && case["values"].get("useragent").is_none())
        .collect();
    let line = |case: &Value| {
        let keys = ["template", "values", "kind", "fill"];
        let mut line: serde_json::Map<String, Value> = keys
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), case.get(*key)?.clone())))
            .collect();
        line.insert("id".into(), case["name"].clone());
        Value::Object(line).to_string()
    };
    let lines: Vec<String> = cases.iter().map(line).collect();
    let printed = inspect_with(&[], lines.join("\n"), &["render", "--batch"]).printed();
    let answers = answers(&printed);
    assert_eq!(answers.len(), cases.len());
    for (answer, case) in answers.iter().zip(&cases) {
        assert_eq!(answer["id"], case["name"]);
        let refused = case.get("refused").or(case.get("fails"));
        match refused {
            Some(text) => assert_eq!(answer["refused"], *text, "{}", case["name"]),
            None => assert_eq!(answer["ok"]["text"], case["is"], "{}", case["name"]),
        }
    }
}

#[test]
fn what_a_line_says_itself_is_no_flag_of_a_batch() {
    for (flag, value) in [
        ("--template", "a"),
        ("--values", "{}"),
        ("--kind", "url"),
        ("--fill", "{}"),
    ] {
        let ran = inspect(&["render", "--batch", flag, value]);
        assert!(ran.conflicting().starts_with(&format!("'--batch' '{flag} ")), "{flag}");
    }
}

#[test]
fn a_batch_names_what_is_empty_and_what_comes_later() {
    let line = json!({"id": 1, "template": "https://a.example/?a={sub1}&b={ip}&c={sub1}", "values": {}}).to_string();
    let printed = inspect_with(&[], line, &["render", "--batch"]).printed();
    assert_eq!(
        answers(&printed),
        [json!({"id": 1, "ok": {
            "text": "https://a.example/?a=&b={ip}&c=",
            "empty": ["{sub1}"],
            "later": ["{ip}"],
        }})]
    );
}
