//! What is to be delivered, and the lease on it.

use super::cause::Cause;
use super::lane::Lane;
use super::progress::Progress;
use super::rules::{RetryPolicy, SuccessRule};
use crate::outbound::Outbound;
use crate::value::{CampaignId, ClickId, ConversionId, DeliveryId, EventId, Pii, PostbackId, Shared, Timestamp};
use alloc::{boxed::Box, collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// A request to be delivered, as it was decided. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub struct Delivery {
    /// Its id, the same over retries, restarts and replays.
    pub id: DeliveryId,
    /// Why it is delivered, and what it tells of.
    pub cause: Cause,
    /// The destination and the account there.
    pub lane: Lane,
    /// The earliest time at which it is due; if absent, it is due when it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The time until which it is of use. What was not sent by then is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// The request.
    pub outbound: Outbound,
    /// The request that asks what became of a receipt
    /// ([`Verdict::Accepted`](super::Verdict::Accepted)).
    /// [`Hole::Receipt`](crate::outbound::Hole::Receipt) stands where the receipt goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Box<Outbound>>,
    /// When to try again.
    pub retry: RetryPolicy,
    /// The delivery that it replaces, where a person had the request rendered again, or less is
    /// left of its sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Box<Replaced>>,
    /// The deliveries for whose verdicts it waits: first the one that it corrects, then the
    /// corrections before it. It is sent when the receiver has the first and none of the others is
    /// open, and it is closed if the first was given up. Until then no attempt is counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<DeliveryId>,
    /// The personal values of the request's holes; a store writes them only to its expiring column.
    #[serde(skip)]
    pub private: BTreeMap<String, Pii>,
}

impl DeliveryId {
    /// The id of a delivery that a host makes itself. Equal parts at one time are one delivery. No
    /// such id is the id of a postback that was decided.
    #[must_use]
    pub fn from_parts(at: Timestamp, parts: &[&str]) -> Self {
        Self::of_host(at.unix_seconds(), parts)
    }
}

impl Delivery {
    /// A request to be sent as soon as it is stored, and tried again by the default policy.
    ///
    /// ```
    /// use postback::delivery::{Cause, Delivery, Lane};
    /// use postback::model::Method;
    /// use postback::outbound::{HoledText, Outbound};
    /// use postback::{value::DeliveryId, Timestamp};
    ///
    /// let now = Timestamp::from_unix_seconds(1_780_000_000)?;
    /// // What has one id is delivered once: this cap is told of once a day.
    /// let id = DeliveryId::from_parts(now, &["cap_reached", "summer", "2026-05-28"]);
    /// let hook = Outbound::new(Method::Post, HoledText::plain("https://chat.example/hook"));
    /// let mut notice = Delivery::new(id, Cause::notice("cap_reached"), Lane::new("https://chat.example"), now, hook);
    /// notice.not_after = now.checked_add(std::time::Duration::from_secs(3_600));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(id: DeliveryId, cause: Cause, lane: Lane, created_at: Timestamp, outbound: Outbound) -> Self {
        Self {
            id,
            cause,
            lane,
            not_before: None,
            not_after: None,
            created_at,
            outbound,
            check: None,
            retry: RetryPolicy::default(),
            replaces: None,
            after: Vec::new(),
            private: BTreeMap::new(),
        }
    }

    /// When it is due, in a commit that is made at `now`.
    #[must_use]
    pub fn due_at(&self, now: Timestamp) -> Timestamp {
        self.not_before.map_or(now, |at| at.max(now))
    }

    /// The headers that its request carries beside its own, by their lower-case names: its id, and
    /// the id of the delivery in whose place it is sent. So a receiver knows what it had already. A
    /// request that may hold several deliveries carries none. A header of the request's own that
    /// has such a name stands in its place.
    pub fn id_headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let replaces = self.replaces.as_ref().map(|replaced| &replaced.delivery);
        let ids = [("postback-id", Some(&self.id)), ("postback-replaces", replaces)];
        let ids = ids.into_iter().filter(|_| self.outbound.item.is_none());
        let is_own = |name: &str| {
            self.outbound
                .headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        let ids = ids.filter(move |(name, _)| !is_own(name));
        ids.filter_map(|(name, id)| Some((name, id?.as_str())))
    }

    /// Whether it is sent in place of `other`.
    #[must_use]
    pub fn is_in_place_of(&self, other: &DeliveryId) -> bool {
        self.replaces
            .as_ref()
            .is_some_and(|replaced| replaced.delivery == *other)
    }

    /// Whether its use is over.
    pub(crate) fn is_late(&self, now: Timestamp) -> bool {
        self.not_after.is_some_and(|last| now > last)
    }
}

