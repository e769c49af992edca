//! `POST /api/journal/discard?source=`: deletes acknowledged postbacks that are set aside because
//! their source is no longer configured.

use super::either;
use super::parameters::Parameters;
use crate::answer::{json, refusal};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::value::OfferSourceId;
use serde::Serialize;

#[derive(Serialize)]
struct Discarded {
    discarded: u64,
}

pub(crate) async fn discard(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["source"])?;
        let id: OfferSourceId = parameters.required("source")?;
        let discarded = served.service().discard_set_aside(&id).await.map_err(|error| {
            tracing::error!(kind = %error.kind(), "the journal cannot be changed");
            refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the journal cannot be changed; see the log",
            )
        })?;
        Ok(json(&Discarded { discarded }))
    };
    either(answer.await)
}
