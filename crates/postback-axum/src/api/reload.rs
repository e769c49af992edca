//! `POST /api/reload`: reads the configuration again. A broken one is refused with all its
//! problems, and the old one stays active.

use super::either;
use super::parameters::Parameters;
use crate::answer::{json, no_store, refusal, store_trouble};
use crate::options::Served;
use axum::{
    Json,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use postback::value::Fingerprint;
use postback_service::{ConfigureError, Gone};
use serde::Serialize;

#[derive(Serialize)]
struct Reloaded<'a> {
    /// The fingerprint of the active configuration.
    configuration: &'a Fingerprint,
    /// What the configuration before had and this one has not.
    vanished: Vec<GoneView>,
}

#[derive(Serialize)]
struct GoneView {
    kind: &'static str,
    id: String,
    /// What it means.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
}

impl GoneView {
    fn new(gone: &Gone) -> Self {
        Self {
            kind: gone.what.kind(),
            id: gone.what.id(),
            text: gone.what.to_string(),
            deliveries: gone.deliveries,
            events: gone.events,
        }
    }
}

#[derive(Serialize)]
struct NotReloaded {
    error: &'static str,
    problems: Vec<String>,
}

pub(crate) async fn reload(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        Ok(match served.service().reload().await {
            Ok(done) => json(&Reloaded {
                configuration: done.tracker.fingerprint(),
                vanished: done.gone.iter().map(GoneView::new).collect(),
            }),
            Err(ConfigureError::Refused(problems)) => {
                let refused = NotReloaded {
                    error: "the configuration is refused; the old one stays active",
                    problems,
                };
                no_store((StatusCode::UNPROCESSABLE_ENTITY, Json(refused)).into_response())
            }
            Err(ConfigureError::Store(error)) => store_trouble(&error),
            Err(error) => return Err(refusal(StatusCode::NOT_FOUND, &error.to_string())),
        })
    };
    either(answer.await)
}
