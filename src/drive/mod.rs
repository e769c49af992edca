//! This module joins the core and the ports, with public calls only. Begin with [`ingest`] for what
//! comes in and with [`deliver_once`] for what goes out. A host that wants another order of things
//! writes its own. (Layer 5.)
//!
//! ```
//! use postback::intake::{Caller, Intake};
//! use postback::{CompileOptions, Credentials, Document, Received, Timestamp, compile};
//! use postback::{drive, memory::MemoryStore, port::Store};
//! use std::task::{Context, Poll, Waker};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1, "currency": "USD",
//!         "domain": [{"id": "main", "url": "https://trk.example.com"}],
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "default_status": "approved"}],
//!         "offer": [{"id": "book", "source": "network", "url": "https://shop.example.com/?c={clickid}"}],
//!         "traffic_channel": [{"id": "push", "template": "richpush"}],
//!         "campaign": [{"id": "summer", "channel": "push",
//!             "path": [{"offers": [{"offer": "book"}]}],
//!             "postback": [{"id": "sales", "types": ["Sale"]}]}]
//!     }"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!     let at = Timestamp::from_unix_seconds(1_800_000_000)?;
//!     let source = tracker.source(Some("network")).ok_or("no such source")?;
//!     let credentials = Credentials::default(); // the source has no token
//!     let intake = Intake::new(source, &credentials, Received { at, nonce: 1 });
//!     let event = intake.postback(&Caller::default(), b"clickid=p2345&sum=8.50")?;
//!
//!     let store = MemoryStore::new();
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let click = postback::Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     ready(store.record(&[click]))?;
//!     let reply = ready(drive::ingest(&tracker, &store, &event, at))?;
//!     assert_eq!(reply.outcome.as_str(), "applied");
//!     let reply = ready(drive::ingest(&tracker, &store, &event, at))?;
//!     assert_eq!(reply.outcome.as_str(), "duplicate");
//!     Ok(())
//! }
//!
//! /// The store in memory never waits, so no runtime is needed.
//! fn ready<T>(future: impl Future<Output = T>) -> T {
//!     match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
//!         Poll::Ready(answer) => answer,
//!         Poll::Pending => unreachable!("the store in memory never waits"),
//!     }
//! }
//! ```

mod again;
mod deciding;
mod error;
mod ingest;
mod lane_policy;
mod lanes;
mod rehearsal;
mod round;
mod send;

pub use again::decide_again;
pub use error::{IngestError, MAX_CONFLICTS};
pub use ingest::{Attributed, attribute, attribute_by_hand, ingest, ingest_with_plan, install};
pub use lane_policy::{LanePolicy, Rate};
pub use lanes::{Ended, Lanes, Turn};
pub use rehearsal::Rehearsal;
pub use round::{GivenUp, Round};
#[cfg(feature = "conformance")]
pub(crate) use send::join;
pub use send::{Leases, Sender, deliver_once, lease, send};
