//! `GET /{campaign}`: a visitor on the way to an offer.
//!
//! The click is recorded before the visitor is sent on: a click id that nobody knows would make its
//! sale unattributed. When that is not possible, or no offer can take the visitor, the domain's
//! fallback does; without a fallback the visitor is told, with 503 and `Retry-After` for trouble of
//! the store.

use crate::answer::{fault, json, no_store, plain, retry_later};
use crate::caller::CallerAddress;
use crate::meter;
use crate::state::AppState;
use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use postback::route::{RouteError, Routed, Router, Visit};
use postback::tracker::Tracker;
use postback::value::{Pii, Query};
use serde::Serialize;
use std::collections::BTreeMap;
use url::Url;

/// The longest header value that a click keeps, in bytes; longer user agents are cut.
const MAX_HEADER: usize = 1_024;
/// The longest language tag (RFC 5646, section 4.4.1, asks for at least 35 characters).
const MAX_LANGUAGE: usize = 35;
/// First segments that are routes of ours, now or later (the compiler refuses campaigns with these
/// names too).
const RESERVED: [&str; 10] = [
    "postback", "ins", "api", "healthz", "metrics", "track.js", "view", "click", "clickupd", "imp",
];

#[derive(Serialize)]
struct Answer<'a> {
    clickid: &'a str,
    url: &'a str,
}

pub(crate) async fn redirect(
    State(state): State<AppState>,
    campaign: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let live = state.live();
    let unknown = || {
        meter::clicked("unknown_campaign");
        plain(StatusCode::NOT_FOUND, "there is no such campaign\n")
    };
    let Ok(Path(id)) = campaign else { return unknown() };
    if RESERVED.contains(&id.as_str()) {
        return unknown();
    }
    let Some(campaign) = live.tracker.campaign(&id) else {
        return unknown();
    };
    let query = query.unwrap_or_default();
    let as_json = query.split('&').any(|pair| pair == "format=json");
    let answer = async {
        let routed = route(&live.tracker, &state, &live.credentials, &id, caller, &query, &headers)?;
        let location = HeaderValue::from_str(&routed.url).map_err(|_| Lost::Unsendable)?;
        let record = state.shared.store.record(std::slice::from_ref(&routed.click));
        let recorded = tokio::time::timeout(state.shared.limits.store_timeout, record).await;
        if let Ok(Err(error)) = &recorded {
            tracing::error!(kind = ?error.kind(), error = %error, "the store failed");
        }
        matches!(recorded, Ok(Ok(())))
            .then_some((routed, location))
            .ok_or(Lost::NotStored)
    };
    match answer.await {
        Ok((routed, _)) if as_json => {
            meter::clicked("recorded");
            json(&Answer {
                clickid: routed.click.id.as_str(),
                url: &routed.url,
            })
        }
        Ok((_, location)) => {
            meter::clicked("recorded");
            found(location)
        }
        Err(lost) => {
            meter::clicked(if matches!(lost, Lost::NotStored) {
                "not_stored"
            } else {
                "not_routed"
            });
            tracing::warn!(campaign = %id, reason = lost.word(), "click was not taken");
            if as_json {
                return lost.answer(fault);
            }
            let fallback = live
                .tracker
                .fallback(campaign)
                .and_then(|url| HeaderValue::from_str(url).ok());
            fallback.map_or_else(
                || lost.answer(|status, text| plain(status, &format!("{text}\n"))),
                found,
            )
        }
    }
}

