//! Layer 3: what an event means.
//!
//! [`compile`](crate::compile()) makes a [`Tracker`] of a configuration document; a tracker's
//! sources turn messages into [`Event`](crate::event::Event)s; [`Tracker::needs`] says which rows a
//! decision reads and [`Tracker::decide`] makes it: a [`Plan`] with one transaction, a reply and a
//! trace. Nothing here reads a clock or a store, so the same inputs give the same plan, and every
//! plan can be made again.

mod attribute;
mod click_id;
pub(crate) mod compiled;
mod count;
mod credentials;
mod decide;
mod describe;
mod facts;
mod fire;
mod money;
mod pasted;
mod plan;
pub(crate) mod rates;
mod receipts;
mod refused;
mod resolve;
mod route;
mod rows;
mod secrets;
mod slots;
mod source;
mod trace;
mod words;

pub use click_id::{CLICK_ID_LENGTH, ClickIdKeys, Recognised};
pub use compiled::{Campaign, Channel, Offer, Postback, Source, Tracker};
pub use credentials::{Credentials, CredentialsError};
pub use decide::UnknownSource;
pub use facts::{
    Added, Claimed, ClickFacts, FactQuery, Facts, Fired, MAX_HOPS, MAX_ORPHANS, ReceiptFacts, ReceiptRecord, Slot,
    SlotKey,
};
pub use plan::{
    Commit, Committed, ConfigurationRow, EventRow, Guard, GuardKey, Outcome, Plan, Reason, Reply, ReplyOutcome, Write,
};
pub use rates::Rates;
pub use refused::{MAX_REFUSED, RefusedBody, RefusedRow, Ring};
pub use route::{MAX_CLICK_VALUE, RouteError, Routed, Visit};
pub use slots::{MAX_SLOTS, Mark, mark};
pub use source::{Caller, NotTaken, Unauthorized};
pub use trace::{DuplicateDecision, Found, MAX_TRACED_RULES, RuleTrace, RuleTraces, RuleVerdict, Trace};
