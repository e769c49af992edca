//! Conversion APIs: the accounts at ad platforms, and the rules by which campaigns tell them.

use super::account::domain_url;
use super::context::Context;
use super::rows::{named, template};
use crate::config::{Place, Refusal, one_of};
use crate::conversion_api::{Account, Terms, ValueOf, google, meta, microsoft, names, tiktok};
use crate::definition::{ConversionApi, Definition};
use crate::delivery::Lane;
use crate::model::{Platform, UserDatum};
use crate::outbound::Outbound;
use crate::scope::Field;
use crate::template::BodyTemplate;
use crate::user_data::Country;
use crate::value::{Amount, Money, PostbackId, TypeName};
use alloc::{
    borrow::ToOwned,
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    sync::Arc,
};

/// The keys that only some platforms have.
const KEYS: &[(&str, &[Platform], fn(&ConversionApi) -> bool)] = {
    use Platform::{Google, Meta, Microsoft, TikTok};
    &[
        ("pixel", &[Meta, TikTok, Microsoft], |row| row.pixel.is_some()),
        ("account", &[Google], |row| row.account.is_some()),
        ("login_account", &[Google], |row| row.login_account.is_some()),
        ("app_secret", &[Meta], |row| row.app_secret.is_some()),
        ("api_version", &[Meta, TikTok], |row| row.api_version.is_some()),
        ("action_source", &[Meta, Google], |row| row.action_source.is_some()),
        ("action_sources", &[Meta, Google], |row| !row.action_sources.is_empty()),
        ("event_source_url", &[Meta, TikTok, Microsoft], |row| {
            row.event_source_url.is_some()
        }),
        ("test_event_code", &[Meta, TikTok], |row| row.test_event_code.is_some()),
        ("validate_only", &[Google], |row| row.validate_only),
        ("consent", &[Google, Microsoft], |row| row.consent.is_some()),
        ("opt_out", &[Meta], |row| row.opt_out),
        ("limited_data_use", &[Meta, TikTok], |row| row.limited_data_use),
        ("partner", &[Meta, TikTok, Microsoft], |row| row.partner.is_some()),
    ]
};

/// `[[conversion_api]]`: the accounts that campaigns refer to.
pub(super) fn resolve(
    definition: &Definition,
    root: &Place<'_>,
    context: &Context<'_>,
) -> BTreeMap<PostbackId, Arc<Account>> {
    let rows = (root, "conversion_api", definition.conversion_apis.as_slice());
    named(rows, ("id", |row| &row.id), |row, place| {
        account(row, place, context).map(Arc::new)
    })
}

fn account(row: &ConversionApi, place: &Place<'_>, context: &Context<'_>) -> Option<Account> {
    for (key, platforms, is_set) in KEYS {
        if is_set(row) && !platforms.contains(&row.platform) {
            place.at(key).problem(format!("{} has no such key", row.platform));
        }
    }
    let value = row.value.as_deref().unwrap_or("payout");
    let value = place.at("value").accept(value_of(value, context));
    let event_id = row.event_id.as_ref();
    let event_id = event_id.map(|text| event_id_template(text, &place.at("event_id")));
    let country = row.default_country.as_ref();
    let country = country.map(|text| place.at("default_country").accept(country_of(text)));
    let names = event_names(row, place, context);
    let origin = origin(row, place);
    let made = match row.platform {
        Platform::Meta => of_meta(row, place, context, origin.as_deref()),
        Platform::TikTok => of_tiktok(row, place, origin.as_deref()),
        Platform::Google => of_google(row, place, context, origin.as_deref()),
        Platform::Microsoft => of_microsoft(row, place, origin.as_deref()),
    };
    let Made {
        terms,
        frames,
        check,
        limit,
    } = made?;
    let events = names.into_iter().map(|(type_name, name)| {
        let frame = frames(&name);
        (type_name, names::EventTerms { name, frame })
    });
    Some(Account {
        id: row.id.clone(),
        platform: row.platform,
        lane: Lane::new(&origin?).with_account(row.id.as_str()),
        events: events.collect(),
        check,
        limit: row.max_batch.unwrap_or(limit).min(limit),
        event_id: event_id.map_or(Some(None), |parsed| parsed.map(Some))?,
        shares: shares(row),
        default_country: country.flatten(),
        value: value?,
        terms,
    })
}

