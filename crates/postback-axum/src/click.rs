//! `GET /{campaign}`: a visitor on the way to an offer. Who cannot be sent there goes to the
//! domain's fallback; without a fallback the visitor is told, with 503 and `Retry-After` for
//! trouble of the store.

use crate::answer::{fault, json, no_store, plain, retry_later, status};
use crate::caller::CallerAddress;
use crate::options::Served;
use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use postback_service::{Lost, LostReason, Visitor};
use serde::Serialize;

#[derive(Serialize)]
struct Answer<'a> {
    clickid: &'a str,
    url: &'a str,
}

pub(crate) async fn redirect(
    State(served): State<Served>,
    campaign: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    // A path that is no text names no campaign.
    let campaign = campaign.map_or_else(|_| String::new(), |Path(campaign)| campaign);
    let query = query.unwrap_or_default();
    let as_json = query.split('&').any(|pair| pair == "format=json");
    let visitor = Visitor {
        campaign: &campaign,
        query: query.as_bytes(),
        address: caller.0,
        user_agent: text(&headers, &header::USER_AGENT),
        referrer: text(&headers, &header::REFERER),
        accept_language: text(&headers, &header::ACCEPT_LANGUAGE),
    };
    match served.service().visit(&visitor).await {
        Ok(routed) if as_json => json(&Answer {
            clickid: routed.click.id.as_str(),
            url: &routed.url,
        }),
        Ok(routed) => found(&routed.url).unwrap_or_else(|| lost(&LostReason::Unsendable, plain_line)),
        Err(Lost { reason, .. }) if as_json && !matches!(reason, LostReason::UnknownCampaign) => lost(&reason, fault),
        Err(Lost { reason, fallback, .. }) => fallback
            .and_then(|url| found(&url))
            .unwrap_or_else(|| lost(&reason, plain_line)),
    }
}

fn found(url: &str) -> Option<Response> {
    let location = HeaderValue::from_str(url).ok()?;
    Some(no_store(
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
    ))
}

fn lost(reason: &LostReason, write: impl Fn(StatusCode, &str) -> Response) -> Response {
    let response = write(status(reason.status()), &reason.to_string());
    match reason {
        LostReason::NotStored => retry_later(response),
        _ => response,
    }
}

fn plain_line(status: StatusCode, text: &str) -> Response {
    plain(status, &format!("{text}\n"))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
