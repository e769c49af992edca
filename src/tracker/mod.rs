//! This module has the configuration, compiled: tables that every stage reads and none changes.
//! Begin with [`Tracker`] and [`Credentials`]. (Layer 3.)
//!
//! [`compile`](crate::compile()) makes a tracker of a configuration document. What is done with
//! it are stages of their own, each over the tables that it may see: [`intake`](crate::intake)
//! makes events of what comes, [`decide`](crate::decide) says what they mean,
//! [`route`](crate::route) sends visitors on, [`setup`](crate::setup) says what is pasted where.
//!
//! ```
//! use postback::tracker::{ClickIdKeys, Recognised};
//! use postback::{CompileOptions, Credentials, Document, Secret, Timestamp, compile};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1,
//!         "conversion_type": [{"name": "Sale", "default": true}],
//!         "offer_source": [{"id": "network", "tokens": ["env:NETWORK_TOKEN"]}]
//!     }"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!     // The host says what each reference stands for; one that is missing is named.
//!     let secrets = [("env:NETWORK_TOKEN".parse()?, "a long token".into())].into();
//!     let credentials = Credentials::new(&tracker, &secrets)?;
//!     assert!(Credentials::new(&tracker, &[].into()).is_err());
//!
//!     // Our own click ids: signed where the configuration names a key.
//!     let keys = ClickIdKeys::new(vec![Secret::from("a key of the host's")]);
//!     let id = keys.mint(Timestamp::from_unix_seconds(1_800_000_000)?, [1, 2]);
//!     assert!(matches!(keys.recognise(id.as_str()), Recognised::Ours { .. }));
//!     Ok(())
//! }
//! ```

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
mod unfilled;

pub use budget::{ALARMING_FAILURES, Alarm, Checked, FAILURE_WINDOW, FailureBudget, MAX_FAILURES, MAX_PREFIXES};
pub use click_id::{CLICK_ID_LENGTH, ClickIdKeys, Recognised};
pub use compiled::{Campaign, Channel, Offer, PostbackRule, RequestRule, Source};
pub(crate) use compiled::{ConversionType, Domain, EventRule, Path, PayoutRule, Sends, Tables, Tracker};
pub(crate) use credentials::Credentials;
pub use credentials::CredentialsError;
pub use domain::Fallback;
pub(crate) use domain::domain_of;
pub(crate) use matching::{listed, only, word_kind};
pub(crate) use names::names;
pub use rates::Rates;
pub use replies::Replies;
