//! This module reads what ClickBank sends, as typed values. Bytes go in; no clock, no network, no
//! decision about what a sale means.
//!
//! Begin with [`KeyRing`](crate::KeyRing) and [`Envelope`](crate::Envelope) for notifications
//! ([`envelope`], [`ins`]; those before 6.0 are in `form`, behind the feature `legacy-ins`), with
//! [`s2s`] for postbacks, with [`hoplink`], [`tid`] and [`pixel`] for links and their codes, and
//! with [`thank_you`] for the page that a buyer comes back to. It is one wing of layer 2 and stands
//! on [`network`](crate::network), which does not know it.
//!
//! ```
//! use postback::clickbank::{hoplink::Link, s2s, tid::Tid};
//! use postback::{event::Kind, model::AccountRole, network::Meaning};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // An affiliate's link takes our click id as `tid`, and ClickBank's postback gives it back.
//!     let link = Link::parse("https://hop.clickbank.net/?affiliate=promoter&vendor=seller")?;
//!     assert_eq!(link.form().tracking_parameter(), Some("tid"));
//!     assert_eq!(Tid::new("p2345")?.as_str(), "p2345");
//!     let map = s2s::parameter_map(AccountRole::Affiliate);
//!     assert_eq!(map.meaning("clickid"), Some(Meaning::ClickId));
//!     assert_eq!(s2s::event_kind("PURCHASE"), Some(Kind::Sale));
//!     Ok(())
//! }
//! ```

mod check;
pub mod envelope;
mod events;
#[cfg(feature = "legacy-ins")]
pub mod form;
pub mod hoplink;
pub mod ins;
mod json;
mod lint;
mod message;
pub mod pixel;
mod plaintext;
pub mod s2s;
mod settings;
pub mod thank_you;
pub mod tid;

pub(crate) use events::kind_of;
pub use message::Message;
pub(crate) use message::{Posted, names_notification, unread_names};
#[cfg(feature = "legacy-ins")]
pub use settings::FormSettings;
pub use settings::{AmountField, Settings};