/// What the part for a platform makes.
struct Made<'a> {
    terms: Terms,
    /// The request for an event of this name, without items.
    frames: Box<dyn Fn(&str) -> Outbound + 'a>,
    check: Option<Outbound>,
    limit: u32,
}

fn of_meta<'a>(
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
    Some(made(Terms::Meta(terms), request, meta::LIMIT))
}

fn of_tiktok<'a>(row: &'a ConversionApi, place: &Place<'_>, origin: Option<&str>) -> Option<Made<'a>> {
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
    Some(made(Terms::TikTok(terms), request, tiktok::LIMIT))
}

fn of_google<'a>(
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
    let at = place.at("consent");
    let consent = row.consent.clone().unwrap_or_default();
    let word = |text: &Option<String>, key| at.at(key).accept(agreed(text.as_deref())).flatten();
    let consent = google::Consent {
        ad_user_data: word(&consent.ad_user_data, "ad_user_data"),
        ad_personalization: word(&consent.ad_personalization, "ad_personalization"),
        role: consent.role,
    };
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
        limit: google::LIMIT,
    })
}

fn of_microsoft<'a>(row: &'a ConversionApi, place: &Place<'_>, origin: Option<&str>) -> Option<Made<'a>> {
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
    Some(made(Terms::Microsoft(terms), request, microsoft::LIMIT))
}

/// An account whose events all go in the same request.
fn made<'a>(terms: Terms, request: Outbound, limit: u32) -> Made<'a> {
    Made {
        terms,
        frames: Box::new(move |_| request.clone()),
        check: None,
        limit,
    }
}

