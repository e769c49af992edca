//! What the benches run: for each a corpus, postback's way and the rival's way to the same answer. The unit tests hold the two to the same
//! answer, so that a ratio compares like with like.

pub mod decisions;
mod numbers;
pub mod queries;
pub mod rules;
pub mod templates;
pub mod notifications;
#[cfg(feature = "server")]
pub mod durable;
#[cfg(feature = "server")]
pub mod load;
