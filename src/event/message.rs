//! One message of a network, read.

use super::words::{Assurance, ClickHint, Interface, Kind};
use crate::value::{ClickId, EventId, Money, OfferSourceId, Pii, Receipt, Shared, Timestamp};
use alloc::{boxed::Box, collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// The most click-id candidates of one event: more are left out, so that one message asks for a
/// bounded number of rows.
pub const MAX_CANDIDATES: usize = 16;
/// The most names of an event that were ignored.
pub const MAX_IGNORED: usize = 32;

/// The most of a text in [`Event::named`], in characters.
pub const MAX_NAMED: usize = 64;

/// How a message was received: the clock and a number that the host draws for it. The number
/// matters only where a message names nothing that could identify it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The time of arrival.
    pub at: Timestamp,
    /// A random number, drawn once for each arrival.
    pub nonce: u64,
}

/// One message of a network, read.
///
/// It comes from an [`Intake`](crate::intake::Intake), which asked who sent it, or from
/// [`Event::assume_authentic`]. Read back from storage (`Deserialize`, for stores and journals) it
/// is what was stored, so what is read must come from a place that only the service writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The identity of the message.
    pub id: EventId,
    /// Whether `id` comes from the message; if not, a repeat cannot be told from news.
    pub identified: bool,
    /// Who sent it.
    pub source: OfferSourceId,
    /// Through which door.
    pub interface: Interface,
    /// What makes the message its network's own; of a postback only its caller was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance: Option<Assurance>,
    /// What happened, where the message says it; a postback may leave it to its conversion type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The network's own word for it (`SALE`, or the `type` of a postback), verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Shared<str>>,
    /// Whether the network marked it as a test.
    #[serde(default)]
    pub test: bool,
    /// Whether it is to be stored and to fire nothing.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub silent: bool,
    /// Whether a person has uploaded it: then a known event id is corrected under every policy.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub uploaded: bool,
    /// When it happened: the network's time, else the arrival.
    pub at: Timestamp,
    /// Whether `at` is the network's time.
    pub timed: bool,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The texts that may be a click id, best first, at most [`MAX_CANDIDATES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clicks: Vec<ClickId>,
    /// Click ids that claim to be ours and are not signed by any of the keys, at most
    /// [`MAX_CANDIDATES`]. They are not among `clicks`; they are kept, so that a person can find
    /// the click when a key went missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forged: Vec<ClickId>,
    /// Texts that came in place of a click id and are none, such as macros that nobody filled:
    /// their beginnings, at most [`MAX_CANDIDATES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Shared<str>>,
    /// What a click id that is not known nearly is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<ClickHint>,
    /// The click that a person has chosen for it, which is then the first of `clicks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<Box<ByHand>>,
    /// The network's receipt, without a rebill's suffix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// The receipt of the sale that this one belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Receipt>,
    /// The status word as the network wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Shared<str>>,
    /// The amount as it came, in its currency; absent is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Money>,
    /// Whether the network named an amount and knows none (`sum=null`); absent is not that.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub no_amount: bool,
    /// The network's own id of the event, for duplicates by event id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Shared<str>>,
    /// The network's order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Shared<str>>,
    /// The parameters of the offer source's table (and `sub1`..`sub20` of a postback) by name, but
    /// for the personal ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: Shared<BTreeMap<String, String>>,
    /// The names of parameters that mean nothing here or cannot be read, at most [`MAX_IGNORED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<Shared<str>>,
    /// The personal parameters by name. Kept apart: a store writes them to its expiring column
    /// alone.
    #[serde(skip)]
    pub private: BTreeMap<String, Pii>,
}

/// A person's word on whose click an event is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ByHand {
    /// The click.
    pub click: ClickId,
    /// When it was said.
    pub at: Timestamp,
    /// Why, in the person's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Event {
    /// The keys by which a store finds it while it waits for its click: its receipt and that of the
    /// sale which it belongs to; without the latter, and where it names no click, its event id as
    /// [`Receipt::of_event_id`] has it.
    #[must_use]
    pub fn waits_by(&self) -> [Option<Receipt>; 2] {
        [self.receipt.clone(), self.parent.clone().or_else(|| self.leading_id())]
    }

    /// What a reversal without an amount may take it back by: its receipt, and its event id as
    /// [`Receipt::of_event_id`] has it.
    #[must_use]
    pub fn keys(&self) -> [Option<Receipt>; 2] {
        let by_id = self.event_id.as_deref().map(Receipt::of_event_id);
        [self.receipt.clone(), by_id]
    }

    /// The key of the event id that may lead to its click: that of a postback which names none.
    fn leading_id(&self) -> Option<Receipt> {
        let leads = self.interface == Interface::Postback && self.clicks.is_empty() && self.forged.is_empty();
        self.event_id.as_deref().filter(|_| leads).map(Receipt::of_event_id)
    }

    /// The same event with the click that a person has chosen: it comes before those that the event
    /// names, and before what its receipts say.
    #[must_use]
    pub fn attributed_by_hand(mut self, click: ClickId, at: Timestamp, note: Option<String>) -> Self {
        self.clicks.retain(|named| *named != click);
        self.clicks.truncate(MAX_CANDIDATES.saturating_sub(1));
        self.clicks.insert(0, click.clone());
        self.by_hand = Some(Box::new(ByHand { click, at, note }));
        self
    }

    /// An event that its maker vouches for, with its required parts; everything else is absent. Set
    /// the public fields that are known.
    ///
    /// Nothing was asked and nothing was checked: whoever calls this says that the network said so.
    /// It is for imports, back-fills and tests. What arrives from outside goes through an
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
            parent: None,
            status: None,
            sum: None,
            no_amount: false,
            event_id: None,
            order_id: None,
            parameters: Shared::default(),
            ignored: Vec::new(),
            private: BTreeMap::new(),
        }
    }
}
