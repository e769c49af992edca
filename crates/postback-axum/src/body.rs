//! Reads a body within a limit on its length and its time.

use crate::answer::fault;
use crate::options::Limits;
use axum::{body::Body, http::StatusCode, response::Response};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use thiserror::Error;

/// The error for a body that was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum BodyError {
    #[error("body is over {0} bytes long")]
    TooLong(usize),
    #[error("body did not arrive in time")]
    TooSlow,
    #[error("body broke off")]
    Broken,
}

impl BodyError {
    pub(crate) fn answer(self) -> Response {
        let status = match self {
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        };
        fault(status, &self.to_string())
    }
}

/// Reads the whole body of a request.
pub(crate) async fn read(body: Body, limits: &Limits) -> Result<Bytes, BodyError> {
    tokio::time::timeout(limits.body_timeout, collect(body, limits.body))
        .await
        .unwrap_or(Err(BodyError::TooSlow))
}

async fn collect(mut body: Body, longest: usize) -> Result<Bytes, BodyError> {
    use axum::body::HttpBody;
    // If the announced length is too large, the body is not read at all.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > longest {
        return Err(BodyError::TooLong(longest));
    }
    let mut read = BytesMut::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
            continue;
        };
        if read.len().saturating_add(data.len()) > longest {
            return Err(BodyError::TooLong(longest));
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}
