//! `postback` is the machinery of a conversion tracker: it records clicks, reads what networks
//! report of them (ClickBank's notifications, any network's postbacks), decides what each sale
//! means and which postbacks must fire, and says why one did not. The core does no I/O.
//!
//! # Depend on it
//!
//! The crates are not on the registry yet. Depend on them by path or by git; the parts around the
//! core (`postback-service` and the others below) are named in the same way.
//!
//! ```toml
//! [dependencies]
//! postback = { path = "../postback", features = ["toml"] }
//! # or: postback = { git = "https://your-host.example/postback.git", features = ["toml"] }
//! ```
//!
//! # Where to begin
//!
//! | I want to .. | type | example |
//! |---|---|---|
//! | decrypt a ClickBank notification (6.0 to 8.0) | [`KeyRing`], [`Envelope`] | [`decrypt`] |
//! | check its old forms (1.0 to 5.0) | [`clickbank`]`::form::Form` | [`verify_form`] |
//! | read any network's postback | [`network::InboundPostback`] | [`network_postback`] |
//! | render a postback's URL | [`template::UrlTemplate`] | [`render`] |
//! | evaluate one rule | [`rule::Conditions`] | [`one_rule`] |
//! | know why a postback fired or not | [`Decision`] | [`explain`] |
//! | track with a storage of my own | [`Decision`], [`plan::Commit`] | [`own_storage`] |
//! | a store over SQL | [`port::Store`], [`port::row`] | `examples/own_storage_sql` |
//! | a configuration in code | [`Definition`] | [`definition`] |
//! | tell Meta, Google, TikTok, Microsoft | [`conversion_api`] | `docs/guides/meta.md` |
//! | tell another ad platform | [`recipe`] | `docs/guides/recipes.md` |
//! | a campaign added at run time | `postback_service::Service` | the page of `postback-service` |
//! | a whole tracker in a service | `postback_service::Service` | `examples/minimal_server` |
//! | the same in axum | `postback_axum::router` | the page of `postback-axum` |
//!
//! # A sale, from its bytes to the request
//!
//! [`Decision`] reads no clock and no store. It says which facts it needs, and a storage answers
//! them; the outcome is a [`Plan`]: one transaction, one reply, one trace.
//!
//! ```
//! use postback::intake::{Caller, Intake};
//! use postback::plan::ClickFacts;
//! use postback::{Click, CompileOptions, Credentials, Decision, Document, Facts, Received, Timestamp};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1, "currency": "USD",
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "tokens": ["env:NETWORK_TOKEN"]}],
//!         "offer": [{"id": "book", "source": "network", "url": "https://shop.example.com/?c={clickid}"}],
//!         "traffic_channel": [{"id": "push"}],
//!         "campaign": [{"id": "summer", "channel": "push",
//!             "path": [{"offers": [{"offer": "book"}]}],
//!             "postback": [{"id": "sales", "url": "https://push.example/?key={ref_id}&price={sum}"}]}]
//!     }"#)?;
//!     let tracker = postback::compile(&document, &CompileOptions::default())?;
//!     let secrets = [("env:NETWORK_TOKEN".parse()?, "a long token".into())].into();
//!     let credentials = Credentials::new(&tracker, &secrets)?;
//!
//!     // The network calls. A random nonce tells apart two messages without an id.
//!     let at: Timestamp = "2026-04-23T17:57:04Z".parse()?;
//!     let source = tracker.source(Some("network")).ok_or("no such source")?;
//!     let intake = Intake::new(source, &credentials, Received { at, nonce: 1 });
//!     let query = b"clickid=p2345&sum=8.50&status=approved&token=a+long+token";
//!     let event = intake.postback(&Caller::default(), query)?;
//!
//!     // What a storage knows of the click. It would answer `Decision::needs`.
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let mut click = Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     click.ref_id = Some("RP1".into());
//!     let mut facts = Facts::default();
//!     let known = ClickFacts { version: 1, click: Some(click.clone()), tallies: vec![] };
//!     facts.clicks.insert(click.id.clone(), known);
//!
//!     let plan = Decision::new(&tracker).decide(&event, &facts, at)?;
//!     assert_eq!(plan.reply.outcome.as_str(), "applied");
//!     let told = &plan.commit.outbox[0].outbound.url;
//!     assert_eq!(told.to_string(), "https://push.example/?key=RP1&price=8.5");
//!     Ok(())
//! }
//! ```
//!
//! With a [`port::Store`] it is `drive::ingest` and a loop around `drive::deliver_once`. Stores are
//! `memory::MemoryStore` and the crate `postback-sqlite`; your own implements the trait and proves
//! itself with the suite of `conformance`. `postback-http` sends, `postback-service` has the loops,
//! `postback-axum` the routes, `postback-zones` the time zones, and the program `postback-inspect`
//! looks into integrations that do not work.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `std` | yes | the ports, [`drive`], the store in memory; else it is `no_std` with `alloc` |
//! | `toml` | no | `Document::from_toml`; JSON is always read |
//! | `legacy-ins` | no | ClickBank's notifications of versions 1.0 to 5.0 |
//! | `chrono` | no | conversions between [`Timestamp`] and chrono's `DateTime<Utc>` |
//! | `conformance` | no | the suite that every store must pass, and a store that fails |
//! | `testing` | no | what the tests of a host need: sealed notifications, a small world |
//! | `reference` | no | the configuration's keys and the macros as data, for tools |
//!
//! # Scope and security
//!
//! - Amounts are exact decimals with their currency. What is malformed is an error that names it;
//!   it is never guessed, and never a silent zero.
//! - ClickBank's notifications carry no MAC. They are *decrypted*, under strict reading, and never
//!   called verified; all that is wrong with one has the same answer.
//! - Secrets stand in the configuration as references, and in rows as holes; they are filled in
//!   when a request is sent. Neither they nor personal values are printed.
//! - Who may be dialled is decided by [`delivery::address`]: public addresses alone, if nothing
//!   else is said.
//! - Not here yet: Postgres, refunds told to ad platforms, automated rules.
//!
//! # Where to read on
//!
//! - [`definition`]: the configuration as types; [`tracker.example.toml`] is one with comments.
//! - [Start]: from nothing to the first simulated sale, with the ready server; behind it a guide
//!   for each network and channel, and [Troubleshooting] by symptom.
//! - [The design]: the layers, the way of a notification, the promises. A page for each topic
//!   stands behind it.
//!
//! The links to files lead to the package on docs.rs; until it is published, the same paths stand
//! in the repository.
//!
//! [`decrypt`]: https://docs.rs/crate/postback/latest/source/examples/decrypt.rs
//! [`verify_form`]: https://docs.rs/crate/postback/latest/source/examples/verify_form.rs
//! [`network_postback`]: https://docs.rs/crate/postback/latest/source/examples/network_postback.rs
//! [`render`]: https://docs.rs/crate/postback/latest/source/examples/render.rs
//! [`one_rule`]: https://docs.rs/crate/postback/latest/source/examples/one_rule.rs
//! [`explain`]: https://docs.rs/crate/postback/latest/source/examples/explain.rs
//! [`own_storage`]: https://docs.rs/crate/postback/latest/source/examples/own_storage.rs
//! [`tracker.example.toml`]: https://docs.rs/crate/postback/latest/source/tracker.example.toml
//! [Start]: https://docs.rs/crate/postback/latest/source/docs/guides/start.md
//! [Troubleshooting]: https://docs.rs/crate/postback/latest/source/docs/guides/troubleshooting.md
//! [The design]: https://docs.rs/crate/postback/latest/source/DESIGN.md

