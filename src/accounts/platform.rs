//! The part of an account that each platform has of its own.

use super::made::Made;
use crate::config::{Place, one_of};
use crate::conversion_api::texts::{
    agreed, customer, letters, meta_partner, meta_version, needed, numbered, numbers_of,
};
use crate::conversion_api::{Terms, google, meta, microsoft, tiktok};
use crate::definition::ConversionApi;
use crate::lookup::{Context, web_url};
use crate::value::TypeName;
use alloc::{borrow::ToOwned, boxed::Box, collections::BTreeMap, format, string::String};

pub(super) fn of_meta<'a>(
    row: &'a ConversionApi,
    place: &Place<'_>,
    context: &Context<'_>,
    origin: Option<&str>,
) -> Option<Made<'a>> {
    let pixel = numbered(row.pixel.as_deref(), &place.at("pixel"));
    let version = row.api_version.as_deref().unwrap_or(meta::VERSION);
    let version = place.at("api_version").accept(meta_version(version));
    let source = row.action_source.as_deref().unwrap_or("website");
    let source = one_of(source, "such a place", meta::ACTION_SOURCES);
    let source = place.at("action_source").accept(source);
    let sources = action_sources(row, place, context, meta::ACTION_SOURCES);
    let page = page(row, place);
    if source == Some("website") && row.event_source_url.is_none() {
        let said = "is missing: an event of a website needs the page of the conversion";
        place.at("event_source_url").problem(said);
    }
    if let Some(partner) = &row.partner {
        place.at("partner").accept(meta_partner(partner));
    }
    let frame = meta::Frame {
        origin: origin?,
        version: version?,
        pixel: pixel?,
        token: &row.token,
        app_secret: row.app_secret.as_ref(),
        test_event_code: row.test_event_code.as_deref(),
        partner: row.partner.as_deref(),
    };
    let request = frame.request();
    let terms = meta::Terms {
        pixel: pixel?.into(),
        action_source: source?.into(),
        action_sources: sources,
        event_source_url: page,
        opt_out: row.opt_out,
        limited_data_use: row.limited_data_use,
    };
    Some(Made::of(Terms::Meta(terms), request, meta::LIMIT))
}

pub(super) fn of_tiktok<'a>(row: &'a ConversionApi, place: &Place<'_>, origin: Option<&str>) -> Option<Made<'a>> {
    let pixel = needed(row.pixel.as_deref(), &place.at("pixel"));
    let pixel = pixel.and_then(|pixel| place.at("pixel").accept(letters(pixel)));
    let version = row.api_version.as_deref().unwrap_or(tiktok::VERSION);
    let version = place.at("api_version").accept(numbers_of(version).map(|_| version));
    let page = page(row, place);
    if row.event_source_url.is_none() {
        let said = "is missing: TikTok needs the page of the conversion";
        place.at("event_source_url").problem(said);
    }
    let frame = tiktok::Frame {
        origin: origin?,
        version: version?,
        pixel: pixel?,
        token: &row.token,
        test_event_code: row.test_event_code.as_deref(),
        partner: row.partner.as_deref(),
    };
    let request = frame.request();
    let terms = tiktok::Terms {
        pixel: pixel?.into(),
        event_source_url: page?,
        limited_data_use: row.limited_data_use,
    };
    Some(Made::of(Terms::TikTok(terms), request, tiktok::LIMIT))
}

pub(super) fn of_google<'a>(
    row: &'a ConversionApi,
    place: &Place<'_>,
    context: &Context<'_>,
    origin: Option<&str>,
) -> Option<Made<'a>> {
    let account = needed(row.account.as_deref(), &place.at("account"));
    let account = account.and_then(|number| place.at("account").accept(customer(number)));
    let login = row.login_account.as_deref();
    let login = login.map(|number| place.at("login_account").accept(customer(number)));
    let source = row.action_source.as_deref().unwrap_or("WEB");
    let source = one_of(source, "such a place", google::EVENT_SOURCES);
    let source = place.at("action_source").accept(source);
    let consent = consent_of(row, place);
    let sources = action_sources(row, place, context, google::EVENT_SOURCES);
    let terms = google::Terms {
        account: account.clone()?,
        event_source: source?.into(),
        event_sources: sources,
        consent,
    };
    let frame = google::Frame {
        origin: origin?.to_owned(),
        account: account?,
        login_account: login.map_or(Some(None), |login| login.map(Some))?,
        token: row.token.clone(),
        validate_only: row.validate_only,
    };
    let check = frame.check();
    Some(Made {
        terms: Terms::Google(terms),
        frames: Box::new(move |action| frame.request(action)),
        check,
        adjusts: None,
        limit: google::LIMIT,
    })
}

/// Whether the visitors agreed, as Google is told it.
pub(super) fn consent_of(row: &ConversionApi, place: &Place<'_>) -> google::Consent {
    let at = place.at("consent");
    let consent = row.consent.clone().unwrap_or_default();
    let word = |text: &Option<String>, key| at.at(key).accept(agreed(text.as_deref())).flatten();
    google::Consent {
        ad_user_data: word(&consent.ad_user_data, "ad_user_data"),
        ad_personalization: word(&consent.ad_personalization, "ad_personalization"),
        role: consent.role,
    }
}

pub(super) fn of_microsoft<'a>(row: &'a ConversionApi, place: &Place<'_>, origin: Option<&str>) -> Option<Made<'a>> {
    let tag = numbered(row.pixel.as_deref(), &place.at("pixel"));
    let page = page(row, place);
    let at = place.at("consent");
    let consent = row.consent.clone().unwrap_or_default();
    if consent.ad_personalization.is_some() || consent.role.is_some() {
        at.problem("Microsoft has one word of consent, `ad_user_data`");
    }
    let consent = at.at("ad_user_data").accept(agreed(consent.ad_user_data.as_deref()));
    let frame = microsoft::Frame {
        origin: origin?,
        tag: tag?,
        token: &row.token,
        partner: row.partner.as_deref(),
    };
    let request = frame.request();
    let terms = microsoft::Terms {
        tag: tag?.into(),
        event_source_url: page,
        consent: consent?,
    };
    Some(Made::of(Terms::Microsoft(terms), request, microsoft::LIMIT))
}

/// Where the conversions of some types happened.
fn action_sources(
    row: &ConversionApi,
    place: &Place<'_>,
    context: &Context<'_>,
    words: &[&str],
) -> BTreeMap<TypeName, String> {
    let place = place.at("action_sources");
    let named = row.action_sources.iter().filter_map(|(type_name, word)| {
        let at = place.at(type_name);
        let type_name = at.accept(type_name.parse::<TypeName>())?;
        let known = context.type_name(&type_name, &at);
        let word = at.accept(one_of(word, "such a place", words))?;
        Some((known?, word.to_owned()))
    });
    named.collect()
}

/// The page of the conversions.
fn page(row: &ConversionApi, place: &Place<'_>) -> Option<String> {
    let text = row.event_source_url.as_deref()?;
    let read = web_url(text).ok_or_else(|| format!("`{}` is not an absolute http or https URL", text.escape_debug()));
    place.at("event_source_url").accept(read)?;
    Some(text.into())
}
