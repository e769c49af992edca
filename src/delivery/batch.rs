//! Deliveries grouped into requests.

use super::attempt::Attempt;
use super::fill::{FillError, Filler, Values};
use super::filled::Filled;
use super::lane::Lane;
use super::row::Leased;
use super::verdict::{Settlement, Verdict};
use super::waiting::waits;
use crate::outbound::{Hole, Outbound, SIGNING_HEADERS};
use crate::value::{SecretReference, Timestamp};
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// Deliveries that go out in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    deliveries: Vec<Leased>,
    /// The most items that it may hold, by what is known of the deliveries in it.
    most: u32,
}

/// Groups deliveries into requests, in the order in which they came. Deliveries with an item whose
/// requests are otherwise equal go into one request, up to the receiver's limit, and no two of one
/// key ([`Item::key`](crate::outbound::Item::key)). If several have the same receipt, one check is
/// made for all of them. Every other delivery goes alone. A delivery that is too late to be sent,
/// or that waits for another one, goes into no request; its verdict, ready to be written, is in the
/// second list.
#[must_use]
pub fn batch(deliveries: Vec<Leased>, now: Timestamp) -> (Vec<Batch>, Vec<Settlement>) {
    let mut batches: Vec<Batch> = Vec::new();
    let mut keys: Vec<BTreeSet<String>> = Vec::new();
    let mut late = Vec::new();
    for leased in deliveries {
        if let Some(verdict) = too_late(&leased, now).or_else(|| waits(&leased, now)) {
            late.push(verdict);
            continue;
        }
        let most = leased.most.unwrap_or(u32::MAX);
        let key = leased.key().map(ToString::to_string);
        let mut open = batches.iter_mut().zip(&mut keys);
        let is_new = |keys: &BTreeSet<String>| key.as_ref().is_none_or(|key| !keys.contains(key));
        match open.find(|(batch, keys)| batch.takes(&leased) && is_new(keys)) {
            Some((batch, keys)) => {
                batch.most = batch.most.min(most);
                batch.deliveries.push(leased);
                keys.extend(key);
            }
            None => {
                batches.push(Batch {
                    deliveries: vec![leased],
                    most,
                });
                keys.push(key.into_iter().collect());
            }
        }
    }
    (batches, late)
}

/// The verdict for a delivery that is past its time. What the receiver has accepted is checked all
/// the same.
fn too_late(leased: &Leased, now: Timestamp) -> Option<Settlement> {
    let last = leased.delivery.not_after.filter(|_| leased.delivery.is_late(now))?;
    if leased.receipt.is_some() {
        return None;
    }
    let attempt = Attempt {
        at: now,
        status: None,
        finding: format!("too late: it was to be sent by {last}"),
    };
    Some(Settlement::of(leased, Verdict::Dead, attempt))
}

/// The fault of an item itself, which waiting does not mend.
fn own_fault(leased: &Leased, values: &Values<'_>) -> Option<FillError> {
    let item = leased.delivery.outbound.item.as_ref()?;
    if leased.receipt.is_some() {
        return None;
    }
    let filled = Filler::new(*values).fill(&item.text, &leased.delivery.private);
    filled.err().filter(|error| !error.is_retryable())
}

fn refused(leased: &Leased, error: &FillError, at: Timestamp) -> Settlement {
    let attempt = Attempt {
        at,
        status: None,
        finding: error.to_string(),
    };
    Settlement::of(leased, Verdict::Dead, attempt)
}

/// The request that is due for a delivery: its own, or the check of its receipt.
fn due(leased: &Leased) -> Option<&Outbound> {
    match &leased.receipt {
        None => Some(&leased.delivery.outbound),
        Some(_) => leased.delivery.check.as_deref(),
    }
}

impl Batch {
    /// The deliveries in it, at least one.
    #[must_use]
    pub fn deliveries(&self) -> &[Leased] {
        &self.deliveries
    }

    /// The lane of its deliveries.
    #[must_use]
    pub fn lane(&self) -> Option<&Lane> {
        Some(&self.deliveries.first()?.delivery.lane)
    }

