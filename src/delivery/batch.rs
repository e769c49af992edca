//! Deliveries grouped into requests.

use super::fill::{FillError, Filler, Values};
use super::filled::Filled;
use super::row::Leased;
use crate::outbound::Hole;
use crate::value::SecretReference;
use alloc::{collections::BTreeSet, string::String, vec, vec::Vec};

/// Deliveries that go out in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch(Vec<Leased>);

/// Groups deliveries into requests: those with an item whose requests are otherwise equal go
/// together, up to the receiver's limit, in the order in which they came; each of the others goes
/// alone.
#[must_use]
pub fn batch(deliveries: Vec<Leased>) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for leased in deliveries {
        let open = batches.iter_mut().find(|batch| batch.takes(&leased));
        match open {
            Some(batch) => batch.0.push(leased),
            None => batches.push(Batch(vec![leased])),
        }
    }
    batches
}

impl Batch {
    /// The deliveries in it, at least one.
    #[must_use]
    pub fn deliveries(&self) -> &[Leased] {
        &self.0
    }

    fn takes(&self, other: &Leased) -> bool {
        let Some(first) = self.0.first() else { return false };
        let (mine, theirs) = (&first.delivery.outbound, &other.delivery.outbound);
        let (Some(item), Some(next)) = (&mine.item, &theirs.item) else {
            return false;
        };
        let room = u32::try_from(self.0.len()).is_ok_and(|held| held < item.limit);
        let alike = mine.method == theirs.method
            && mine.url == theirs.url
            && mine.headers == theirs.headers
            && mine.body == theirs.body
            && item.limit == next.limit
            && first.delivery.success == other.delivery.success;
        // A personal value in the part that they share belongs to one of them alone.
        room && alike && !mine.shared_holes().any(|hole| matches!(hole, Hole::Private { .. }))
    }

    /// The references of the secrets that its holes name.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<&SecretReference> {
        let holes = self.0.iter().flat_map(|leased| leased.delivery.outbound.holes());
        holes
            .filter_map(|hole| match hole {
                Hole::Secret { reference, .. } => Some(reference),
                Hole::Hmac { key, .. } => Some(key),
                _ => None,
            })
            .collect()
    }

    /// The request with its holes filled.
    ///
    /// # Errors
    /// [`FillError`]: a secret that is not there, a value that does not fit its place.
    pub fn request(&self, values: &Values<'_>) -> Result<Filled, FillError> {
        let Some(first) = self.0.first() else {
            return Err(FillError::Malformed);
        };
        let (outbound, private) = (&first.delivery.outbound, &first.delivery.private);
        let mut filler = Filler::new(*values);
        if outbound.item.is_some() {
            let deliveries = self.0.iter().map(|leased| &leased.delivery);
            // A delivery that is not in the body must not be settled with it.
            let items = deliveries.map(|delivery| match &delivery.outbound.item {
                Some(item) => filler.fill(&item.text, &delivery.private),
                None => Err(FillError::Malformed),
            });
            let items = items.collect::<Result<Vec<String>, FillError>>()?;
            filler.items = Some(items.join(","));
        }
        let headers = outbound
            .headers
            .iter()
            .map(|(name, value)| Ok((name.clone(), filler.fill(value, private)?)));
        let headers = headers.collect::<Result<Vec<_>, FillError>>()?;
        let body = outbound
            .body
            .as_ref()
            .map(|body| filler.fill(body, private))
            .transpose()?;
        let url = filler.fill(&outbound.url, private)?;
        Ok(Filled {
            method: outbound.method,
            url,
            headers,
            body,
            used: filler.used,
        })
    }
}
