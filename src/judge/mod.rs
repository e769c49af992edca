//! This module says what the answers of the conversion APIs mean: those of Meta, Google (Data
//! Manager and Ads API), TikTok and Microsoft (UET Conversions API and offline conversions).
//! What a recipe describes is judged as the recipe says. (Layer 3.)
//!
//! Begin with [`Platforms`], the judge, or with [`read`] for an answer that lies in a file.
//! [`drive::Sender`](crate::drive) has the judge already; a host's own judge stands before it.
//!
//! A platform's code decides, not the HTTP status: a rate limit of Meta's is HTTP 400, and a
//! refusal of TikTok's is HTTP 200. The status is asked where there is no code that we know. Of an
//! answer only codes and field paths are noted, since the platforms repeat what was sent to them.
//!
//! ```
//! use postback::judge::{Outcome, read};
//!
//! fn main() -> Result<(), &'static str> {
//!     let body = r#"{"error":{"code":100,"error_subcode":2804009,"message":"Missing Value for Purchase Event"}}"#;
//!     let told = read("meta", 400, body, 1).ok_or("no such platform")?;
//!     assert_eq!(told[0].outcome, Outcome::Refused);
//!     assert_eq!(told[0].why.as_deref(), Some("meta 100/2804009 missing_value"));
//!
//!     // Of four events Meta does not say which one it means.
//!     let told = read("meta", 400, body, 4).ok_or("no such platform")?;
//!     assert_eq!(told[0].outcome, Outcome::Smaller { most: 2 });
//!     Ok(())
//! }
//! ```

mod class;
mod google;
mod google_ads;
mod google_error;
mod google_status;
mod heard;
mod meta;
mod microsoft;
mod microsoft_offline;
mod outcome;
mod platforms;
mod recipe;
mod rows;
mod scalar;
mod shown;
mod tiktok;

pub use outcome::{Outcome, Reading};
pub use platforms::{Platforms, read, read_by};
