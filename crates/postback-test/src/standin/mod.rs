//! Stand-ins of conversion APIs on this machine: Meta, TikTok, Google (Data Manager, Ads API) and
//! Microsoft (UET, offline conversions), and Snapchat, Reddit and Pinterest, for which there are
//! recipes. Each refuses what the platform refuses, answers in the platform's shapes, and notes
//! what it accepted and every request.
//!
//! Sources of the checks and shapes: the pages and protocol buffers that `conversion_api` and
//! `judge` of the core name, and `tests/vectors/conversion_api/answers.jsonl`. Where a platform
//! says nothing of a check, the line here says that it is a guess. A stand-in reads JSON more
//! strictly than most platforms do: a key that stands twice in an object is refused everywhere.
//! Each message of a refusal quotes what was sent, as the platforms' messages do, so that a test
//! sees whether the quotation is noted anywhere.
//!
//! The checks are written apart from the code that makes the requests, and share nothing with it.

mod check;
mod google;
mod google_ads;
mod google_ads_adjustments;
mod http;
mod meta;
mod microsoft;
mod microsoft_offline;
mod pinterest;
mod reddit;
mod server;
mod snapchat;
mod strict;
mod tiktok;
mod trouble;

pub use server::{Accepted, CUSTOMER, DEVELOPER_TOKEN, StandIn, Told, Vendor};
pub use trouble::Trouble;
