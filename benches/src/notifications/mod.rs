//! ClickBank notifications: bodies as they are posted, read with every check by `postback` and by
//! what one writes by hand from good parts.

pub(crate) mod corpus;
mod plain;

pub use corpus::{CORPUS, SECRET, Sample, corpus};
pub use plain::{Plain, plain};

use postback::clickbank::envelope::KeyRingError;
use postback::{Envelope, KeyRing, Notification, Secret};

/// The key ring of the corpus.
///
/// # Errors
/// None that occurs: the secret is long enough.
pub fn key_ring() -> Result<KeyRing, KeyRingError> {
    KeyRing::new(vec![Secret::from(SECRET)])
}

/// postback's way from the body of the POST to a notification.
#[must_use]
pub fn ours(key_ring: &KeyRing, body: &[u8]) -> Option<Notification> {
    let envelope = Envelope::parse(body).ok()?;
    key_ring.open(&envelope).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn both_ways_read_the_same_of_every_notification() {
        let key_ring = key_ring().unwrap();
        for sample in corpus() {
            let ours = ours(&key_ring, &sample.body).unwrap();
            let plain = plain(SECRET, &sample.body).unwrap();
            assert_eq!(ours.receipt().unwrap().text(), plain.receipt);
            assert_eq!(ours.transaction_type_text(), plain.transaction_type);
            assert_eq!(ours.transaction_time().text(), plain.transaction_time);
            let amount: f64 = ours.total_account_amount().unwrap().text().parse().unwrap();
            assert_eq!(amount.to_bits(), plain.total_account_amount.to_bits());
            assert_eq!(
                ours.tracking_codes().collect::<Vec<_>>(),
                plain.tracking_codes.iter().map(String::as_str).collect::<Vec<_>>()
            );
            assert_eq!(ours.line_items().count(), plain.line_items.len());
            let name = ours.billing().and_then(|billing| billing.full_name());
            let plain_name = plain
                .customer
                .and_then(|c| c.billing)
                .and_then(|billing| billing.full_name);
            assert_eq!(name.map(|name| name.expose().to_owned()), plain_name);
        }
    }

    #[test]
    fn the_corpus_is_varied_and_of_the_size_of_real_ones() {
        let samples = corpus();
        assert_eq!(samples.len(), CORPUS);
        let bytes: usize = samples.iter().map(|sample| sample.plaintext.len()).sum();
        assert!((1_400..1_600).contains(&(bytes / CORPUS)), "{}", bytes / CORPUS);
        assert_eq!(
            samples.iter().map(|s| &s.plaintext).collect::<BTreeSet<_>>().len(),
            CORPUS
        );
        let key_ring = key_ring().unwrap();
        let versions: BTreeSet<String> = samples
            .iter()
            .map(|sample| ours(&key_ring, &sample.body).unwrap().version().to_string())
            .collect();
        assert_eq!(versions.into_iter().collect::<Vec<_>>(), ["6.0", "7.0", "8.0"]);
    }

    #[test]
    fn the_corpus_is_the_same_every_time() {
        assert!(corpus().iter().zip(corpus()).all(|(one, other)| one.body == other.body));
    }
}
