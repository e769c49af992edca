//! `POST /api/events/{id}/attribute`: a person chooses the click of an event.

use super::{Row, either};
use crate::answer::{Refusal, json, refusal, store_trouble, unavailable};
use crate::body;
use crate::options::Served;
use axum::{body::Body, extract::State, http::StatusCode, response::Response};
use postback::value::{ClickId, EventId};
use postback_service::AttributeError;
use serde::Deserialize;

/// The longest note, in characters.
const MAX_NOTE: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    clickid: String,
    #[serde(default)]
    note: Option<String>,
}

pub(crate) async fn attribute(State(served): State<Served>, Row(id): Row<EventId>, body: Body) -> Response {
    let answer = async {
        let limits = &served.options().limits;
        let body = body::read(body, limits)
            .await
            .map_err(|error| Box::new(error.answer()))?;
        let (click, note) = chosen(&body)?;
        let attributed = served
            .service()
            .attribute_by_hand(&id, &click, note, limits.api_timeout);
        Ok(json(&attributed.await.map_err(refused)?))
    };
    either(answer.await)
}

fn chosen(body: &[u8]) -> Result<(ClickId, Option<String>), Refusal> {
    let bad = |text: &str| refusal(StatusCode::BAD_REQUEST, text);
    let chosen: Chosen = serde_json::from_slice(body)
        .map_err(|_| bad("the body is no JSON object of `clickid` and, if you like, `note`"))?;
    let click = ClickId::new(chosen.clickid.trim()).map_err(|error| bad(&format!("`clickid`: {error}")))?;
    let note = chosen.note.filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > MAX_NOTE) {
        return Err(bad(&format!("`note` has over {MAX_NOTE} characters")));
    }
    Ok((click, note))
}

fn refused(error: AttributeError) -> Refusal {
    match error {
        AttributeError::Store(error) => Box::new(store_trouble(&error)),
        AttributeError::UnknownEvent(_) | AttributeError::UnknownClick(_) => {
            refusal(StatusCode::NOT_FOUND, &error.to_string())
        }
        AttributeError::Unavailable => Box::new(unavailable()),
        error => refusal(StatusCode::CONFLICT, &error.to_string()),
    }
}
