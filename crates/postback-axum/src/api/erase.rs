//! Erases personal values: of a click, or of the sales with a receipt and their clicks.

use super::parameters::Parameters;
use super::{AskedRow, Row, either};
use crate::answer::{Refusal, fault, json, store_trouble, unavailable};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::value::{ClickId, OfferSourceId, Receipt};
use postback_service::EraseError;

pub(crate) async fn click(State(served): State<Served>, Row(id): Row<ClickId>) -> Response {
    let answer = async {
        let erased = served.service().erase_click(&id, served.options().limits.api_timeout);
        Ok(json(&erased.await.map_err(trouble)?))
    };
    either(answer.await)
}

pub(crate) async fn receipt(
    State(served): State<Served>,
    AskedRow(receipt): AskedRow<Receipt>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["source"])?;
        let source: Option<OfferSourceId> = parameters.typed("source")?;
        let patience = served.options().limits.api_timeout;
        let erased = served.service().erase_receipt(&receipt, source.as_ref(), patience);
        Ok(json(&erased.await.map_err(trouble)?))
    };
    either(answer.await)
}

fn trouble(error: EraseError) -> Refusal {
    Box::new(match error {
        EraseError::Store(error) => store_trouble(&error),
        EraseError::Busy => fault(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
        EraseError::Journal(_) => fault(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        _ => unavailable(),
    })
}
