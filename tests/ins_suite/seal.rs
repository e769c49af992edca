//! The testing kit seals to the bytes of others.

use crate::support::*;
use postback::testing::seal;
use postback::{Envelope, Secret};
use serde::Deserialize;

/// Vector and ciphertext are the same; base64 may be broken into lines.
fn same_envelope(made: &str, known: &str) {
    let made = Envelope::parse(made.as_bytes()).unwrap();
    assert!(made == Envelope::parse(known.as_bytes()).unwrap());
}

#[test]
fn the_notification_that_clickbank_sent_is_sealed_to_its_own_bytes() {
    #[derive(Deserialize)]
    struct Real {
        plaintext: String,
    }
    let real: Real = serde_json::from_str(REAL).unwrap();
    same_envelope(&seal(&Secret::from(SECRET), IV, real.plaintext.as_bytes()), REAL);
}

#[test]
fn each_sample_is_sealed_to_the_bytes_that_openssl_made() {
    for (line, (name, plaintext)) in OPENSSL.lines().zip(SAMPLES) {
        assert!(line.contains(name));
        let iv = *Envelope::parse(line.as_bytes()).unwrap().iv();
        same_envelope(&seal(&Secret::from("ANOTHERSECRET42"), &iv, plaintext.as_bytes()), line);
    }
}

#[test]
fn a_text_of_every_length_modulo_16_is_sealed_as_libaes_encrypts_it() {
    for length in 0..=33 {
        let text = vec![b'x'; length];
        let sealed = seal(&Secret::from(SECRET), IV, &text);
        let envelope = Envelope::parse(sealed.as_bytes()).unwrap();
        assert_eq!(envelope.ciphertext(), encrypt(&text), "{length}");
    }
}
