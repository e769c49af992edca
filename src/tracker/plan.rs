//! What a decision says: one transaction as a value, an answer to the sender, and a trace.

use super::facts::{ReceiptRecord, Slot};
use super::refused::RefusedBody;
use super::trace::Trace;
use crate::delivery::Delivery;
use crate::event::{Event, Interface};
use crate::model::Conversion;
use crate::value::{ClickId, ConversionId, EventId, Fingerprint, OfferSourceId, Receipt, Timestamp};
use alloc::{boxed::Box, format, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// A version that must still be what was read, and that every commit raises.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard {
    /// What is guarded.
    pub key: GuardKey,
    /// The version that was read; 0 for a row that was never written.
    pub version: u64,
}

/// What a guard stands before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardKey {
    /// Everything that hangs on a click.
    Click(ClickId),
    /// Everything that hangs on a receipt of a source.
    Receipt(OfferSourceId, Receipt),
}

impl GuardKey {
    /// The key as a column: `click:<id>` or `receipt:<source>:<receipt>` (a source's id holds no
    /// colon).
    #[must_use]
    pub fn column(&self) -> String {
        match self {
            Self::Click(id) => format!("click:{id}"),
            Self::Receipt(source, receipt) => format!("receipt:{source}:{receipt}"),
        }
    }
}

/// One transaction. A store applies all of it or nothing, and may apply it again after a lost
/// connection: the answer is then
/// [`Committed::Duplicate`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// The event that is written; if it is stored already, the commit is a duplicate. Checked
    /// before the guards.
    pub identity: Option<EventId>,
    /// Events that must be stored as unattributed; if one is not, the commit is a conflict.
    pub waiting: Vec<EventId>,
    /// The versions that were read.
    pub guards: Vec<Guard>,
    /// The rows.
    pub writes: Vec<Write>,
    /// The postbacks to be delivered. A delivery whose id is stored already is left as it is.
    pub outbox: Vec<Delivery>,
    /// The time of the decision; new deliveries are due then.
    pub now: Timestamp,
}

impl Commit {
    /// A commit of `writes` alone, without identity and guards.
    #[must_use]
    pub fn of(writes: Vec<Write>, now: Timestamp) -> Self {
        Self {
            identity: None,
            waiting: Vec::new(),
            guards: Vec::new(),
            writes,
            outbox: Vec::new(),
            now,
        }
    }
}

/// One row. Each replaces the row with the same key, but for `Configuration` and `Refused`, which
/// are written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// An event with its outcome; key: the event's id.
    Event(EventRow),
    /// A conversion; key: its id.
    Conversion(Conversion),
    /// A slot; key: click and key.
    Slot(Slot),
    /// A receipt; key: source and receipt.
    Receipt(ReceiptRecord),
    /// A configuration document; key: its fingerprint.
    Configuration(ConfigurationRow),
    /// A body that was refused; key: its id. A source has two bounded rings of them.
    Refused(RefusedBody),
}

/// A configuration document as it was compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationRow {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The document as JSON. It holds references to secrets, never secrets.
    pub document: String,
}

/// An event as it is stored: with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventRow {
    /// The event; boxed, since a row is moved several times on its way.
    pub event: Box<Event>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, where the outcome alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The click that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click: Option<ClickId>,
    /// The conversion that it made or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionId>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// By which configuration.
    pub configuration: Fingerprint,
    /// How it was decided.
    pub trace: Trace,
}

macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal : $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = concat!($text, ".")] $(#[$vmeta])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code, as it is stored and answered.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The variant of a code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// What it means, for a person.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// What became of an event.
    pub enum Outcome {
        Counted = "counted": "it made or changed a conversion",
        Chosen = "none": "the configuration matches this event to no conversion type on purpose",
        Unmapped = "unmapped": "the configuration does not say which conversion type this event is",
        Ignored = "ignored": "it was stored and changes nothing",
        Expired = "expired": "it came after the click had expired",
        Unattributed = "unattributed": "no click is known for it; it is kept until one is",
        Test = "test": "it is a test and counts nothing",
    }
}

codes! {
    /// Why an event has its outcome.
    pub enum Reason {
        NoClickId = "no_click_id": "it carries no click id and no receipt that leads to a click",
        UnknownClick = "unknown_click": "its click id is not known",
        ForgedClick = "forged_click": "its click id was not made here",
        OtherSource = "other_source": "its click went to an offer of another source",
        WaitsForSale = "waits_for_sale": "the sale that it takes back is not known",
        Expired = "expired": "it came after its click had expired",
        ChosenNone = "chosen_none": "the configuration matches this event to no conversion type on purpose",
        Unmapped = "unmapped": "the configuration does not say which conversion type this event is",
        SaleExpired = "sale_expired": "the sale that it follows came after its click had expired",
        ReceiptCycle = "receipt_cycle": "its receipts lead in a circle",
        TooManyHops = "too_many_hops": "its receipts make too long a chain",
        UnknownCampaign = "unknown_campaign": "the campaign of its click is no longer configured",
        Duplicate = "duplicate": "the click has a conversion of this type already",
        Superseded = "superseded": "the conversion shows a later event already",
        OtherCurrency = "other_currency": "amounts of two currencies are never added; its conversion is in another one",
        DuplicateEventId = "duplicate_event_id": "the click has a conversion with this event id already",
        CountedByIns = "counted_by_ins": "the notification of the same sale counts, not the postback",
        CountedByS2s = "counted_by_s2s": "the postback of the same sale counts, not the notification",
        UnknownType = "unknown_type": "its conversion type is not configured; it is kept under its own name and fires nothing",
        NoRate = "no_rate": "there is no rate from its currency to the account's; it is kept without revenue",
        TooManySlots = "too_many_slots": "its click has too many conversions with ids of their own",
    }
}

impl Reason {
    /// The reason for an event that another interface counts.
    #[must_use]
    pub fn counted_by(interface: Interface) -> Self {
        match interface {
            Interface::Ins => Self::CountedByIns,
            Interface::Postback => Self::CountedByS2s,
        }
    }
}

/// A decision: what to write, what to answer, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The transaction.
    pub commit: Commit,
    /// What the sender is told.
    pub reply: Reply,
    /// How the event was decided.
    pub trace: Trace,
}

/// What the sender of an event is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// `applied`, `duplicate`, `ignored`, `unattributed` or `test`.
    pub outcome: ReplyOutcome,
    /// Why, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

codes! {
    /// The outcome in a reply.
    pub enum ReplyOutcome {
        Applied = "applied": "it made or changed a conversion",
        Duplicate = "duplicate": "this very message came before",
        Ignored = "ignored": "it was stored and changes nothing",
        Unattributed = "unattributed": "it was stored; no click is known for it yet",
        Test = "test": "it is a test",
    }
}

/// What a commit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is durable.
    Applied,
    /// The event was stored before; nothing was written.
    Duplicate,
    /// A guard's version has changed since it was read; nothing was written. Read again and decide
    /// again.
    Conflict,
}