fn found(location: HeaderValue) -> Response {
    no_store((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}

/// Why a visitor cannot go to the offer.
#[derive(Debug)]
enum Lost {
    Route(RouteError),
    Unsendable,
    NotStored,
}

impl Lost {
    /// The kind of trouble, without what the visitor sent.
    fn word(&self) -> &'static str {
        match self {
            Self::Route(RouteError::NoPath(_)) => "no_path",
            Self::Route(RouteError::Query(_) | RouteError::TooLong(_)) => "query",
            Self::Route(_) | Self::Unsendable => "offer_url",
            Self::NotStored => "store",
        }
    }

    fn answer(&self, write: impl Fn(StatusCode, &str) -> Response) -> Response {
        match self {
            Self::Route(error @ (RouteError::Query(_) | RouteError::TooLong(_))) => {
                write(StatusCode::BAD_REQUEST, &error.to_string())
            }
            Self::Route(error @ (RouteError::UnknownCampaign(_) | RouteError::NoPath(_))) => {
                write(StatusCode::NOT_FOUND, &error.to_string())
            }
            Self::Route(_) | Self::Unsendable => {
                write(StatusCode::INTERNAL_SERVER_ERROR, "the offer's URL cannot be written")
            }
            Self::NotStored => retry_later(write(
                StatusCode::SERVICE_UNAVAILABLE,
                "the click was not stored, try again",
            )),
        }
    }
}

fn route(
    tracker: &Tracker,
    state: &AppState,
    credentials: &postback::tracker::Credentials,
    campaign: &str,
    caller: CallerAddress,
    query: &str,
    headers: &HeaderMap,
) -> Result<Routed, Lost> {
    let query = Query::parse(query.as_bytes()).map_err(|error| Lost::Route(error.into()))?;
    let mut visitor = BTreeMap::new();
    visitor.extend(referring_domain(headers).map(|domain| ("referrerdomain".to_owned(), domain)));
    visitor.extend(language(headers).map(|language| ("language".to_owned(), language)));
    let mut private = BTreeMap::new();
    private.extend(caller.0.map(|address| ("ip".to_owned(), Pii::new(address.to_string()))));
    private.extend(text(headers, &header::USER_AGENT).map(|agent| ("useragent".to_owned(), Pii::new(agent))));
    let visit = Visit {
        campaign,
        query: &query,
        at: state.now(),
        entropy: [state.random(), state.random(), state.random()],
        visitor,
        private,
    };
    Router::new(tracker)
        .route(visit, credentials.click_ids())
        .map_err(Lost::Route)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let text = headers.get(name)?.to_str().ok()?;
    // Header text is visible ASCII, so every place is a border between characters.
    Some(text.get(..MAX_HEADER).unwrap_or(text)).filter(|text| !text.is_empty())
}

fn referring_domain(headers: &HeaderMap) -> Option<String> {
    Url::parse(text(headers, &header::REFERER)?)
        .ok()?
        .host_str()
        .map(str::to_owned)
}

/// The first language of `Accept-Language`, as the browser wrote it.
fn language(headers: &HeaderMap) -> Option<String> {
    let first = text(headers, &header::ACCEPT_LANGUAGE)?
        .split([',', ';'])
        .next()?
        .trim();
    let is_tag = first.len() <= MAX_LANGUAGE && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_tag && !first.is_empty()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        headers
    }

    #[test]
    fn the_language_is_the_first_tag() {
        for (value, expected) in [
            ("de-DE,de;q=0.9,en;q=0.8", Some("de-DE")),
            ("en", Some("en")),
            ("fr;q=0.5", Some("fr")),
            ("*", None),
            ("", None),
            ("<script>", None),
        ] {
            assert_eq!(
                language(&headers("accept-language", value)).as_deref(),
                expected,
                "{value}"
            );
        }
        for (length, taken) in [
            (MAX_LANGUAGE - 1, true),
            (MAX_LANGUAGE, true),
            (MAX_LANGUAGE + 1, false),
        ] {
            assert_eq!(
                language(&headers("accept-language", &"a".repeat(length))).is_some(),
                taken
            );
        }
    }

    #[test]
    fn of_a_referrer_only_the_host_is_kept() {
        let domain = |value| referring_domain(&headers("referer", value));
        assert_eq!(
            domain("https://user@news.example.com:8443/private?q=1").as_deref(),
            Some("news.example.com")
        );
        assert_eq!(domain("about:blank"), None);
        assert_eq!(domain("no url"), None);
    }

    #[test]
    fn a_header_is_cut_at_1024_bytes() {
        for (length, kept) in [
            (MAX_HEADER - 1, MAX_HEADER - 1),
            (MAX_HEADER, MAX_HEADER),
            (MAX_HEADER + 1, MAX_HEADER),
        ] {
            let headers = headers("user-agent", &"a".repeat(length));
            assert_eq!(text(&headers, &header::USER_AGENT).unwrap().len(), kept);
        }
    }
}
