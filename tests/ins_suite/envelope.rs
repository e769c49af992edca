use crate::support::{IV, SMALL, body, encrypt};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::Envelope;
use postback::clickbank::envelope::{MAX_BODY, MAX_CIPHERTEXT};

const IV64: &str = "MjAwQkFGNjYyNkNCMkMxMg==";
const BLOCK64: &str = "AAAAAAAAAAAAAAAAAAAAAA==";

fn error(body: &str) -> String {
    Envelope::parse(body.as_bytes()).unwrap_err().to_string()
}

fn taken(body: &str) -> bool {
    Envelope::parse(body.as_bytes()).is_ok_and(|envelope| envelope.iv() == IV && envelope.ciphertext() == [0; 16])
}

#[test]
fn keys_may_stand_in_any_order_with_whitespace_and_other_keys_between() {
    assert!(taken(&format!(r#"{{"notification":"{BLOCK64}","iv":"{IV64}"}}"#)));
    assert!(taken(&format!(r#"{{"iv":"{IV64}", "notification":"{BLOCK64}"}}"#)));
    assert!(taken(&format!(
        "\n{{\"v\":[{{\"a\":1}}],\"iv\" :\t\"{IV64}\",\"x\":null,\r\n\"notification\":\"{BLOCK64}\"}}\n"
    )));
    assert!(taken(&format!(r#"{{"\u0069v":"{IV64}","notification":"{BLOCK64}"}}"#)));
}

#[test]
fn line_breaks_and_blanks_inside_the_base64_are_taken_out() {
    for separator in ["\\n", "\\r\\n", " ", "\\t", "\\f"] {
        let (head, tail) = BLOCK64.split_at(10);
        assert!(
            taken(&format!(
                r#"{{"notification":"{head}{separator}{tail}{separator}","iv":" {IV64}\n"}}"#
            )),
            "{separator}"
        );
    }
}

#[test]
fn a_key_may_stand_only_once() {
    let text = error(&format!(
        r#"{{"iv":"{IV64}","notification":"{BLOCK64}","iv":"{IV64}"}}"#
    ));
    assert!(
        text.starts_with("body is not the wrapper of a notification: `iv` stands twice"),
        "{text}"
    );
    let text = error(&format!(
        r#"{{"iv":"{IV64}","notification":"{BLOCK64}","\u006eotification":"{BLOCK64}"}}"#
    ));
    assert!(
        text.starts_with("body is not the wrapper of a notification: `notification` stands twice"),
        "{text}"
    );
    let text = error(&format!(r#"{{"x":1,"iv":"{IV64}","notification":"{BLOCK64}","x":1}}"#));
    assert!(
        text.starts_with("body is not the wrapper of a notification: `x` stands twice"),
        "{text}"
    );
}

#[test]
fn what_is_not_one_object_of_texts_is_refused() {
    let good = format!(r#"{{"notification":"{BLOCK64}","iv":"{IV64}"}}"#);
    for body in [
        "",
        "null",
        "[]",
        "\"\"",
        "notification=AAAA&iv=AAAA",
        &format!("\u{feff}{good}"),
        &format!("{good}x"),
        &format!("{good}{good}"),
        &good.replace(&format!("\"{IV64}\""), "7"),
        &good.replace(&format!("\"{IV64}\""), "null"),
        &good.replace(&format!("\"{IV64}\""), "[1,2]"),
    ] {
        let text = error(body);
        assert!(
            text.starts_with("body is not the wrapper of a notification: "),
            "{body}: {text}"
        );
    }
    let wanted = ", expected an object with `notification` and `iv` at line 1 column ";
    assert!(error("[1]").contains(wanted), "{}", error("[1]"));
    let mut bytes = good.into_bytes();
    bytes[2] = 0xff;
    assert!(Envelope::parse(&bytes).is_err());
}

#[test]
fn both_keys_are_needed() {
    assert_eq!(error("{}"), "`notification` is missing");
    assert_eq!(error(&format!(r#"{{"notification":"{BLOCK64}"}}"#)), "`iv` is missing");
    assert_eq!(error(&format!(r#"{{"iv":"{IV64}"}}"#)), "`notification` is missing");
    assert_eq!(
        error(&format!(r#"{{"Notification":"{BLOCK64}","iv":"{IV64}"}}"#)),
        "`notification` is missing"
    );
}

#[test]
fn base64_is_strict() {
    for wrong in [
        "AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAAB==",
        "AAAAAAAAAAAAAAAAAAAA-_==",
        "A",
        "é",
        "AA==AA==",
    ] {
        let text = error(&format!(r#"{{"notification":"{wrong}","iv":"{IV64}"}}"#));
        assert_eq!(text, "`notification` is not strict base64", "{wrong}");
    }
    assert_eq!(
        error(&format!(r#"{{"notification":"{BLOCK64}","iv":"MjAw%3D"}}"#)),
        "`iv` is not strict base64"
    );
}

#[test]
fn an_iv_has_16_bytes() {
    for length in [0, 15, 17, 32] {
        let error = Envelope::parse(&body(&vec![0; length], &[0; 16])).unwrap_err();
        assert_eq!(error.to_string(), format!("`iv` is {length} bytes long, it must be 16"));
        assert!(!error.is_too_large());
    }
    assert!(Envelope::parse(&body(&[0; 16], &[0; 16])).is_ok());
}

#[test]
fn a_notification_is_whole_blocks_and_at_least_one() {
    for length in [0, 1, 15, 17, 31] {
        let error = Envelope::parse(&body(IV, &vec![0; length])).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`notification` is {length} bytes long, it must be a positive multiple of 16")
        );
    }
    assert!(Envelope::parse(&body(IV, &[0; 32])).is_ok());
}

#[test]
fn a_notification_is_at_most_256_kib_and_a_block() {
    assert_eq!(MAX_CIPHERTEXT, 262_160);
    assert!(Envelope::parse(&body(IV, &vec![0; MAX_CIPHERTEXT - 16])).is_ok());
    assert!(Envelope::parse(&body(IV, &vec![0; MAX_CIPHERTEXT])).is_ok());
    for length in [MAX_CIPHERTEXT + 1, MAX_CIPHERTEXT + 16] {
        let error = Envelope::parse(&body(IV, &vec![0; length])).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`notification` is {length} bytes long, at most 262160 are allowed")
        );
        assert!(error.is_too_large());
    }
}

#[test]
fn the_longest_notification_fits_in_the_body_with_a_line_break_after_every_76_characters() {
    let base64 = STANDARD.encode(vec![0; MAX_CIPHERTEXT]);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let body = format!(r#"{{"notification":"{}","iv":"{IV64}"}}"#, lines.join("\\r\\n"));
    assert!(Envelope::parse(body.as_bytes()).is_ok());
}

#[test]
fn a_body_is_at_most_512_kib() {
    let padded = |length: usize| {
        let mut bytes = body(IV, &encrypt(SMALL.as_bytes()));
        bytes.resize(length, b' ');
        Envelope::parse(&bytes)
    };
    assert!(padded(MAX_BODY - 1).is_ok());
    assert!(padded(MAX_BODY).is_ok());
    let error = padded(MAX_BODY + 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "body is 524289 bytes long, at most 524288 are allowed"
    );
    assert!(error.is_too_large());
}

#[test]
fn nesting_in_an_ignored_key_does_not_use_up_the_stack() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert!(taken(&format!(
        r#"{{"x":{deep},"notification":"{BLOCK64}","iv":"{IV64}"}}"#
    )));
}
