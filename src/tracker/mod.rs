//! Layer 3: the configuration, compiled: tables that every stage reads and none changes.
//!
//! [`compile`](crate::compile()) makes a [`Tracker`] of a configuration document. What is done with
//! it are stages of their own, each over the tables that it may see: [`intake`](crate::intake)
//! makes events of what comes, [`decide`](crate::decide) says what they mean,
//! [`route`](crate::route) sends visitors on, [`setup`](crate::setup) says what is pasted where.

mod budget;
mod click_id;
pub(crate) mod compiled;
pub(crate) mod credentials;
mod describe;
mod domain;
mod matching;
mod names;
pub(crate) mod rates;
mod replies;
mod secrets;

pub use budget::{ALARMING_FAILURES, Alarm, Checked, FAILURE_WINDOW, FailureBudget, MAX_FAILURES, MAX_PREFIXES};
pub use click_id::{CLICK_ID_LENGTH, ClickIdKeys, Recognised};
pub use compiled::{Campaign, Channel, Offer, PostbackRule, Source};
pub(crate) use compiled::{ConversionType, Domain, Path, PayoutRule, Tracker};
pub(crate) use credentials::Credentials;
pub use credentials::CredentialsError;
pub use domain::Fallback;
pub(crate) use domain::domain_of;
pub(crate) use matching::{listed, only, word_kind};
pub(crate) use names::names;
pub use rates::Rates;
pub use replies::Replies;
