//! `simulate`: what it makes is what the other verbs, and a server, take for real.

use crate::support::{RULES, Ran, folder, inspect_with};
use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

const SECRET: (&str, &str) = ("CB", "SECRETSECRET1234");
const INS: [&str; 4] = ["simulate", "ins", "--secret", "env:CB"];

fn simulate(arguments: &[&str]) -> Ran {
    inspect_with(&[SECRET], "", &[&["simulate"], arguments].concat())
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_notification_opens_and_says_what_was_asked_for() {
    for (version, time) in [
        ("6", "2026-04-01T04:00:00-08:00"),
        ("7", "20260401T040000-0800"),
        ("8.0", "20260401T040000-0800"),
    ] {
        let asked = [
            "ins",
            "--secret",
            "env:CB",
            "--type",
            "TEST_SALE",
            "--clickid",
            "c1",
            "--amount",
            "12.34",
            "--currency",
            "EUR",
            "--receipt",
            "ABCD1234",
            "--role",
            "affiliate",
            "--item",
            "7",
            "--at",
            "2026-04-01T12:00:00Z",
            "--body",
            "--version",
            version,
        ];
        let opened = inspect_with(&[SECRET], simulate(&asked).printed(), &["ins", "--secret-env", "CB"]);
        let opened = json(&opened.printed());
        for (key, value) in [
            ("transactionType", "TEST_SALE"),
            ("receipt", "ABCD1234"),
            ("role", "AFFILIATE"),
            ("currency", "EUR"),
            ("paymentMethod", "TEST"),
            ("transactionTime", time),
        ] {
            assert_eq!(opened[key], value, "{version}");
        }
        assert_eq!(opened["totalAccountAmount"], json("12.34"));
        assert_eq!(opened["trackingCodes"], json(r#"["c1"]"#));
        assert_eq!(opened["lineItems"][0]["itemNo"], "7");
    }
}

#[test]
fn what_is_taken_back_is_below_zero_unless_an_amount_is_said() {
    for (asked, amount) in [
        (&["--type", "SALE"][..], "37.5"),
        (&["--type", "RFND"], "-37.5"),
        (&["--type", "CGBK", "--amount", "-5"], "-5"),
    ] {
        let body = simulate(&[&INS[1..], asked, &["--body"]].concat()).printed();
        let opened = json(&inspect_with(&[SECRET], body, &["ins", "--secret-env", "CB"]).printed());
        assert_eq!(opened["totalAccountAmount"], json(amount));
    }
}

#[test]
fn each_form_verifies_in_its_version() {
    for version in ["1", "2", "3", "4", "5"] {
        let body = simulate(&[
            "form",
            "--secret",
            "env:CB",
            "--clickid",
            "c1",
            "--version",
            version,
            "--body",
        ])
        .printed();
        let shown = json(&inspect_with(&[SECRET], body, &["form", "--secret-env", "CB"]).printed());
        assert_eq!(shown["version"], format!("{version}.0"));
        let code = if version == "1" { "caffitid" } else { "ctid" };
        assert_eq!(shown["parameters"][code], "c1");
    }
}

#[test]
fn a_thank_you_page_is_checked_in_plain_and_in_encrypted_form() {
    for (flags, assurance) in [(&[][..], "verified (32 bits, legacy)"), (&["--encrypted"], "decrypted")] {
        let asked = [
            "thankyou",
            "--secret",
            "env:CB",
            "--page",
            "http://127.0.0.1/thanks?a=b",
            "--body",
        ];
        let url = simulate(&[&asked, flags].concat()).printed();
        assert!(url.starts_with("http://127.0.0.1/thanks?a=b&"), "{url}");
        let shown = json(&inspect_with(&[SECRET], "", &["thankyou", "--secret-env", "CB", url.trim_end()]).printed());
        assert_eq!(
            (&shown["assurance"], &shown["checked"]),
            (&json(&format!("{assurance:?}")), &json("true"))
        );
        assert_eq!(shown["receipts"], json(r#"["SIMULATED1"]"#));
    }
}

#[test]
fn the_same_vector_and_time_make_the_same_bytes_and_else_they_differ() {
    let fixed = [
        &INS[1..],
        &["--iv", "200BAF6626CB2C12", "--at", "2026-04-01T12:00:00Z", "--body"],
    ]
    .concat();
    assert_eq!(simulate(&fixed), simulate(&fixed));
    let drawn = [&INS[1..], &["--at", "2026-04-01T12:00:00Z", "--body"]].concat();
    assert_ne!(simulate(&drawn).printed(), simulate(&drawn).printed());
}

#[test]
fn a_body_is_followed_by_a_line_for_curl() {
    let ran = simulate(&INS[1..]);
    let said = "`TOKEN` stands for the source's token; `--to URL` sends it to the URL that `setup` prints\n";
    assert_eq!(ran.err, said);
    let text = ran.printed();
    let (body, curl) = text.trim_end().split_once('\n').unwrap();
    assert_eq!(
        curl,
        format!("curl -s --data-binary '{body}' 'http://127.0.0.1:8080/ins/clickbank?token=TOKEN'")
    );
}

#[test]
fn a_secret_may_stand_in_a_file_and_is_named_when_it_is_not_there() {
    let folder = folder("simulate");
    let path = folder.join("secret");
    std::fs::write(&path, "SECRETSECRET1234\n").unwrap();
    let reference = format!("file:{}", path.display());
    let body = inspect_with(&[], "", &["simulate", "ins", "--secret", &reference, "--body"]).printed();
    inspect_with(&[SECRET], body, &["ins", "--secret-env", "CB"]).printed();
    let refused = inspect_with(&[], "", &INS).refused();
    assert_eq!(
        refused,
        "the secret `env:CB` is not set, or cannot be read, on this machine"
    );
}

#[test]
fn what_no_version_or_vector_is_is_refused_with_what_would_be() {
    for (flags, text) in [
        (&["ins", "--version", "5"], "notifications are of version 6, 7 or 8"),
        (&["form", "--version", "6"], "forms are of version 1 to 5"),
        (&["ins", "--iv", "short"], "it must be 16 characters long"),
        (&["ins", "--role", "buyer"], "it is `vendor` or `affiliate`"),
    ] {
        let ran = simulate(&[&flags[..1], &["--secret", "env:CB"], &flags[1..]].concat());
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(text), "{}", ran.err);
    }
    let refused = simulate(&["form", "--secret", "env:CB", "--amount", "1.234"]).refused();
    assert_eq!(refused, "a form tells an amount in whole cents");
}

const POSTBACK: [&str; 4] = ["simulate", "postback", "--config", RULES];

#[test]
fn a_postback_has_the_names_of_its_source_and_its_token_only_when_asked() {
    let asked = [
        "--clickid",
        "c7d1f0a2",
        "--amount",
        "8.50",
        "--parameter",
        "own=a b",
        "--body",
    ];
    let asked = [&POSTBACK[..], &asked].concat();
    let token = [("NETWORK_TOKEN", "CANARY token")];
    let ran = inspect_with(&token, "", &asked);
    let url = "http://127.0.0.1:8080/postback/network?clickid=c7d1f0a2&sum=8.5&own=a+b&token=";
    assert_eq!((ran.code, ran.out), (Some(0), format!("{url}TOKEN\n")));
    assert_eq!(ran.err, "`TOKEN` stands for the value of `env:NETWORK_TOKEN`\n");
    let shown = inspect_with(&token, "", &[&asked[..], &["--with-secrets"]].concat()).printed();
    assert_eq!(shown, format!("{url}CANARY+token\n"));
    let read = inspect_with(&token, "", &["postback", "--config", RULES, shown.trim_end()]).printed();
    assert!(read.contains("token      right"), "{read}");
}

#[test]
fn a_source_that_is_not_there_and_a_token_that_is_not_set_are_refused() {
    let refused = inspect_with(&[], "", &[&POSTBACK[..], &["--source", "nobody"]].concat()).refused();
    assert_eq!(refused, "there is no offer source `nobody`");
    let refused = inspect_with(&[], "", &[&POSTBACK[..], &["--to", "http://127.0.0.1:9"]].concat()).refused();
    assert_eq!(
        refused,
        "the token `env:NETWORK_TOKEN` is not set, or cannot be read, on this machine"
    );
}

#[test]
fn another_machine_is_not_sent_to() {
    for (url, text) in [
        ("http://192.0.2.1/ins/cb", "`192.0.2.1` is not this machine"),
        ("http://[2001:db8::1]/ins/cb", "`[2001:db8::1]` is not this machine"),
        (
            "https://127.0.0.1/ins/cb",
            "`https` is not sent to: this tool speaks `http` alone",
        ),
        ("ftp://127.0.0.1/ins/cb", "`ftp` is not sent to"),
    ] {
        let refused = inspect_with(&[SECRET], "", &[&INS[..], &["--to", url]].concat()).refused();
        assert!(refused.starts_with(text), "{refused}");
    }
    let ran = inspect_with(&[SECRET], "", &[&INS[..], &["--really"]].concat());
    assert!(ran.code == Some(2) && ran.err.contains("--to <URL>"), "{}", ran.err);
}

/// A server that answers one request, and what it was sent.
fn answering(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let request = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&request).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .unwrap();
                if body.len() >= length.parse().unwrap() {
                    break;
                }
            }
            let count = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..count]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (url, request)
}

#[test]
fn what_is_sent_is_what_would_be_printed_and_the_answer_is_shown() {
    let fixed = ["--iv", "200BAF6626CB2C12", "--at", "2026-04-01T12:00:00Z"];
    let body = simulate(&[&INS[1..], &fixed, &["--body"]].concat()).printed();
    let (url, request) = answering("HTTP/1.1 200 OK\r\nserver: x\r\n\r\n{\"outcome\":\"applied\"}");
    let to = format!("{url}/ins/cb?token=a");
    let sent = inspect_with(&[SECRET], "", &[&INS[..], &fixed, &["--to", &to]].concat());
    assert_eq!(sent.printed(), "200 {\"outcome\":\"applied\"}\n");
    let request = request.join().unwrap();
    assert!(
        request.starts_with("POST /ins/cb?token=a HTTP/1.0\r\nhost: 127.0.0.1:"),
        "{request}"
    );
    assert!(request.ends_with(body.trim_end()), "{request}");
}

#[test]
fn an_answer_that_is_not_2xx_or_no_http_is_a_refusal() {
    for (answer, text) in [
        (
            "HTTP/1.1 403 Forbidden\r\n\r\n{\"error\":\"no\"}",
            "answered with 403: {\"error\":\"no\"}",
        ),
        ("hello", "what `127.0.0.1` answered is not HTTP"),
    ] {
        let (url, request) = answering(answer);
        let refused = inspect_with(&[SECRET], "", &[&INS[..], &["--to", &url]].concat()).refused();
        assert_eq!(refused, text);
        request.join().unwrap();
    }
}
