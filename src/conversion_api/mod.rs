//! This module writes conversions as the conversion APIs of ad platforms take them: Meta, Google,
//! TikTok and Microsoft. Begin with [`Account`], [`event_id`] and [`click_id()`]. (Layer 3.)
//!
//! A row of `[[conversion_api]]` is compiled into an [`Account`]; a row of
//! `[[campaign.conversion_api]]` says which conversions it is told, by the conditions that a
//! postback has. The event of a conversion is an item of a request, and the items of one account go
//! together in requests up to the platform's limit.
//!
//! Tokens and what is personal are holes until the request is sent. An e-mail address is hashed
//! when the event is decided, and its hash lies in the expiring column alone: a hash of a phone
//! number is found by trying all numbers.
//!
//! ```
//! use postback::Timestamp;
//! use postback::conversion_api::{click_id, event_id, fbc};
//! use postback::model::ParameterRole;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The id by which browser and server tell of one event. The thank-you page makes the same.
//!     assert_eq!(event_id("LPJ9VE42", &"Purchase".parse()?), "LPJ9VE42.Purchase");
//!
//!     // The visitor came without Meta's cookie, so the click id of the URL is wrapped.
//!     let clicked_at = Timestamp::from_unix_millis(1_764_417_600_123)?;
//!     let told = fbc(None, Some("IwAR2x-Example"), clicked_at)?;
//!     assert_eq!(told.unwrap().as_str(), "fb.1.1764417600123.IwAR2x-Example");
//!
//!     // What cannot be a click id of the platform is not sent; the reason says why.
//!     let refused = click_id(&ParameterRole::Gclid, "EAIaIQ obChMI").unwrap_err();
//!     assert_eq!(refused.to_string(), "has a character that no such id has");
//!     Ok(())
//! }
//! ```

mod account;
mod event_id;
mod explain;
mod frame;
pub(crate) mod google;
pub(crate) mod google_ads;
mod identifiers;
pub(crate) mod meta;
pub(crate) mod microsoft;
pub(crate) mod microsoft_offline;
mod moment;
pub(crate) mod names;
mod person;
mod subject;
pub(crate) mod texts;
pub(crate) mod tiktok;
mod told;
mod told_member;
mod unsent;
mod write;

pub use crate::ad_id::{BadClickId, Fbc, Fbp, MAX_PLATFORM_ID, click_id, fbc, fbp};
pub use account::Account;
pub(crate) use account::{Terms, ValueOf};
pub use event_id::event_id;
pub(crate) use moment::Moment;
pub(crate) use person::Shares;
pub(crate) use told::Told;
pub use told_member::{MemberForm, NotTold, ToldMember};
pub use unsent::Unsent;
