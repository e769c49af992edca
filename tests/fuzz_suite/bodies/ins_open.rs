//! From the body of a POST to a notification: nothing panics, and what opens is what was encrypted.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::clickbank::{
    envelope::{Envelope, KeyRing},
    ins::Notification,
};
use postback::value::Secret;

const SECRET: &str = "SECRETSECRET1234";
/// The first 32 characters of the lower-case hex SHA-1 of the secret.
const KEY: &[u8; 32] = b"b7f9035820727791c753d3ef2490204b";
const IV: &[u8; 16] = b"200BAF6626CB2C12";

/// Takes `data` as the body, as the ciphertext and as the plaintext.
pub fn ins_open(data: &[u8]) {
    let key_ring = KeyRing::new(vec![Secret::from(SECRET)]).unwrap();
    if let Ok(envelope) = Envelope::parse(data) {
        taken(key_ring.open(&envelope).ok());
    }
    if let Some(envelope) = envelope(data) {
        taken(key_ring.open(&envelope).ok());
    }
    // libaes is another implementation than the one that decrypts.
    let ciphertext = libaes::Cipher::new_256(KEY).cbc_encrypt(IV, data);
    let envelope = envelope(&ciphertext).expect("whole blocks");
    let opened = key_ring.open(&envelope).ok();
    assert_eq!(opened, Notification::parse(data).ok());
    assert_eq!(key_ring.diagnose(&envelope).len(), 1);
    taken(opened);
}

fn envelope(ciphertext: &[u8]) -> Option<Envelope> {
    let (notification, iv) = (STANDARD.encode(ciphertext), STANDARD.encode(IV));
    let one = Envelope::parse(format!(r#"{{"notification":"{notification}","iv":"{iv}"}}"#).as_bytes()).ok();
    // Escapes, order and other keys change nothing.
    let notification = notification.replace('/', "\\/");
    let other = format!("{{ \"x\":[{{}}], \"iv\":\"\\n{iv}\" ,\"notification\":\"{notification}\\r\\n\"}}\n");
    assert_eq!(Envelope::parse(other.as_bytes()).ok(), one);
    one.inspect(|envelope| assert_eq!((envelope.iv(), envelope.ciphertext()), (IV, ciphertext)))
}

/// What was accepted prints as a notification that equals it.
fn taken(notification: Option<Notification>) {
    if let Some(notification) = notification {
        let again = Notification::parse(notification.to_json().as_bytes()).unwrap();
        assert_eq!(again, notification);
        assert_eq!(notification.clone(), again);
    }
}
