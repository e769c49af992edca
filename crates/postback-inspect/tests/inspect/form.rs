//! `form`: published posts of 4.0, and forms that do not verify.

use crate::support::{answers, file, inspect_with, vector};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub(crate) const SECRET: (&str, &str) = ("CB_SECRET", "76AFC0778E648BDA05705047BAFA96ED");
const OTHER: (&str, &str) = ("CB_OTHER", "OTHEROTHER123456");

/// A published post's parameters.
pub(crate) fn post(which: usize) -> Value {
    let published: Value = serde_json::from_str(&vector("form_v4_0_cverify_django_clickbank.json")).unwrap();
    published["posts"][which].clone()
}

pub(crate) fn body(post: &Value) -> String {
    let pairs = post.as_object().unwrap().iter();
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(pairs.map(|(name, value)| (name, value.as_str().unwrap())));
    encoded.finish()
}

#[test]
fn a_published_post_is_printed_with_its_version_and_what_its_check_is_worth() {
    for which in [0, 1] {
        let printed = inspect_with(&[SECRET], body(&post(which)), &["form", "--secret-env", "CB_SECRET"]).printed();
        assert_eq!(printed.lines().count(), 1);
        let printed: Value = serde_json::from_str(&printed).unwrap();
        let mut parameters = post(which);
        parameters.as_object_mut().unwrap().remove("cverify");
        assert_eq!(
            printed,
            json!({"version": "4.0", "assurance": "verified (32 bits, legacy)", "parameters": parameters})
        );
    }
}

#[test]
fn the_second_secret_verifies_what_the_first_does_not() {
    let arguments = ["form", "--secret-env", "CB_OTHER", "--secret-env", "CB_SECRET"];
    let ran = inspect_with(&[SECRET, OTHER], body(&post(0)), &arguments);
    assert!(ran.printed().contains("\"ctransreceipt\":\"J5ZD69EL\""));
}

#[test]
fn a_wrong_secret_is_one_plain_line_and_2() {
    let refused = inspect_with(&[OTHER], body(&post(0)), &["form", "--secret-env", "CB_OTHER"]).refused();
    assert_eq!(refused, "notification refused; `--diagnose` names what is wrong");
}

