//! One message of a network that was read.

use super::words::{Assurance, ClickHint, Interface, Kind};
use crate::value::{ClickId, EventId, Money, OfferSourceId, Pii, Receipt, Shared, Timestamp};
use alloc::{boxed::Box, collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// The most click-id candidates of one event. More are left out, so that one message asks for a
/// limited number of rows.
pub const MAX_CANDIDATES: usize = 16;
/// The most ignored names that an event keeps.
pub const MAX_IGNORED: usize = 32;

/// The most characters of a text in [`Event::named`].
pub const MAX_NAMED: usize = 64;

/// When a message was received, and a random number that the host draws for it. The number matters
/// only for a message that holds nothing to identify it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The time of arrival.
    pub at: Timestamp,
    /// A random number, drawn once for each arrival.
    pub nonce: u64,
}

/// One message of a network that was read.
///
/// It comes from an [`Intake`](crate::intake::Intake), which checked the sender, or from
/// [`Event::assume_authentic`]. Reading one back from storage (`Deserialize`, for stores and
/// journals) checks nothing, so it must be read from a place that only the service writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The identity of the message.
    pub id: EventId,
    /// Whether `id` comes from the message. If not, a repeated message cannot be told from a new
    /// one.
    #[serde(default = "yes")]
    pub identified: bool,
    /// The offer source that sent it.
    pub source: OfferSourceId,
    /// The interface through which it came; in a row `s2s` is left out.
    #[serde(default = "postback")]
    pub interface: Interface,
    /// The proof that the message is the network's own. It is absent for a postback, where only the
    /// caller was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance: Option<Assurance>,
    /// The kind of event, where the message names it. For a postback the conversion type may decide
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The network's own word for the event (`SALE`, or the `type` of a postback), word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Shared<str>>,
    /// Whether the network marked it as a test.
    #[serde(default)]
    pub test: bool,
    /// Whether it is to be stored without sending postbacks for it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub silent: bool,
    /// Whether a person has uploaded the event. Then an event with a known event id is corrected
    /// under every policy.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub uploaded: bool,
    /// The time of the event: the network's time, or else the time of arrival.
    pub at: Timestamp,
    /// Whether `at` is the network's time.
    #[serde(default)]
    pub timed: bool,
    /// The time of arrival.
    #[serde(alias = "came")]
    pub received_at: Timestamp,
    /// The texts that may be a click id, best first, at most [`MAX_CANDIDATES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clicks: Vec<ClickId>,
    /// Click ids that look like ours and are signed by none of the keys, at most
    /// [`MAX_CANDIDATES`]. They are not among `clicks`. One of them counts only if the very click
    /// is stored: then it was made here, before the first key or with a key that is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forged: Vec<ClickId>,
    /// The beginnings of texts that came in place of a click id and are not click ids, such as
    /// unfilled macros; at most [`MAX_CANDIDATES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Shared<str>>,
    /// What is special about a click id that is not known, as a hint for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<ClickHint>,
    /// The person's choice of a click for this event. That click is then the first of `clicks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<Box<ByHand>>,
    /// The network's receipt, without a rebill's suffix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// The number of the payment, where the network numbers the payments of a receipt
    /// (`R1-B002`); the sale itself has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebill: Option<u32>,
    /// The receipt of the sale to which this sale belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Receipt>,
    /// The status word as the network wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Shared<str>>,
    /// The amount as it came, in its currency. None is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Money>,
    /// Whether the network sent a parameter for the amount that says that none is known
    /// (`sum=null`, `sum=`). It is false when no such parameter came.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub no_amount: bool,
    /// The network's own id of the event, for duplicates by event id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Shared<str>>,
    /// What came in place of the event id, if a parameter for it came and none was read: the
    /// beginning of a macro that nobody filled, or an empty text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_event_id: Option<Shared<str>>,
    /// The network's order number.
    #[serde(default, alias = "oid", skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Shared<str>>,
    /// The parameters of the offer source's table (and `sub1`..`sub20` of a postback) by name,
    /// without the personal ones.
    #[serde(default, alias = "params", skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: Shared<BTreeMap<String, String>>,
    /// The names of parameters that have no meaning here or cannot be read, at most
    /// [`MAX_IGNORED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<Shared<str>>,
    /// The personal parameters by name. They are kept apart, since a store writes them only to its
    /// expiring column.
    #[serde(skip)]
    pub private: BTreeMap<String, Pii>,
}

