//! Sends a visitor to an offer.
//!
//! The click is recorded before the visitor is redirected, in the store or in the journal, since
//! the sale of an unknown click id would stay unattributed. If the click cannot be recorded, or no
//! offer can take the visitor, the visitor is sent to the domain's fallback; without a fallback the
//! response is an error.

use crate::handle::Live;
use crate::meter;
use crate::record::{self, Recorded};
use crate::shared::Shared;
use http::HeaderValue;
use postback::model::ReferrerPolicy;
use postback::route::{RouteError, Routed, Router, Visit};
use postback::tracker::Campaign;
use postback::value::Pii;
use std::{collections::BTreeMap, net::IpAddr, sync::Arc};
use thiserror::Error;
use tokio::time::Instant;
use tracing::Instrument;
use url::Url;

/// The longest header value that a click keeps, in bytes. Longer user agents are cut.
const MAX_HEADER: usize = 1_024;
/// The longest language tag that is kept, in bytes (RFC 5646, section 4.4.1, asks for at least 35
/// characters).
const MAX_LANGUAGE: usize = 35;

/// A visitor who follows the link of a campaign. Everything but the campaign may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visitor<'a> {
    /// The campaign's id.
    pub campaign: &'a str,
    /// The query of the link, as it came.
    pub query: &'a [u8],
    /// The cookies of the request (header `Cookie`), as they came; several such headers are joined
    /// by `; `. Only those that a parameter of the traffic channel names are read.
    pub cookies: &'a [u8],
    /// The host of the request (header `Host`). It gives the domain if the campaign is unknown.
    pub host: Option<&'a str>,
    /// The visitor's IP address.
    pub address: Option<IpAddr>,
    /// The header `User-Agent`.
    pub user_agent: Option<&'a str>,
    /// The header `Referer`. Only its host is kept.
    pub referrer: Option<&'a str>,
    /// The header `Accept-Language`. Only its first tag is kept.
    pub accept_language: Option<&'a str>,
}

/// The error for a visitor who cannot be sent to an offer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Lost {
    /// The reason.
    pub reason: LostReason,
    /// The fallback URL of the domain, if it has one.
    pub fallback: Option<String>,
    /// The referrer policy of the redirect to the fallback.
    pub referrer_policy: ReferrerPolicy,
}

/// Why a visitor cannot be sent to an offer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LostReason {
    /// The campaign is not configured.
    #[error("there is no such campaign")]
    UnknownCampaign,
    /// No path takes the visitor, or the offer's URL cannot be written.
    #[error("{}", route_text(.0))]
    Route(#[source] RouteError),
    /// The offer's URL has characters that a header cannot have.
    #[error("the offer's URL cannot be written")]
    Unsendable,
    /// The click was not stored, as far as is known.
    #[error("the click was not stored, try again")]
    NotStored,
}

fn route_text(error: &RouteError) -> String {
    match error {
        RouteError::UnknownCampaign(_) | RouteError::NoPath(_) => error.to_string(),
        _ => LostReason::Unsendable.to_string(),
    }
}

impl LostReason {
    /// Returns the HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownCampaign | Self::Route(RouteError::UnknownCampaign(_) | RouteError::NoPath(_)) => 404,
            Self::Route(_) | Self::Unsendable => 500,
            Self::NotStored => 503,
        }
    }

    /// Returns the kind of problem as a word, without anything that the visitor sent.
    fn word(&self) -> &'static str {
        match self {
            Self::UnknownCampaign => "unknown_campaign",
            Self::Route(RouteError::NoPath(_)) => "no_path",
            Self::Route(_) | Self::Unsendable => "offer_url",
            Self::NotStored => "store",
        }
    }
}

/// Routes a visitor and records the click.
pub(crate) async fn visit(shared: &Arc<Shared>, visitor: &Visitor<'_>) -> Result<Routed, Lost> {
    let started = Instant::now();
    let live = shared.live();
    let routed = match found(shared, &live, visitor) {
        Ok(routed) => {
            let click = &routed.click;
            let span = tracing::info_span!("click", campaign = click.campaign.as_str(), click = %click.id);
            match record::record(shared, click).instrument(span).await {
                Some(recorded) => Ok((routed, recorded)),
                None => Err(LostReason::NotStored),
            }
        }
        Err(reason) => Err(reason),
    };
    let outcome = match &routed {
        Ok((_, Recorded::Stored)) => "recorded",
        Ok((_, Recorded::Journalled)) => "journalled",
        Err(LostReason::UnknownCampaign) => "unknown_campaign",
        Err(LostReason::NotStored) => "not_stored",
        Err(_) => "not_routed",
    };
    let campaign = live.tracker.campaign(visitor.campaign);
    meter::clicked(campaign.map(Campaign::id), outcome, started.elapsed());
    match &routed {
        // It is not logged, since scanners would fill the log.
        Ok(_) | Err(LostReason::UnknownCampaign) => {}
        Err(reason) => tracing::warn!(
            campaign = visitor.campaign,
            reason = reason.word(),
            "click was not taken"
        ),
    }
    match routed {
        Ok((routed, _)) => Ok(routed),
        Err(reason) => Err(lost(&live, visitor, reason)),
    }
}