#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod accounts;
mod ad_id;
mod address;
pub mod adjustment;
pub mod clickbank;
pub mod compile;
pub mod condition;
pub mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod conversion_api;
pub mod decide;
pub mod definition;
pub mod delivery;
mod described;
mod draft;
#[cfg(feature = "std")]
pub mod drive;
pub mod event;
#[cfg(feature = "conformance")]
mod fault;
mod fire;
mod id;
pub mod intake;
pub mod judge;
pub mod lint;
mod lookup;
mod meaning;
#[cfg(feature = "std")]
pub mod memory;
pub mod model;
pub mod network;
pub mod outbound;
#[cfg(feature = "conformance")]
mod outbox_cases;
#[cfg(feature = "std")]
mod payload;
pub mod plan;
#[cfg(feature = "std")]
pub mod port;
mod protocol;
pub mod recipe;
#[cfg(feature = "reference")]
pub mod reference;
pub mod rewrite;
pub mod route;
pub mod rule;
#[cfg(feature = "conformance")]
mod samples;
pub mod scope;
pub mod setup;
pub mod take_back;
mod tell;
mod telling;
pub mod template;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
pub mod tracker;
pub mod user_data;
pub mod value;

pub use clickbank::{
    envelope::{key_ring::KeyRing, posted::Envelope},
    ins::notification::Notification,
};
pub use compile::compile;
pub use compile::options::CompileOptions;
pub use config::document::Document;
pub use decide::plan::Plan;
pub use definition::whole::Definition;
pub use event::message::{Event, Received};
pub use meaning::decision::Decision;
pub use model::{click::Click, conversion::Conversion};
pub use plan::facts::Facts;
pub use route::Router;
pub use text::query::Query;
pub use tracker::{compiled::Tracker, credentials::Credentials};
pub use value::{money::Money, secret::Secret, time::timestamp::Timestamp};
