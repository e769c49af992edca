//! This module takes deliveries from the outbox row to the verdict. Begin with
//! [`drive::deliver_once`](crate::drive), which does all of it, or with [`batch`] for a loop of
//! your own. (Layer 2.)
//!
//! [`batch`] groups what was leased into requests, [`Batch::request`] fills their holes,
//! [`Batch::settle`] has the answer judged.
//! [`address`] says who may be dialled at all.
//!
//! ```
//! use postback::delivery::{Cause, Delivery, Lane, Leased, Values, batch};
//! use postback::model::Method;
//! use postback::outbound::{HoledText, Outbound};
//! use postback::Timestamp;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let at = Timestamp::from_unix_seconds(1_800_000_000)?;
//!     let url = HoledText::plain("https://push.example.com/log?key=RP1&price=8.5");
//!     let outbound = Outbound::new(Method::Get, url);
//!     let (conversion, event) = ("vaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, "eaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?);
//!     let (campaign, rule) = ("summer".parse()?, "sales".parse()?);
//!     let cause = Cause::postback(conversion, "p2345".parse()?, event, campaign, rule);
//!     let (id, lane) = ("daaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, Lane::new("https://push.example.com"));
//!     let delivery = Delivery::new(id, cause, lane, at, outbound);
//!
//!     // What was leased becomes requests; `settle` says what an answer means.
//!     let (batches, too_late) = batch(vec![Leased::new(delivery, 0, 1)], at);
//!     assert!(too_late.is_empty());
//!     let request = batches[0].request(&Values { secrets: &[].into(), now: at })?;
//!     assert_eq!(request.url(), "https://push.example.com/log?key=RP1&price=8.5");
//!     Ok(())
//! }
//! ```

/// This module says who may be dialled. Begin with
/// [`AddressPolicy`](crate::delivery::address::AddressPolicy): the check that stands between a
/// configured URL and the network.
pub mod address {
    pub use crate::address::{AddressPolicy, Allowed, AllowedError, Denied, MAX_HOST_LENGTH, MAX_LABEL_LENGTH};
}
mod attempt;
mod batch;
mod case;
mod cause;
mod fill;
mod filled;
mod judges;
mod lane;
mod listed;
mod progress;
mod retry;
mod row;
mod rules;
mod settle;
mod state;
mod verdict;
mod waiting;

pub use attempt::Attempt;
pub use batch::{Batch, batch};
pub use case::{Answer, Case, Judge, Judgement};
pub use cause::Cause;
pub(crate) use fill::fill_private;
pub use fill::{FillError, Values};
pub use filled::Filled;
pub use judges::Judges;
pub use lane::Lane;
pub use listed::DeliveryRow;
pub use progress::{Footing, Progress, Withdrawal};
pub use retry::MAX_RETRY_AFTER;
pub use row::{Delivery, Leased, Replaced};
pub use rules::{RetryPolicy, SuccessRule};
pub use settle::{HOLD, MAX_EXCERPT, MAX_HELD, Sent};
pub use state::DeliveryState;
pub use verdict::{Cancelled, Change, Hold, Settled, Settlement, Verdict};
pub use waiting::WAIT;