/// Returns where a visitor would be sent, without recording a click. Its click id will never be
/// known.
pub(crate) fn preview(shared: &Shared, visitor: &Visitor<'_>) -> Result<Routed, Lost> {
    let live = shared.live();
    found(shared, &live, visitor).map_err(|reason| lost(&live, visitor, reason))
}

fn found(shared: &Shared, live: &Live, visitor: &Visitor<'_>) -> Result<Routed, LostReason> {
    match live.tracker.campaign(visitor.campaign) {
        Some(_) => route(shared, live, visitor),
        None => Err(LostReason::UnknownCampaign),
    }
}

fn lost(live: &Live, visitor: &Visitor<'_>, reason: LostReason) -> Lost {
    let tracker = &live.tracker;
    let fallback = tracker.fallback(tracker.campaign(visitor.campaign), visitor.host);
    Lost {
        reason,
        fallback: fallback.map(|fallback| fallback.url.to_owned()),
        referrer_policy: fallback.map_or_else(Default::default, |fallback| fallback.referrer_policy),
    }
}

fn route(shared: &Shared, live: &Live, visitor: &Visitor<'_>) -> Result<Routed, LostReason> {
    let mut plain = BTreeMap::new();
    let referrer = visitor.referrer.and_then(referring_domain);
    plain.extend(referrer.map(|domain| ("referrerdomain".to_owned(), domain)));
    let language = visitor.accept_language.and_then(language);
    plain.extend(language.map(|language| ("language".to_owned(), language)));
    let mut private = BTreeMap::new();
    private.extend(
        visitor
            .address
            .map(|address| ("ip".to_owned(), Pii::new(address.to_string()))),
    );
    let agent = visitor.user_agent.and_then(kept);
    private.extend(agent.map(|agent| ("useragent".to_owned(), Pii::new(agent))));
    let random = || shared.entropy.next_u64();
    let visit = Visit {
        campaign: visitor.campaign,
        query: visitor.query,
        cookies: visitor.cookies,
        at: shared.now(),
        entropy: [random(), random(), random()],
        visitor: plain,
        private,
    };
    let routed = Router::new(&live.tracker).route(visit, live.credentials.click_ids());
    let routed = routed.map_err(LostReason::Route)?;
    match HeaderValue::from_str(&routed.url) {
        Ok(_) => Ok(routed),
        Err(_) => Err(LostReason::Unsendable),
    }
}

/// Returns the part of a header's text that is kept.
fn kept(text: &str) -> Option<&str> {
    let fits = (0..=MAX_HEADER).rev().find_map(|end| text.get(..end));
    let text = if text.len() > MAX_HEADER { fits? } else { text };
    Some(text).filter(|text| !text.is_empty())
}

fn referring_domain(referrer: &str) -> Option<String> {
    Url::parse(kept(referrer)?).ok()?.host_str().map(str::to_owned)
}

/// Returns the first language of `Accept-Language`, as the browser wrote it.
fn language(accepted: &str) -> Option<String> {
    let first = kept(accepted)?.split([',', ';']).next()?.trim();
    let is_tag = first.len() <= MAX_LANGUAGE && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_tag && !first.is_empty()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(language(value).as_deref(), expected, "{value}");
        }
        for (length, taken) in [
            (MAX_LANGUAGE - 1, true),
            (MAX_LANGUAGE, true),
            (MAX_LANGUAGE + 1, false),
        ] {
            assert_eq!(language(&"a".repeat(length)).is_some(), taken);
        }
    }

    #[test]
    fn of_a_referrer_only_the_host_is_kept() {
        assert_eq!(
            referring_domain("https://user@news.example.com:8443/private?q=1").as_deref(),
            Some("news.example.com")
        );
        assert_eq!(referring_domain("about:blank"), None);
        assert_eq!(referring_domain("no url"), None);
    }

    #[test]
    fn a_header_is_cut_at_1024_bytes() {
        for (length, expected) in [
            (MAX_HEADER - 1, MAX_HEADER - 1),
            (MAX_HEADER, MAX_HEADER),
            (MAX_HEADER + 1, MAX_HEADER),
        ] {
            assert_eq!(kept(&"a".repeat(length)).unwrap().len(), expected);
        }
        assert_eq!(kept(&"ä".repeat(MAX_HEADER)).unwrap().len(), MAX_HEADER);
    }
}
