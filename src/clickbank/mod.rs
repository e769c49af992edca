//! What ClickBank sends, as typed values. Bytes go in; no clock, no network, no decision about what
//! a sale means.
//!
//! One wing for all of ClickBank. It stands on the other modules of layer 2, `network` among them,
//! and none of them knows it. Inside, from the ground up: `check`, `json` and `plaintext`;
//! [`envelope`] (what is encrypted, and the keys); [`ins`] (notifications since 6.0); [`form`]
//! (those before); and, each by itself, [`s2s`] (postbacks), [`pixel`], [`tid`] and [`hoplink`]
//! (codes and links), [`thank_you`].

mod budget;
mod check;
pub mod envelope;
pub mod form;
pub mod hoplink;
pub mod ins;
mod json;
pub mod pixel;
mod plaintext;
pub mod s2s;
mod settings;
pub mod thank_you;
pub mod tid;

pub use budget::{ALARMING_FAILURES, Alarm, Attempt, FAILURE_WINDOW, FailureBudget, MAX_FAILURES, MAX_PREFIXES};
pub use settings::{AmountField, Settings};
