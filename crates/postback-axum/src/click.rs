//! `GET /{campaign}`: redirects a visitor to an offer. A visitor who cannot be sent to an offer, or
//! whose campaign is unknown, is redirected to the domain's fallback. Without a fallback the
//! response is an error: 503 with `Retry-After` if the store failed. `HEAD` gets the same response,
//! but no click is recorded.

use crate::answer::{fault, json, no_store, plain, retry_later, status};
use crate::caller::CallerAddress;
use crate::options::Served;
use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, uri::Authority},
    response::{IntoResponse, Response},
};
use postback::model::ReferrerPolicy;
use postback_service::{Lost, LostReason, Visitor};
use serde::Serialize;
use std::borrow::Cow;

/// Paths that browsers and crawlers request from every host, and the names of our own routes.
/// Nobody who requests these is a visitor.
const NO_VISITS: [&str; 7] = [
    "api",
    "favicon.ico",
    "healthz",
    "ins",
    "postback",
    "readyz",
    "robots.txt",
];

#[derive(Serialize)]
struct Answer<'a> {
    clickid: &'a str,
    url: &'a str,
}

pub(crate) async fn redirect(
    State(served): State<Served>,
    campaign: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    // A path that is not UTF-8 names no campaign.
    let campaign = campaign.map_or_else(|_| String::new(), |Path(campaign)| campaign);
    let query = uri.query().unwrap_or_default();
    let as_json = query.split('&').any(|pair| pair == "format=json");
    let cookies = cookies(&headers);
    let visitor = Visitor {
        campaign: &campaign,
        query: query.as_bytes(),
        cookies: &cookies,
        host: text(&headers, &header::HOST).or_else(|| uri.authority().map(Authority::as_str)),
        address: caller.0,
        user_agent: text(&headers, &header::USER_AGENT),
        referrer: text(&headers, &header::REFERER),
        accept_language: text(&headers, &header::ACCEPT_LANGUAGE),
    };
    let service = served.service();
    let visited = match method {
        Method::HEAD => service.preview(&visitor),
        _ => service.visit(&visitor).await,
    };
    match visited {
        Ok(routed) if as_json => json(&Answer {
            clickid: routed.click.id.as_str(),
            url: &routed.url,
        }),
        Ok(routed) => {
            found(&routed.url, routed.referrer_policy).unwrap_or_else(|| told(&LostReason::Unsendable, plain_line))
        }
        Err(Lost { reason, .. }) if as_json => told(&reason, fault),
        Err(lost) => instead(&campaign, &lost).unwrap_or_else(|| told(&lost.reason, plain_line)),
    }
}

/// The redirect to the fallback, if there is one.
fn instead(campaign: &str, lost: &Lost) -> Option<Response> {
    let is_visit = !matches!(lost.reason, LostReason::UnknownCampaign) || !NO_VISITS.contains(&campaign);
    let url = lost.fallback.as_deref().filter(|_| is_visit)?;
    found(url, lost.referrer_policy)
}

fn found(url: &str, referrer_policy: ReferrerPolicy) -> Option<Response> {
    let location = HeaderValue::from_str(url).ok()?;
    let policy = HeaderValue::from_static(referrer_policy.as_str());
    Some(no_store(
        (
            StatusCode::FOUND,
            [(header::LOCATION, location), (header::REFERRER_POLICY, policy)],
        )
            .into_response(),
    ))
}

fn told(reason: &LostReason, write: impl Fn(StatusCode, &str) -> Response) -> Response {
    let response = write(status(reason.status()), &reason.to_string());
    match reason {
        LostReason::NotStored => retry_later(response),
        _ => response,
    }
}

fn plain_line(status: StatusCode, text: &str) -> Response {
    plain(status, &format!("{text}\n"))
}

/// The cookies of the request. HTTP/2 allows a header for each of them (RFC 9113, section 8.2.3).
fn cookies(headers: &HeaderMap) -> Cow<'_, [u8]> {
    let mut values = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let first = values.next().unwrap_or_default();
    values.fold(Cow::Borrowed(first), |mut joined, more| {
        joined.to_mut().extend([b"; ", more].concat());
        joined
    })
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
