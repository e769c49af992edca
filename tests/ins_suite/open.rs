use crate::support::*;
use postback::clickbank::envelope::Diagnosis;
use postback::clickbank::ins::{Fault, MAX_PLAINTEXT};
use postback::{Envelope, Notification};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Real {
    secret: String,
    key_ascii: String,
    iv_ascii: String,
    plaintext: String,
    plaintext_sha256: String,
}

#[derive(Deserialize)]
struct Encrypted {
    sample: String,
    secret: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_notification_that_clickbank_sent_opens_to_the_text_that_its_receiver_published() {
    let real: Real = serde_json::from_str(REAL).unwrap();
    assert_eq!(
        (
            real.secret.as_str(),
            real.key_ascii.as_bytes(),
            real.iv_ascii.as_bytes()
        ),
        (SECRET, &KEY[..], &IV[..])
    );
    // The file's own `notification` (76 characters a line) and `iv` stand beside others, as in a
    // wrapper.
    let envelope = Envelope::parse(REAL.as_bytes()).unwrap();
    let notification = key_ring(&[SECRET]).open(&envelope).unwrap();
    // What was printed then has no whitespace and no escapes, so what is printed back has the same
    // bytes.
    assert_eq!(notification.to_json(), real.plaintext);
    assert_eq!(hex(&Sha256::digest(notification.to_json())), real.plaintext_sha256);
}

#[test]
fn each_sample_that_openssl_encrypted_opens_and_prints_back_with_nothing_lost() {
    let ring = key_ring(&["ANOTHERSECRET42"]);
    for (line, (name, plaintext)) in OPENSSL.lines().zip(SAMPLES) {
        let encrypted: Encrypted = serde_json::from_str(line).unwrap();
        assert_eq!(
            (encrypted.sample.as_str(), encrypted.secret.as_str()),
            (name, "ANOTHERSECRET42")
        );
        let notification = ring.open(&Envelope::parse(line.as_bytes()).unwrap()).unwrap();
        assert_eq!(tokens(&notification.to_json()), tokens(plaintext), "{name}");
        assert_eq!(
            Notification::parse(notification.to_json().as_bytes()).unwrap(),
            notification,
            "{name}"
        );
    }
    assert_eq!(OPENSSL.lines().count(), SAMPLES.len());
}

#[test]
fn each_sample_that_libaes_encrypted_opens() {
    for (name, plaintext) in SAMPLES {
        assert_eq!(
            tokens(&open(plaintext.as_bytes()).unwrap().to_json()),
            tokens(plaintext),
            "{name}"
        );
    }
}

#[test]
fn a_plaintext_of_every_length_modulo_16_opens() {
    for blanks in 0..16 {
        assert!(
            open(format!("{SMALL}{}", " ".repeat(blanks)).as_bytes()).is_ok(),
            "{blanks}"
        );
    }
}

#[test]
fn another_secret_is_refused_and_so_is_the_right_one_in_lower_case() {
    let (iv, ciphertext) = real();
    for secret in [
        "SECRETSECRET1235",
        "secretsecret1234",
        "SECRETSECRET1234\n",
        "SECRETSECRET123",
    ] {
        let refused = key_ring(&[secret]).open(&envelope(&iv, &ciphertext)).unwrap_err();
        assert_eq!(
            (refused.to_string(), format!("{refused:?}")),
            ("notification refused".into(), "Refused".into())
        );
    }
}

#[test]
fn any_live_secret_opens() {
    let (iv, ciphertext) = real();
    let others = ["OTHERSECRET00001", "OTHERSECRET00002", "OTHERSECRET00003"];
    for place in 0..=others.len() {
        let mut secrets = others.to_vec();
        secrets.insert(place, SECRET);
        assert!(key_ring(&secrets).open(&envelope(&iv, &ciphertext)).is_ok(), "{place}");
    }
    assert!(key_ring(&others).open(&envelope(&iv, &ciphertext)).is_err());
}

#[test]
fn a_plaintext_has_at_most_256_kib() {
    let text = |length: usize| {
        let empty = with_member(r#""x":"""#).len();
        with_member(&format!(r#""x":"{}""#, "a".repeat(length - empty)))
    };
    for (length, opens) in [
        (MAX_PLAINTEXT - 16, true),
        (MAX_PLAINTEXT - 1, true),
        (MAX_PLAINTEXT, true),
        (MAX_PLAINTEXT + 1, false),
        (MAX_PLAINTEXT + 15, false),
    ] {
        let text = text(length);
        assert_eq!(text.len(), length);
        assert_eq!(open(text.as_bytes()).is_ok(), opens, "{length}");
        assert_eq!(
            Notification::parse(text.as_bytes()).err(),
            (!opens).then_some(Fault::TooLong),
            "{length}"
        );
        if !opens {
            assert_eq!(diagnosis(text.as_bytes()), Diagnosis::Plaintext(Fault::TooLong));
        }
    }
}

#[test]
fn a_diagnosis_names_the_failing_step_of_each_secret() {
    let (iv, ciphertext) = real();
    let ring = key_ring(&["OTHERSECRET00001", SECRET]);
    assert_eq!(
        ring.diagnose(&envelope(&iv, &ciphertext)),
        [Diagnosis::Padding, Diagnosis::Opens]
    );
    for (plaintext, fault, text) in [
        (b"{\"a\":\"\xff\"}".as_slice(), Fault::Text, "plaintext is not UTF-8"),
        (b"{\"a\":1,}", Fault::Json, "plaintext is not one strict JSON object"),
        (
            br#"{"a":1,"a":1}"#,
            Fault::DuplicateKey,
            "a key stands twice in one object",
        ),
        (
            br#"{"a":1}"#,
            Fault::Missing("transactionTime"),
            "`transactionTime` is missing",
        ),
        (
            br#"{"transactionTime":1}"#,
            Fault::Invalid("transactionTime"),
            "`transactionTime` cannot be read",
        ),
    ] {
        assert_eq!(diagnosis(plaintext), Diagnosis::Plaintext(fault));
        assert_eq!(diagnosis(plaintext).to_string(), text);
    }
    let deep = with_member(&format!(r#""x":{}{}"#, "[".repeat(64), "]".repeat(64)));
    assert_eq!(
        diagnosis(deep.as_bytes()).to_string(),
        "objects and lists are nested deeper than 64 levels"
    );
    assert_eq!(
        Diagnosis::Plaintext(Fault::TooLong).to_string(),
        "plaintext is longer than 262144 bytes"
    );
    assert_eq!(Diagnosis::Opens.to_string(), "opens");
    assert_eq!(
        Diagnosis::Padding.to_string(),
        "padding is not valid: most likely another secret, or a body that was cut"
    );
}

#[test]
fn values_and_errors_travel_between_threads() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<(
        Envelope,
        postback::clickbank::envelope::EnvelopeError,
        Notification,
        Fault,
    )>();
    travels::<(
        postback::KeyRing,
        postback::clickbank::envelope::KeyRingError,
        Diagnosis,
    )>();
    travels::<(postback::clickbank::envelope::Refused, postback::value::FieldPathError)>();
}