    /// The most deliveries that a request of its lane may hold; 1 where each goes alone. A check of
    /// a receipt is made for as many at least.
    #[must_use]
    pub fn limit(&self) -> u32 {
        let item = self
            .deliveries
            .first()
            .and_then(|first| first.delivery.outbound.item.as_ref());
        item.map_or(1, |item| item.limit)
    }

    fn takes(&self, other: &Leased) -> bool {
        let Some(first) = self.deliveries.first() else {
            return false;
        };
        let (Some(mine), Some(theirs)) = (due(first), due(other)) else {
            return false;
        };
        let fits = match (&first.receipt, &mine.item, &theirs.item) {
            (Some(_), ..) => true,
            (None, Some(item), Some(next)) => {
                let most = item.limit.min(self.most).min(other.most.unwrap_or(u32::MAX));
                let room = u32::try_from(self.deliveries.len()).is_ok_and(|held| held < most);
                room && item.limit == next.limit
            }
            (None, ..) => false,
        };
        let alike = || {
            mine.method == theirs.method
                && mine.url == theirs.url
                && mine.headers == theirs.headers
                && mine.body == theirs.body
                && first.receipt == other.receipt
                && first.delivery.lane == other.delivery.lane
                && first.delivery.cause.is_judged_as(&other.delivery.cause)
        };
        // A personal value in the shared part belongs to one of the deliveries alone.
        // A signed request says whose it is.
        fits && alike()
            && mine.sign.is_empty()
            && theirs.sign.is_empty()
            && !mine.shared_holes().any(|hole| matches!(hole, Hole::Private { .. }))
    }

    /// The references of the secrets that its requests need.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<&SecretReference> {
        let due = || self.deliveries.iter().filter_map(due);
        let holes = due().flat_map(Outbound::holes);
        let signing = due().flat_map(|outbound| &outbound.sign);
        holes
            .filter_map(|hole| match hole {
                Hole::Secret { reference, .. } => Some(reference),
                Hole::Hmac { key, .. } => Some(key),
                _ => None,
            })
            .chain(signing)
            .collect()
    }

    /// The batch without the items that can never be filled, for a fault of their own; none if
    /// nothing is left. The verdicts for those items, ready to be written, are in the list.
    /// [`request`](Self::request) fails for the whole batch because of one such item.
    #[must_use]
    pub fn sifted(&self, values: &Values<'_>) -> (Option<Self>, Vec<Settlement>) {
        let mut left = Vec::new();
        let mut dead = Vec::new();
        for leased in &self.deliveries {
            match own_fault(leased, values) {
                Some(error) => dead.push(refused(leased, &error, values.now)),
                None => left.push(leased.clone()),
            }
        }
        let (deliveries, most) = (left, self.most);
        let left = (!deliveries.is_empty()).then_some(Self { deliveries, most });
        (left, dead)
    }

    /// The request with its holes filled.
    ///
    /// # Errors
    /// [`FillError`]: a secret that is not set, or a value that does not fit its place. If waiting
    /// does not help, the fault may be one item's alone: see [`sifted`](Self::sifted).
    pub fn request(&self, values: &Values<'_>) -> Result<Filled, FillError> {
        let first = self.deliveries.first();
        let Some((first, outbound)) = first.and_then(|first| Some((first, due(first)?))) else {
            return Err(FillError::Malformed);
        };
        let private = &first.delivery.private;
        let mut filler = Filler::new(*values);
        filler.receipt = first.receipt.as_deref();
        if first.receipt.is_none() && outbound.item.is_some() {
            let deliveries = self.deliveries.iter().map(|leased| &leased.delivery);
            // A delivery whose item is not in the body must not be settled with it.
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
        let mut headers = headers.collect::<Result<Vec<_>, FillError>>()?;
        if first.receipt.is_none() {
            let ids = first.delivery.id_headers();
            headers.extend(ids.map(|(name, id)| (name.to_string(), id.to_string())));
        }
        let body = outbound
            .body
            .as_ref()
            .map(|body| filler.fill(body, private))
            .transpose()?;
        if !outbound.sign.is_empty() {
            let signed = filler.signed(&outbound.sign, first.delivery.id.as_str(), body.as_deref())?;
            headers.retain(|(name, _)| !SIGNING_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)));
            headers.extend(signed);
        }
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
