//! This module writes conversions as the conversion APIs of ad platforms take them: Meta, Google,
//! TikTok and Microsoft. Begin with [`Account`] and [`event_id`]. (Layer 3.)
//!
//! A row of `[[conversion_api]]` is compiled into an [`Account`]; a row of
//! `[[campaign.conversion_api]]` says which conversions it is told, by the same conditions as a
//! postback's. The event of a conversion is an item of a request, and the items of one account go
//! together in requests up to the platform's limit. Tokens and what is personal are holes until the
//! request is sent: an e-mail address is hashed when the event is decided, and its hash lies in the
//! expiring column only.

mod account;
mod draft;
mod event_id;
pub mod fbc;
pub(crate) mod google;
mod json;
pub(crate) mod meta;
pub(crate) mod microsoft;
pub(crate) mod names;
mod person;
pub(crate) mod tiktok;
mod told;
mod unsent;
mod write;

pub use account::Account;
pub(crate) use account::{Terms, ValueOf};
pub use event_id::event_id;
pub(crate) use told::Told;
pub use unsent::Unsent;
