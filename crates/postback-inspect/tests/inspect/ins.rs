//! `ins`: the notification that ClickBank sent in 2014, and bodies that do not open.

use crate::support::{TemporaryFile, answers, file, inspect_with, vector};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub(crate) const SECRET: (&str, &str) = ("CB_SECRET", "SECRETSECRET1234");
const OTHER: (&str, &str) = ("CB_OTHER", "OTHEROTHER123456");

fn real() -> Value {
    serde_json::from_str(&vector("ins_v6_0_aes_real_pyramid_bimt.json")).unwrap()
}

pub(crate) fn body() -> String {
    let real = real();
    json!({"notification": real["notification"], "iv": real["iv"]}).to_string()
}

/// The first thing that differs, for two texts of which one is printed in another spacing.
fn without_spaces(text: &str) -> String {
    let value: Box<serde_json::value::RawValue> = serde_json::from_str(text).unwrap();
    let mut out = String::new();
    let (mut inside, mut escaped) = (false, false);
    for character in value.get().chars() {
        if inside || !character.is_whitespace() {
            out.push(character);
        }
        inside ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
    }
    out
}

#[test]
fn a_real_notification_is_printed_with_clickbanks_keys_and_number_texts() {
    let ran = inspect_with(&[SECRET], body(), &["ins", "--secret-env", "CB_SECRET"]);
    assert_eq!(ran.err, "");
    let printed = ran.printed();
    let plaintext = real()["plaintext"]
        .as_str()
        .map(str::to_owned)
        .unwrap_or_else(|| vector("ins_sample_v6_0_TEST_SALE_recurring_2014_pyramid_bimt.json"));
    assert_eq!(printed.lines().count(), 1);
    assert_eq!(without_spaces(&printed), without_spaces(&plaintext));
    assert!(printed.contains(r#""totalAccountAmount":8.25,"#), "{printed}");
    assert!(printed.contains(r#""totalTaxAmount":0.00,"#), "{printed}");
}

#[test]
fn the_second_secret_opens_what_the_first_does_not() {
    let arguments = ["ins", "--secret-env", "CB_OTHER", "--secret-env", "CB_SECRET"];
    let printed = inspect_with(&[SECRET, OTHER], body(), &arguments).printed();
    assert!(
        printed.starts_with(r#"{"transactionTime":"2014-12-20T14:03:10-08:00""#),
        "{printed}"
    );
}

#[test]
fn a_wrong_secret_is_one_plain_line_and_2() {
    let refused = inspect_with(&[OTHER], body(), &["ins", "--secret-env", "CB_OTHER"]).refused();
    assert_eq!(refused, "notification refused; `--diagnose` names the step that fails");
}

#[test]
fn diagnose_says_of_each_secret_what_it_comes_to_and_shows_nothing_of_the_notification() {
    let arguments = [
        "ins",
        "--diagnose",
        "--secret-env",
        "CB_OTHER",
        "--secret-env",
        "CB_SECRET",
    ];
    let ran = inspect_with(&[SECRET, OTHER], body(), &arguments);
    assert_eq!(
        ran.printed(),
        "CB_OTHER: padding is not valid: most likely another secret, or a body that was cut\nCB_SECRET: opens\n"
    );
}

#[test]
fn diagnose_without_a_secret_that_opens_is_2_and_hints_at_what_is_unlike_clickbanks() {
    let arguments = ["ins", "--diagnose", "--secret-env", "CB_SECRET"];
    let ran = inspect_with(&[("CB_SECRET", "secretsecret1234")], body(), &arguments);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), "no secret opens the body\n"));
    assert_eq!(
        ran.out,
        "CB_SECRET: padding is not valid: most likely another secret, or a body that was cut \
         (the secret holds lower-case letters, unlike ClickBank's)\n"
    );
}

#[test]
fn what_is_wrong_outside_of_the_encryption_is_said_plainly() {
    let arguments = ["ins", "--secret-env", "CB_SECRET"];
    assert_eq!(
        inspect_with(&[SECRET], "{}", &arguments).refused(),
        "`notification` is missing"
    );
    let nothing = inspect_with(&[SECRET], "", &arguments).refused();
    assert!(
        nothing.starts_with("body is not the wrapper of a notification: "),
        "{nothing}"
    );
    let limit = 512 * 1024;
    let large = format!("{{{}", " ".repeat(limit));
    assert_eq!(
        inspect_with(&[SECRET], large, &arguments).refused(),
        format!("body is {} bytes long, at most {limit} are allowed", limit + 1)
    );
}

#[test]
fn a_secret_that_is_missing_or_short_is_named() {
    let arguments = ["ins", "--secret-env", "CB_SECRET"];
    assert_eq!(
        inspect_with(&[], body(), &arguments).refused(),
        "the environment variable `CB_SECRET` is not set"
    );
    let short = [("CB_SECRET", "SHORT")];
    assert_eq!(
        inspect_with(&short, body(), &arguments).refused(),
        "secret 1 is shorter than 12 characters, so it can be guessed from one captured notification: choose one of 12 to 16 in ClickBank, or take \
         this one with `allow_short_secret = true` (here: `--allow-short-secret`)"
    );
    let allowed = ["ins", "--secret-env", "CB_SECRET", "--allow-short-secret"];
    assert!(
        inspect_with(&short, body(), &allowed)
            .refused()
            .starts_with("notification refused")
    );
}

#[test]
fn a_batch_answers_every_line_in_order() {
    let real = STANDARD.encode(body());
    let lines = [
        json!({"id": "a", "body_b64": real}).to_string(),
        json!({"id": 2, "body_b64": STANDARD.encode("{}")}).to_string(),
        json!({"id": null, "body_b64": "?"}).to_string(),
        json!({"id": "without"}).to_string(),
    ];
    let arguments = ["ins", "--batch", "--secret-env", "CB_SECRET"];
    let printed = inspect_with(&[SECRET], lines.join("\n"), &arguments).printed();
    // Numbers are printed by their text, which a reading as numbers would not show.
    assert!(
        printed.starts_with(r#"{"id":"a","ok":{"transactionTime":"2014-12-20T14:03:10-08:00","#),
        "{printed}"
    );
    assert!(printed.contains(r#""totalTaxAmount":0.00,"#), "{printed}");
    let answers = answers(&printed);
    assert_eq!(
        answers[1..],
        [
            json!({"id": 2, "refused": "`notification` is missing"}),
            json!({"id": null, "refused": "`body_b64` is not base64"}),
            json!({"id": "without", "refused": "line 4: missing field `body_b64` at column 16"}),
        ]
    );
}

#[test]
fn every_sample_that_openssl_encrypted_opens_in_a_batch() {
    let vectors = vector("ins_samples_encrypted_openssl.jsonl");
    let lines: Vec<String> = vectors
        .lines()
        .map(|line| {
            let case: Value = serde_json::from_str(line).unwrap();
            let body = json!({"notification": case["notification"], "iv": case["iv"]}).to_string();
            json!({"id": case["sample"], "body_b64": STANDARD.encode(body)}).to_string()
        })
        .collect();
    let environment = [("CB_SECRET", "ANOTHERSECRET42")];
    let arguments = ["ins", "--batch", "--secret-env", "CB_SECRET"];
    let printed = inspect_with(&environment, lines.join("\n"), &arguments).printed();
    for answer in answers(&printed) {
        let sample: Value = serde_json::from_str(&vector(answer["id"].as_str().unwrap())).unwrap();
        assert_eq!(answer["ok"], sample, "{}", answer["id"]);
    }
    assert_eq!(printed.lines().count(), lines.len());
}

#[test]
fn a_batch_with_diagnose_says_of_each_body_which_secret_opens_it() {
    let line = json!({"id": 1, "body_b64": STANDARD.encode(body())}).to_string();
    let arguments = [
        "ins",
        "--batch",
        "--diagnose",
        "--secret-env",
        "CB_SECRET",
        "--secret-env",
        "CB_OTHER",
    ];
    let printed = inspect_with(&[SECRET, OTHER], line, &arguments).printed();
    assert_eq!(
        answers(&printed),
        [json!({"id": 1, "ok": {
            "opens": true,
            "secrets": [
                "CB_SECRET: opens",
                "CB_OTHER: padding is not valid: most likely another secret, or a body that was cut",
            ],
        }})]
    );
}

/// A source for ClickBank's notifications with these lines.
fn source(name: &str, lines: &str) -> TemporaryFile {
    let text = format!(
        "version = 1\n[[domain]]\nid = \"d\"\nurl = \"https://t.example\"\n[[conversion_type]]\nname = \"Purchase\"\ndefault = true\n\
         counts = \"sale\"\n[[offer_source]]\nid = \"cb\"\ndefault = true\ntemplate = \"clickbank-ins\"\nsecrets = [\"env:S\"]\n{lines}\n"
    );
    file(name, &text)
}

/// The sample of this version that OpenSSL encrypted.
fn encrypted(version: &str) -> String {
    let vectors = vector("ins_samples_encrypted_openssl.jsonl");
    let cases = vectors.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut of_version = cases.filter(|case| case["sample"].as_str().unwrap().contains(version));
    let case = of_version.next().unwrap();
    json!({"notification": case["notification"], "iv": case["iv"]}).to_string()
}

#[test]
fn a_configuration_says_whether_its_sources_would_take_the_notification() {
    let environment = [("CB_SECRET", "ANOTHERSECRET42")];
    let asked = |config: &str, more: &[&str]| {
        let arguments = [&["ins", "--secret-env", "CB_SECRET", "--config", config], more].concat();
        inspect_with(&environment, encrypted("v8_0"), &arguments)
    };
    let refusing = source("ins-7.toml", "ins_versions = [\"7.0\"]\naccount_role = \"affiliate\"");
    let ran = asked(&refusing, &["--diagnose"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), "no source would take it\n"));
    assert!(ran.out.starts_with("CB_SECRET: opens\n"), "{}", ran.out);
    assert!(
        ran.out
            .contains("source `cb`: would refuse it: version `8.0` is not one of the source's `ins_versions`\n"),
        "{}",
        ran.out
    );
    let taking = source("ins-8.toml", "ins_versions = [\"8.0\"]");
    let ran = asked(&taking, &["--diagnose"]);
    assert!(ran.out.contains("source `cb`: would take it\n"), "{}", ran.out);
    let printed: Value = serde_json::from_str(&asked(&taking, &[]).printed()).unwrap();
    assert_eq!(printed["sources"][0]["takes"], true);
    assert_eq!(printed["notification"]["version"], 8.0);
}

#[test]
fn the_other_sides_role_is_said() {
    let affiliates = source("ins-role.toml", "account_role = \"vendor\"");
    let vectors = vector("ins_samples_encrypted_openssl.jsonl");
    let affiliate = vectors.lines().find(|line| line.contains("AFFILIATE_role")).unwrap();
    let case: Value = serde_json::from_str(affiliate).unwrap();
    let body = json!({"notification": case["notification"], "iv": case["iv"]}).to_string();
    let arguments = [
        "ins",
        "--diagnose",
        "--secret-env",
        "CB_SECRET",
        "--config",
        &affiliates,
    ];
    let ran = inspect_with(&[("CB_SECRET", "ANOTHERSECRET42")], body, &arguments);
    assert!(
        ran.out
            .contains("source `cb`: it is of role AFFILIATE, and the source says `account_role = \"vendor\"`"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_no_notification_is_said_by_what_it_is() {
    let said = |body: &str| inspect_with(&[SECRET], body, &["ins", "--secret-env", "CB_SECRET"]).refused();
    assert!(said("ABC12345\n").starts_with("`ABC12345` is the receipt that ClickBank's Test button"));
    let clear = vector("ins_sample_v6_0_TEST_SALE_recurring_2014_pyramid_bimt.json");
    let clear = said(&clear);
    assert!(clear.starts_with("body is a notification in the clear: "), "{clear}");
    assert!(clear.ends_with("`explain --event` takes it"), "{clear}");
    let real = real();
    let form = |plus: &str| {
        let of = |name: &str| real[name].as_str().unwrap().replace('+', plus).replace('=', "%3D");
        format!("notification={}&iv={}", of("notification"), of("iv"))
    };
    for plus in ["+", "%2B"] {
        let said = said(&form(plus));
        assert!(said.starts_with("body is a form with `notification`: "), "{said}");
        assert!(said.contains("; as JSON it opens; "), "{said}");
    }
    let other = said("notification=AAAA");
    assert!(other.contains("as JSON it is refused: `iv` is missing"), "{other}");
}

#[test]
fn what_stands_in_place_of_a_click_id_is_said() {
    let config = source("ins-odd.toml", "");
    for (code, said) in [
        ("{vtid}", "`trackingCodes` holds `{vtid}`: a macro that nobody filled"),
        ("undefined", "`trackingCodes` holds `undefined`: a script wrote it"),
        ("p2345", "click id p2345"),
    ] {
        let cases = vector("inspect/ins_codes.jsonl");
        let mut cases = cases.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let body = cases.find(|case| case["code"] == code).unwrap().to_string();
        let arguments = ["ins", "--diagnose", "--secret-env", "CB_SECRET", "--config", &config];
        let ran = inspect_with(&[SECRET], body, &arguments);
        assert!(
            ran.out.contains(&format!("source `cb`: {said}")),
            "{}{}",
            ran.out,
            ran.err
        );
    }
}

#[test]
fn the_test_buttons_receipt_alone_is_said_to_be_none_of_a_sale() {
    let config = source("ins-button.toml", "");
    let asked = |more: &str| {
        let url = format!("https://t.example/postback/cb?clickid=p1&sum=10.00&receipt=ABC12345{more}");
        inspect_with(&[], "", &["postback", "--config", &config, &url]).printed()
    };
    let said = "warning    `ABC12345` is the receipt of ClickBank's Test button";
    assert!(asked("").contains(said), "{}", asked(""));
    assert!(!asked("&sub1=affsub1").contains(said));
}
