//! Access tokens that renew themselves, as secrets (OAuth 2.0: a refresh token is given for an
//! access token, RFC 6749 section 6, or an assertion that a service account signs, RFC 7523).
//!
//! Google's Data Manager API takes an access token that is valid for an hour, and so do other APIs
//! of Google and Microsoft. A host wraps its [`Secrets`](postback::port::Secrets) in [`Tokens`],
//! and a configuration names the token as `host:NAME`:
//!
//! ```
//! use postback::port::Secrets;
//! use postback_http::Client;
//! use postback_http::oauth::{Credential, Tokens};
//! use std::error::Error;
//! use std::sync::Arc;
//!
//! /// `token = "host:google"` of a configuration is the current access token from now on.
//! fn with_google(secrets: Arc<dyn Secrets>) -> Result<Tokens, Box<dyn Error>> {
//!     let client = Arc::new(Client::new()?);
//!     let google = Credential::read("/var/lib/postback/google.json")?;
//!     Ok(Tokens::new(secrets, client).with("google", google))
//! }
//! ```
//!
//! The module works inside a tokio runtime whose time is enabled.

mod answer;
mod credential;
mod file;
mod renew;
mod request;
mod service_account;
mod state;
mod tokens;

pub use credential::{Credential, CredentialError, GOOGLE_TOKEN_URI};
pub use renew::Renewal;
pub use tokens::Tokens;