fn yes() -> bool {
    true
}

fn postback() -> Interface {
    Interface::Postback
}

/// A person's choice of the click to which an event belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ByHand {
    /// The click that the person chose.
    pub click: ClickId,
    /// The time of the choice.
    pub at: Timestamp,
    /// The reason, in the person's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Event {
    /// The click ids that the event names, best first: first those in `clicks`, then the ones that
    /// none of the keys has signed.
    pub fn candidates(&self) -> impl Iterator<Item = &ClickId> {
        self.clicks.iter().chain(&self.forged)
    }

    /// Whether the event names a click id, of whatever kind.
    #[must_use]
    pub(crate) fn names_click(&self) -> bool {
        self.candidates().next().is_some()
    }

    /// The keys by which a store finds the event while it waits for its click. The first is its
    /// receipt, the second the receipt of the sale to which it belongs. Without the latter, the
    /// second is its event id, as [`Receipt::of_event_id`] writes it, if it is a postback that
    /// names no click.
    #[must_use]
    pub fn waits_by(&self) -> [Option<Receipt>; 2] {
        [self.receipt.clone(), self.parent.clone().or_else(|| self.leading_id())]
    }

    /// The keys by which a reversal without an amount may reverse this event: its receipt, and its
    /// event id as [`Receipt::of_event_id`] writes it.
    #[must_use]
    pub fn keys(&self) -> [Option<Receipt>; 2] {
        let by_id = self.event_id.as_deref().map(Receipt::of_event_id);
        [self.receipt.clone(), by_id]
    }

    /// Returns the receipt of the payment itself: a rebill's has its number.
    pub(crate) fn payment(&self) -> Option<Receipt> {
        Some(self.receipt.as_ref()?.of_payment(self.rebill))
    }

    /// The receipts and event ids that the event's decision may have written about: its receipt,
    /// that of the payment itself, that of the sale to which it belongs, and its event id as
    /// [`Receipt::of_event_id`] writes it.
    pub fn receipts(&self) -> impl Iterator<Item = Receipt> {
        let by_id = self.event_id.as_deref().map(Receipt::of_event_id);
        let named = [self.receipt.clone(), self.payment(), self.parent.clone(), by_id];
        named.into_iter().flatten()
    }

    /// The key of the event id that may lead to the click of a postback that names none.
    fn leading_id(&self) -> Option<Receipt> {
        let leads = self.interface == Interface::Postback && !self.names_click();
        self.event_id.as_deref().filter(|_| leads).map(Receipt::of_event_id)
    }

    /// Returns the same event with the click that a person has chosen. That click comes before the
    /// clicks that the event names and before the ones that its receipts lead to.
    #[must_use]
    pub fn attributed_by_hand(mut self, click: ClickId, at: Timestamp, note: Option<String>) -> Self {
        self.clicks.retain(|named| *named != click);
        self.clicks.truncate(MAX_CANDIDATES.saturating_sub(1));
        self.clicks.insert(0, click.clone());
        self.by_hand = Some(Box::new(ByHand { click, at, note }));
        self
    }

    /// Makes an event from its required parts; its caller vouches for it. Everything else is
    /// absent. Set the public fields that are known.
    ///
    /// Nothing is checked: the caller states that the network sent this. It is for imports,
    /// back-fills and tests. A message from outside must go through an
    /// [`Intake`](crate::intake::Intake).
    #[must_use]
    pub fn assume_authentic(id: EventId, source: OfferSourceId, interface: Interface, at: Timestamp) -> Self {
        Self {
            id,
            identified: true,
            source,
            interface,
            assurance: None,
            kind: None,
            name: None,
            test: false,
            silent: false,
            uploaded: false,
            at,
            timed: true,
            received_at: at,
            clicks: Vec::new(),
            forged: Vec::new(),
            named: Vec::new(),
            hint: None,
            by_hand: None,
            receipt: None,
            rebill: None,
            parent: None,
            status: None,
            sum: None,
            no_amount: false,
            event_id: None,
            no_event_id: None,
            order_id: None,
            parameters: Shared::default(),
            ignored: Vec::new(),
            private: BTreeMap::new(),
        }
    }
}