/// The platform's name of the event for each conversion type. A type with an empty name is told
/// nothing.
fn event_names(row: &ConversionApi, place: &Place<'_>, context: &Context<'_>) -> BTreeMap<TypeName, String> {
    let place = place.at("events");
    let mut names = BTreeMap::new();
    for (type_name, name) in &row.events {
        let at = place.at(type_name);
        let known = at.accept(type_name.parse::<TypeName>());
        let known = known.and_then(|type_name| context.type_name(&type_name, &at));
        if row.platform == Platform::Google && !name.is_empty() {
            at.accept(digits(name));
        }
        if let Some(known) = known {
            names.insert(known, name.clone());
        }
    }
    for (type_name, known) in &context.types {
        if !names.contains_key(type_name)
            && let Some(usual) = names::usual(row.platform, type_name.as_str(), known.counts)
        {
            names.insert(type_name.clone(), usual);
        }
    }
    names.retain(|_, name| !name.is_empty());
    names
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

fn shares(row: &ConversionApi) -> BTreeSet<UserDatum> {
    let usual = || {
        let all = UserDatum::ALL.iter().copied();
        // Google wants no addresses of visitors in Europe, so that it gets none if nothing is said.
        let is_usual = |datum: &UserDatum| {
            row.platform != Platform::Google || !matches!(datum, UserDatum::Ip | UserDatum::UserAgent)
        };
        all.filter(is_usual).collect()
    };
    match &row.user_data {
        Some(named) => named.iter().copied().collect(),
        None => usual(),
    }
}

/// Which money is the value of an event.
pub(super) fn value_of(text: &str, context: &Context<'_>) -> Result<ValueOf, Refusal> {
    match text {
        "payout" => Ok(ValueOf::Payout),
        "sum" => Ok(ValueOf::Sum),
        "revenue" => Ok(ValueOf::Revenue),
        fixed => {
            let amount: Amount = fixed.parse().map_err(|_| {
                format!(
                    "`{}` is neither `payout`, `sum`, `revenue` nor an amount such as `25.00`",
                    fixed.escape_debug()
                )
            })?;
            let currency = context.currency;
            if amount.is_negative() {
                return Err(format!("`{amount}` is negative").into());
            }
            if amount.rounded(currency.digits()) != amount {
                let digits = currency.digits();
                return Err(
                    format!("`{amount}` is finer than {currency}, which has {digits} digits after the point").into(),
                );
            }
            Ok(ValueOf::Fixed(Money { amount, currency }))
        }
    }
}

fn event_id_template(text: &str, place: &Place<'_>) -> Option<BodyTemplate> {
    let read = template(BodyTemplate::parse(text, "text/plain"), place)?;
    if read.secrets().next().is_some() || read.fields().any(|field| matches!(field, Field::Private(_))) {
        place.problem("an event id holds neither a secret nor a personal value");
        return None;
    }
    if read.fields().next().is_none() {
        place
            .problem("has no macro, so that every event would have the same id; write `{order_id}.{type}` or the like");
        return None;
    }
    Some(read)
}

fn country_of(text: &str) -> Result<Country, Refusal> {
    let unknown = || format!("`{}` is no country; write two letters, as in `US`", text.escape_debug()).into();
    Country::named(text).ok_or_else(unknown)
}

/// Scheme and host of the platform, or what the account names in their place.
fn origin(row: &ConversionApi, place: &Place<'_>) -> Option<String> {
    let own = match row.platform {
        Platform::Meta => meta::ORIGIN,
        Platform::Google => google::ORIGIN,
        Platform::TikTok => tiktok::ORIGIN,
        Platform::Microsoft => microsoft::ORIGIN,
    };
    match &row.endpoint {
        Some(text) => place.at("endpoint").accept(domain_url(text)),
        None => Some(own.into()),
    }
}

/// The page of the conversions.
fn page(row: &ConversionApi, place: &Place<'_>) -> Option<String> {
    let text = row.event_source_url.as_deref()?;
    let read = super::account::web_url(text)
        .ok_or_else(|| format!("`{}` is not an absolute http or https URL", text.escape_debug()));
    place.at("event_source_url").accept(read)?;
    Some(text.into())
}

fn needed<'a>(text: Option<&'a str>, place: &Place<'_>) -> Option<&'a str> {
    if text.is_none_or(str::is_empty) {
        place.problem("is missing");
        return None;
    }
    text
}

fn numbered<'a>(text: Option<&'a str>, place: &Place<'_>) -> Option<&'a str> {
    let text = needed(text, place)?;
    place.accept(digits(text))?;
    Some(text)
}

fn digits(text: &str) -> Result<(), Refusal> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(format!("`{}` is not a number of digits alone", text.escape_debug()).into())
}

fn letters(text: &str) -> Result<&str, Refusal> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(text);
    }
    Err(format!("`{}` has other characters than letters and digits", text.escape_debug()).into())
}

/// A customer's number at Google Ads, without its dashes.
fn customer(text: &str) -> Result<String, Refusal> {
    let number: String = text.chars().filter(|c| *c != '-').collect();
    if number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(number);
    }
    Err(format!(
        "`{}` is no number of ten digits, as in `123-456-7890`",
        text.escape_debug()
    )
    .into())
}

/// The numbers of a version: `v25.0` has 25 and 0.
fn numbers_of(text: &str) -> Result<(u32, u32), Refusal> {
    let numbers = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    let numbers = numbers.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    numbers.ok_or_else(|| format!("`{}` is no version, as in `{}`", text.escape_debug(), meta::VERSION).into())
}

fn meta_version(text: &str) -> Result<&str, Refusal> {
    let (major, _) = numbers_of(text)?;
    if major < meta::OLDEST_VERSION {
        let oldest = meta::OLDEST_VERSION;
        return Err(format!(
            "`{}` is older than v{oldest}.0; Meta retires its versions",
            text.escape_debug()
        )
        .into());
    }
    Ok(text)
}

fn meta_partner(text: &str) -> Result<(), Refusal> {
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    if letters >= 2 && text.chars().count() < 23 {
        return Ok(());
    }
    Err("Meta takes a partner of fewer than 23 characters, at least two of them letters".into())
}

fn agreed(text: Option<&str>) -> Result<Option<bool>, Refusal> {
    match text {
        None => Ok(None),
        Some(text) => Ok(Some(one_of(text, "a consent", &["granted", "denied"])? == "granted")),
    }
}
