//! From the body of a POST to a notification: nothing panics, and what is decrypted is what was
//! encrypted.

use crate::clickbank::{IV, KEY, SECRET, encrypt, wrapper};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::{Envelope, KeyRing, Notification, Secret};

/// Reads `data` as the body, as the ciphertext and as the plaintext.
pub fn ins_open(data: &[u8]) {
    let key_ring = KeyRing::new(vec![Secret::from(SECRET)]).unwrap();
    if let Ok(envelope) = Envelope::parse(data) {
        taken(key_ring.open(&envelope).ok());
    }
    if let Some(envelope) = envelope(data) {
        taken(key_ring.open(&envelope).ok());
    }
    let ciphertext = encrypt(KEY, data);
    let envelope = envelope(&ciphertext).expect("whole blocks");
    let opened = key_ring.open(&envelope).ok();
    assert_eq!(opened, Notification::parse(data).ok());
    assert_eq!(key_ring.diagnose(&envelope).len(), 1);
    taken(opened);
}

fn envelope(ciphertext: &[u8]) -> Option<Envelope> {
    let (notification, iv) = (STANDARD.encode(ciphertext), STANDARD.encode(IV));
    let one = Envelope::parse(wrapper(IV, ciphertext).as_bytes()).ok();
    // Escapes, the order of keys and other keys make no difference.
    let notification = notification.replace('/', "\\/");
    let other = format!("{{ \"x\":[{{}}], \"iv\":\"\\n{iv}\" ,\"notification\":\"{notification}\\r\\n\"}}\n");
    assert_eq!(Envelope::parse(other.as_bytes()).ok(), one);
    one.inspect(|envelope| assert_eq!((envelope.iv(), envelope.ciphertext()), (IV, ciphertext)))
}

/// Checks that an accepted notification prints as one that is equal.
fn taken(notification: Option<Notification>) {
    if let Some(notification) = notification {
        let again = Notification::parse(notification.to_json().as_bytes()).unwrap();
        assert_eq!(again, notification);
        assert_eq!(notification.clone(), again);
    }
}