#[test]
fn diagnose_says_of_each_secret_what_it_comes_to_and_shows_nothing_of_the_form() {
    let arguments = [
        "form",
        "--diagnose",
        "--secret-env",
        "CB_OTHER",
        "--secret-env",
        "CB_SECRET",
    ];
    let ran = inspect_with(&[SECRET, OTHER], body(&post(0)), &arguments);
    assert_eq!(
        ran.printed(),
        "CB_OTHER: `cverify` does not match: most likely another secret, or a body that was changed\nCB_SECRET: verifies\n"
    );
    let lower = [("CB_SECRET", "76afc0778e648bda05705047bafa96ed")];
    let ran = inspect_with(
        &lower,
        body(&post(0)),
        &["form", "--diagnose", "--secret-env", "CB_SECRET"],
    );
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), "no secret verifies the form\n"));
    assert!(
        ran.out
            .ends_with("(the secret holds lower-case letters, unlike ClickBank's)\n"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_no_form_is_said_plainly() {
    let arguments = ["form", "--secret-env", "CB_SECRET"];
    let refused = |body: &[u8]| inspect_with(&[SECRET], body, &arguments).refused();
    assert_eq!(
        refused(b" {\"notification\":\"\"}"),
        "body is no form but the wrapper of a later version: `ins` opens it"
    );
    assert_eq!(refused(b"a=1&a=2"), "parameter `a` is repeated");
    assert_eq!(refused(b"a=J%FCrgen"), "parameter `a` is not UTF-8");
    assert_eq!(
        refused(format!("a={}", "x".repeat(64 * 1024)).as_bytes()),
        "form is 65537 bytes long, at most 65536 are allowed"
    );
    assert_eq!(
        inspect_with(&[], "", &arguments).refused(),
        "the environment variable `CB_SECRET` is not set"
    );
}

#[test]
fn every_form_that_hashlib_made_is_answered_in_a_batch() {
    let vectors = vector("form_made_hashlib.jsonl");
    let lines: Vec<String> = vectors
        .lines()
        .map(|line| {
            let made: Value = serde_json::from_str(line).unwrap();
            json!({"id": made["name"], "body_b64": STANDARD.encode(made["body"].as_str().unwrap())}).to_string()
        })
        .collect();
    let environment = [("CB_SECRET", "ANOTHERSECRET42")];
    let arguments = ["form", "--batch", "--latin-1", "--secret-env", "CB_SECRET"];
    let printed = inspect_with(&environment, lines.join("\n"), &arguments).printed();
    let answers = answers(&printed);
    assert_eq!(answers.len(), lines.len());
    for answer in &answers {
        let name = answer["id"].as_str().unwrap();
        let faulty = name.starts_with("no ") || name.starts_with("a ");
        assert_eq!(answer.get("refused").is_some(), faulty, "{answer}");
    }
    assert_eq!(answers[0]["ok"]["version"], "1.0");
    assert_eq!(answers[0]["ok"]["parameters"]["ccustname"], "Jürgen Groß & Co");
    let strict = ["form", "--batch", "--diagnose", "--secret-env", "CB_SECRET"];
    let printed = inspect_with(&environment, lines.join("\n"), &strict).printed();
    let said: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(said["ok"], json!({"opens": true, "secrets": ["CB_SECRET: verifies"]}));
    assert!(
        printed.contains("\"refused\":\"parameter `ccustfullname` is not UTF-8; it does not match as it is; matches with `--latin-1`\""),
        "{printed}"
    );
}

/// The rebill of 2.1 that hashlib made, whose customer's name has a quote in it.
fn quoted() -> Vec<(String, String)> {
    let vectors = vector("form_made_hashlib.jsonl");
    let made = vectors.lines().find(|line| line.contains("\"rebill 2.1\"")).unwrap();
    let made: Value = serde_json::from_str(made).unwrap();
    let body = made["body"].as_str().unwrap();
    let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    for (name, value) in &mut pairs {
        if name == "ccustfullname" {
            *value = "SEAN O'BRIEN".into();
        }
        if name == "cverify" {
            // The SHA-1 of the values in the order of their names, made with hashlib.
            *value = QUOTED_CHECK.into();
        }
    }
    pairs
}

/// Python: `hashlib.sha1('|'.join(values in the order of their names + ['ANOTHERSECRET42']))`.
const QUOTED_CHECK: &str = "E45E1545";

fn encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn said_of(body: impl AsRef<[u8]>) -> String {
    let environment = [("CB_SECRET", "ANOTHERSECRET42")];
    inspect_with(&environment, body, &["form", "--secret-env", "CB_SECRET"]).refused()
}

#[test]
fn a_copy_out_of_a_log_is_told_with_what_to_undo() {
    let matches = |undone: &str| format!("notification refused: it does not match as it is; matches with {undone}");
    let pairs = quoted();
    let environment = [("CB_SECRET", "ANOTHERSECRET42")];
    let plain = encoded(&pairs);
    inspect_with(&environment, &plain, &["form", "--secret-env", "CB_SECRET"]).printed();
    let slashed: Vec<_> = pairs.iter().map(|(n, v)| (n.clone(), v.replace('\'', "\\'"))).collect();
    assert_eq!(said_of(encoded(&slashed)), matches("the slashes undone"));
    let mut dropped = pairs.clone();
    dropped.retain(|(_, value)| !value.is_empty());
    assert!(dropped.len() < pairs.len());
    assert_eq!(said_of(encoded(&dropped)), matches("the empty values put back"));
    assert_eq!(
        said_of(format!("{plain}&own=1")),
        matches("your own parameters left out")
    );
    for front in [
        "/ipn.php?",
        "POST /ipn.php?",
        "[29/Nov/2026:12:00:00 +0000] \"GET https://shop.example.com/ipn.php?",
    ] {
        assert_eq!(
            said_of(format!("{front}{plain} HTTP/1.1\"")),
            matches("the path in front taken off"),
            "{front}"
        );
    }
    let both: Vec<_> = slashed.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    assert_eq!(
        said_of(format!("/ipn.php?{}&own=1", encoded(&both))),
        matches(
            "the path in front taken off and your own parameters left out and the slashes undone and the empty values put back"
        )
    );
    let object: serde_json::Map<String, Value> = pairs.iter().map(|(n, v)| (n.clone(), json!(v))).collect();
    for line in [json!(object).to_string(), format!("ipn: {}", json!({"post": object}))] {
        assert!(
            said_of(&line).ends_with("does not match as it is; matches with its JSON read as a form"),
            "{line}"
        );
    }
}

#[test]
fn a_copy_in_latin_1_names_the_flag_and_diagnose_says_the_same() {
    let vectors = vector("form_made_hashlib.jsonl");
    let made = vectors
        .lines()
        .find(|line| line.contains("latin-1 name, check over utf-8"))
        .unwrap();
    let made: Value = serde_json::from_str(made).unwrap();
    assert_eq!(
        said_of(made["body"].as_str().unwrap()),
        "parameter `ccustfullname` is not UTF-8; it does not match as it is; matches with `--latin-1`"
    );
    let environment = [("CB_SECRET", "ANOTHERSECRET42")];
    let own = format!("{}&own=1", encoded(&quoted()));
    let ran = inspect_with(&environment, &own, &["form", "--diagnose", "--secret-env", "CB_SECRET"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.out
            .ends_with("\ndoes not match as it is; matches with your own parameters left out\n"),
        "{}",
        ran.out
    );
    // Another secret makes none of them.
    let ran = inspect_with(&[OTHER], &own, &["form", "--secret-env", "CB_OTHER"]);
    assert_eq!(ran.refused(), "notification refused; `--diagnose` names what is wrong");
}

#[test]
fn a_configuration_says_whether_the_old_version_would_be_taken() {
    let config = |versions: &str| {
        format!(
            "version = 1\n[[domain]]\nid = \"d\"\nurl = \"https://t.example\"\n[[conversion_type]]\nname = \"Purchase\"\ndefault = true\n\
             counts = \"sale\"\n[[offer_source]]\nid = \"cb\"\ndefault = true\ntemplate = \"clickbank-ins\"\nsecrets = [\"env:S\"]\n\
             ins_versions = [{versions}]\n"
        )
    };
    for (versions, code, said) in [
        ("\"4.0\"", 0, "source `cb`: would take it\n"),
        (
            "\"7.0\"",
            2,
            "source `cb`: would refuse it: version `4.0` is not one of the source's `ins_versions`\n",
        ),
    ] {
        let path = file(&format!("form-{code}.toml"), &config(versions));
        let arguments = ["form", "--diagnose", "--secret-env", "CB_SECRET", "--config", &path];
        let ran = inspect_with(&[SECRET], body(&post(0)), &arguments);
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(said), "{}", ran.out);
    }
}
