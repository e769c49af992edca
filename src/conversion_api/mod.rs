//! What ad platforms are told by their conversion APIs: the ids by which a platform knows a click
//! or a browser, in the form in which it wants to be told them. (Layer 3.)
//!
//! ```
//! use postback::Timestamp;
//! use postback::conversion_api::{click_id, fbc};
//! use postback::model::ParameterRole;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The visitor came without Meta's cookie, so the click id of the URL is wrapped.
//!     let clicked_at = Timestamp::from_unix_millis(1_764_417_600_123)?;
//!     let told = fbc(None, Some("IwAR2x-Example"), clicked_at)?;
//!     assert_eq!(told.unwrap().as_str(), "fb.1.1764417600123.IwAR2x-Example");
//!
//!     // What cannot be a click id of the platform is not sent; the reason says why.
//!     let refused = click_id(&ParameterRole::Gclid, "EAIaIQ obChMI").unwrap_err();
//!     assert_eq!(refused.to_string(), "has a character that no such id has");
//!     Ok(())
//! }
//! ```

mod checked;
mod click_id;
mod fbc;

pub use checked::{BadClickId, MAX_PLATFORM_ID};
pub use click_id::click_id;
pub use fbc::{Fbc, Fbp, fbc, fbp};
