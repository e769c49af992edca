//! Layer 2: what ClickBank sends, as typed values. Bytes go in; no clock, no network, no decision
//! about what a sale means.
//!
//! One wing for all of ClickBank. It stands on the other modules of layer 2, `network` among them,
//! and none of them knows it. Inside, from the ground up: `check`, `json` and `plaintext`;
//! [`envelope`] (what is encrypted, and the keys); [`ins`] (notifications since 6.0); `form`
//! (those before); and, each by itself, [`s2s`] (postbacks), [`pixel`], [`tid`] and [`hoplink`]
//! (codes and links), [`thank_you`].

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
