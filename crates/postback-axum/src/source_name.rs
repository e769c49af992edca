//! The offer source in the path of a request.

use crate::options::Served;
use axum::{
    extract::{FromRequestParts, RawPathParams, rejection::RawPathParamsRejection},
    http::request::Parts,
};
use std::convert::Infallible;

/// The offer source in the path; none if the route has no source in its path. A path that is not
/// UTF-8 names an unknown source.
#[derive(Debug)]
pub(crate) struct SourceName(Option<String>);

impl SourceName {
    pub(crate) fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Returns the source of a route that has one in its path.
    pub(crate) fn named(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl FromRequestParts<Served> for SourceName {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Infallible> {
        let named = RawPathParams::from_request_parts(parts, served).await;
        Ok(Self(match named {
            // A host may nest the router below a path with parameters of its own.
            Ok(named) => named
                .iter()
                .find(|(name, _)| *name == "offer_source")
                .map(|(_, source)| source.to_owned()),
            Err(RawPathParamsRejection::MissingPathParams(_)) => None,
            Err(_) => Some(String::new()),
        }))
    }
}
