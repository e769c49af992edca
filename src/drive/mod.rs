//! Layer 5: joins the core and the ports, with public calls only. A host that wants another order
//! of things writes its own.

mod ingest;
mod lanes;
mod round;
mod send;

pub use ingest::{
    Attributed, IngestError, MAX_CONFLICTS, attribute, attribute_by_hand, ingest, ingest_with_plan, install,
};
pub use lanes::{Ended, LanePolicy, Lanes, Rate, Turn};
pub use round::Round;
#[cfg(feature = "conformance")]
pub(crate) use send::join;
pub use send::{Leases, Sender, deliver_once, lease, send};
