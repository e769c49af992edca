//! `POST /api/refused/retry?source=`: the notifications that were refused are tried again, with the
//! secrets of now. Whoever has the API's token vouches for those who sent them.

use super::either;
use super::parameters::Parameters;
use crate::answer::{Refusal, json, refusal, store_trouble, unavailable};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::value::OfferSourceId;
use postback_service::RetryError;

pub(crate) async fn retry(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["source"])?;
        let id: Option<OfferSourceId> = parameters.typed("source")?;
        let id = id.ok_or_else(|| refusal(StatusCode::BAD_REQUEST, "parameter `source` is missing"))?;
        let patience = served.options().limits.api_timeout;
        let retried = served.service().retry_refused(&id, patience).await;
        Ok(json(&retried.map_err(trouble)?))
    };
    either(answer.await)
}

/// The answer to refused notifications that cannot be looked at.
pub(super) fn trouble(error: RetryError) -> Refusal {
    match error {
        RetryError::TakesNone(_) => refusal(StatusCode::NOT_FOUND, &error.to_string()),
        RetryError::Store(error) => Box::new(store_trouble(&error)),
        _ => Box::new(unavailable()),
    }
}