/// The delivery that another one replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The id of that delivery.
    pub delivery: DeliveryId,
    /// The number of this revision of the request; what was decided is the first.
    pub revision: u32,
}

/// A delivery with the lease that its worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leased {
    /// The delivery.
    pub delivery: Delivery,
    /// How often it was sent before.
    pub attempts: u32,
    /// How often its receipt was checked before.
    pub checks: u32,
    /// The fencing number of the lease. A verdict under an older number is refused.
    pub fence: u64,
    /// The receipt under which it was accepted. If there is one, what is due is its check.
    pub receipt: Option<String>,
    /// The most items that its request may hold, where the receiver's limit was too much.
    pub most: Option<u32>,
    /// How far each of the deliveries has come for which it waits ([`Delivery::after`]), in their
    /// order.
    pub after: Vec<Progress>,
}

impl Leased {
    /// A delivery to be sent, with how often it was sent before and the number of the lease.
    #[must_use]
    pub fn new(delivery: Delivery, attempts: u32, fence: u64) -> Self {
        Self {
            delivery,
            attempts,
            checks: 0,
            fence,
            receipt: None,
            most: None,
            after: Vec::new(),
        }
    }

    /// What the receiver knows it by, where it is to be sent as an item that has a key.
    pub(super) fn key(&self) -> Option<&str> {
        let item = self.delivery.outbound.item.as_ref().filter(|_| self.receipt.is_none());
        item?.key.as_deref()
    }

    /// How often it was sent, this time included.
    fn sent(&self) -> u32 {
        self.attempts.saturating_add(u32::from(self.receipt.is_none()))
    }

    /// How often what is due now, the check of its receipt or the sending, was done before.
    pub(super) fn done(&self) -> u32 {
        if self.receipt.is_some() {
            self.checks
        } else {
            self.attempts
        }
    }

    /// Whether what is due now is done for the last time.
    pub(super) fn is_last(&self) -> bool {
        self.done().saturating_add(1) >= self.delivery.retry.attempts
    }

    /// Whether it may be sent once more, also after a check.
    pub(super) fn may_be_sent_again(&self) -> bool {
        self.sent() < self.delivery.retry.attempts
    }
}

/// A delivery as it is read. The parts of a postback's cause may stand in the row itself.
#[derive(Deserialize)]
struct Stored {
    id: DeliveryId,
    cause: Option<Cause>,
    lane: Lane,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    #[serde(alias = "at")]
    created_at: Timestamp,
    #[serde(alias = "out")]
    outbound: Outbound,
    check: Option<Box<Outbound>>,
    #[serde(default)]
    retry: RetryPolicy,
    replaces: Option<Box<Replaced>>,
    #[serde(default)]
    after: Vec<DeliveryId>,
    #[serde(alias = "conv")]
    conversion: Option<ConversionId>,
    click: Option<ClickId>,
    event: Option<EventId>,
    #[serde(alias = "camp")]
    campaign: Option<CampaignId>,
    #[serde(alias = "post")]
    postback: Option<PostbackId>,
    #[serde(default)]
    success: Shared<SuccessRule>,
}

impl TryFrom<Stored> for Delivery {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let parts = || {
            Some(Cause::Postback {
                conversion: stored.conversion?,
                click: stored.click?,
                event: stored.event?,
                campaign: stored.campaign?,
                postback: stored.postback?,
                success: stored.success,
            })
        };
        Ok(Self {
            id: stored.id,
            cause: stored.cause.or_else(parts).ok_or("a delivery without a cause")?,
            lane: stored.lane,
            not_before: stored.not_before,
            not_after: stored.not_after,
            created_at: stored.created_at,
            outbound: stored.outbound,
            check: stored.check,
            retry: stored.retry,
            replaces: stored.replaces,
            after: stored.after,
            private: BTreeMap::new(),
        })
    }
}
