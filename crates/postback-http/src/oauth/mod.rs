//! Access tokens that renew themselves, as secrets (OAuth 2.0, RFC 6749 section 6: a refresh token
//! is given for an access token).
//!
//! Google's Data Manager API takes an access token that is valid for an hour, and so do other APIs
//! of Google and Microsoft. A host wraps its [`Secrets`](postback::port::Secrets) in [`Tokens`],
//! and a configuration names the token as `host:NAME`:
//!
//! ```no_run
//! use postback_http::Client;
//! use postback_http::oauth::{Credential, Tokens};
//! use std::sync::Arc;
//!
//! # fn secrets() -> Arc<dyn postback::port::Secrets> { unimplemented!() }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Arc::new(Client::new()?);
//! // `token = "host:google"` of the configuration is the current access token from now on.
//! let tokens = Tokens::new(secrets(), client).with("google", Credential::read("/var/lib/postback/google.json")?);
//! # drop(tokens);
//! # Ok(())
//! # }
//! ```
//!
//! The module works inside a tokio runtime whose time is enabled.

mod answer;
mod credential;
mod file;
mod renew;
mod state;
mod tokens;

pub use credential::{Credential, CredentialError, GOOGLE_TOKEN_URI};
pub use renew::Renewal;
pub use tokens::Tokens;
