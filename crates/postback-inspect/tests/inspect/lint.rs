//! `lint`.

use crate::support::{EXAMPLE, RULES, answers, file, inspect, inspect_with};
use serde_json::json;

#[test]
fn the_example_compiles_and_its_warnings_are_printed() {
    let printed = inspect(&["lint", "--config", EXAMPLE]).printed();
    assert_eq!(
        printed,
        format!(
            "warning: timezone: is accepted, and changes nothing in this version\n\
             warning: traffic_channel[0].api: is accepted, and changes nothing in this version\n\
             `{EXAMPLE}` compiles\n"
        )
    );
}

#[test]
fn every_problem_is_a_line_on_stderr() {
    let path = file(
        "problems.json",
        r#"{"version": 1, "conversion_type": [{"name": "Sale", "defualt": true}]}"#,
    );
    let ran = inspect(&["lint", "--config", &path]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(
        ran.err,
        "conversion_type[0].defualt: there is no such key; did you mean `default`?\n\
         conversion_type: no type has `default = true`; conversions without a type need one\n"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    assert_eq!(
        inspect(&["lint", "--config", "/nowhere/a.toml"]).refused(),
        "`/nowhere/a.toml` cannot be read: there is no such file"
    );
    assert_eq!(
        inspect(&["lint", "--config", "a.yaml"]).refused(),
        "`a.yaml` is neither `.toml` nor `.json`"
    );
    let broken = inspect(&["lint", "--config", &file("broken.toml", "version = ")]).refused();
    assert!(broken.starts_with("the document cannot be read as TOML: "), "{broken}");
}

#[test]
fn flags_that_are_missing_or_unknown_are_2() {
    for arguments in [
        &[][..],
        &["lint"],
        &["lint", "--nothing"],
        &["form"],
        &["lint", "--batch", "--config", "a.toml"],
    ] {
        let ran = inspect(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
    assert_eq!(inspect(&["--help"]).code, Some(0));
}

#[test]
fn a_batch_takes_toml_as_text_and_json_as_it_is() {
    let rules = std::fs::read_to_string(RULES).unwrap();
    let lines = [
        json!({"id": "toml", "config": rules}).to_string(),
        r#"{"id": "json", "config": {"version": 1, "currency": "USD", "conversion_type": [{"name": "Sale", "default": true}]}}"#
            .to_owned(),
        json!({"id": "bad", "config": {"version": 1}}).to_string(),
        json!({"id": "none", "config": "= 1"}).to_string(),
    ];
    let printed = inspect_with(&[], lines.join("\n"), &["lint", "--batch"]).printed();
    let answers = answers(&printed);
    assert_eq!(answers[0]["ok"]["warnings"].as_array().unwrap().len(), 1, "{printed}");
    assert_eq!(answers[1]["ok"]["warnings"], json!([]));
    assert_eq!(
        answers[2]["refused"],
        "conversion_type: no type has `default = true`; conversions without a type need one"
    );
    assert!(
        answers[3]["refused"]
            .as_str()
            .unwrap()
            .starts_with("the document cannot be read as TOML"),
        "{printed}"
    );
}

#[test]
fn what_the_configuration_before_had_is_named() {
    let before = std::fs::read_to_string(EXAMPLE).unwrap();
    let now = before.replace("\"sales-only\"", "\"sales\"");
    assert_ne!(before, now);
    let now = file("renamed.toml", &now);
    let printed = inspect(&["lint", "--config", &now, "--before", EXAMPLE]).printed();
    let gone = "warning: postback `sales-only` of campaign `summer-push` is gone: its deliveries are sent as they were written, ";
    assert!(printed.contains(gone), "{printed}");
    let same = inspect(&["lint", "--config", EXAMPLE, "--before", EXAMPLE]).printed();
    assert_eq!(same, inspect(&["lint", "--config", EXAMPLE]).printed());
    let nowhere = inspect(&["lint", "--config", EXAMPLE, "--before", "/nowhere/a.toml"]);
    assert_eq!(
        nowhere.refused(),
        "`/nowhere/a.toml` cannot be read: there is no such file"
    );
}

#[test]
fn a_destination_that_the_server_allows_is_not_warned_of() {
    let text = format!(
        "{}{}",
        std::fs::read_to_string(RULES).unwrap(),
        "[[traffic_channel]]\nid = \"own\"\n\
         [traffic_channel.postback]\nurl = \"http://127.0.0.1:9000/pb?key={ref_id}\"\n"
    );
    let path = file("own.toml", &text);
    let warned = "address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant";
    for verb in ["lint", "setup"] {
        let strict = inspect(&[verb, "--config", &path]).printed();
        assert!(strict.contains(warned), "{strict}");
        let allowed = inspect(&[verb, "--config", &path, "--allow-destination", "127.0.0.1"]).printed();
        assert!(!allowed.contains("127.0.0.1 is loopback"), "{allowed}");
    }
}

#[test]
fn check_is_lint_under_the_servers_word() {
    let ran = |verb| inspect(&[verb, "--config", RULES]);
    assert_eq!(ran("check"), ran("lint"));
}
