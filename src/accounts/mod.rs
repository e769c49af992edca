//! Compiles `[[conversion_api]]`: the accounts at ad platforms that campaigns tell of conversions.
//! (Layer 4.)

mod platform;
mod recipe;
mod texts;

use crate::config::{Place, Refusal};
use crate::conversion_api::{Account, AdPlatform, ValueOf, names};
use crate::definition::{ConversionApi, Definition};
use crate::delivery::Lane;
use crate::lookup::{Context, named, template};
use crate::model::{Counts, Platform, UserDatum};
use crate::recipe::Checked;
use crate::scope::Field;
use crate::telling::{Forms, Shares};
use crate::template::BodyTemplate;
use crate::value::{Amount, Money, PostbackId, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    sync::Arc,
};
use platform::Made;
use texts::{country_of, digits, word};

/// `[[conversion_api]]`: the accounts that campaigns refer to.
pub(crate) fn resolve(
    definition: &Definition,
    root: &Place<'_>,
    context: &Context<'_>,
) -> BTreeMap<PostbackId, Arc<Account>> {
    let recipes = recipe::recipes(definition, root);
    let rows = (root, "conversion_api", definition.conversion_apis.as_slice());
    named(rows, ("id", |row| &row.id), |row, place| {
        let at = At::of(row, &recipes, place)?;
        account(row, &at, place, context).map(Arc::new)
    })
}

/// Which platform an account is at.
enum At {
    Known(Platform),
    Recipe(Arc<Checked>),
}

impl At {
    fn of(row: &ConversionApi, recipes: &recipe::Recipes, place: &Place<'_>) -> Option<Self> {
        match (row.platform, &row.recipe) {
            (Some(platform), None) => Some(Self::Known(platform)),
            (None, Some(id)) => recipe::named_so(id, recipes, &place.at("recipe")).map(Self::Recipe),
            (Some(_), Some(_)) => {
                place
                    .at("recipe")
                    .problem("stands beside `platform`; an account has one of them");
                None
            }
            (None, None) => {
                place
                    .at("platform")
                    .problem("is missing; name the platform, or a `recipe`");
                None
            }
        }
    }

    fn usual_name(&self, type_name: &str, counts: Counts) -> Option<String> {
        match self {
            Self::Known(platform) => names::usual(*platform, type_name, counts),
            Self::Recipe(recipe) => recipe.recipe.usual(type_name, counts),
        }
    }

    fn forms(&self) -> Forms {
        match self {
            Self::Known(platform) => Forms::Of(*platform),
            Self::Recipe(recipe) => recipe::forms(recipe),
        }
    }

    fn name(&self) -> AdPlatform {
        match self {
            Self::Known(platform) => AdPlatform::Known(*platform),
            Self::Recipe(recipe) => AdPlatform::Recipe(recipe.recipe.id.clone()),
        }
    }
}

fn account(row: &ConversionApi, at: &At, place: &Place<'_>, context: &Context<'_>) -> Option<Account> {
    match at {
        At::Known(platform) => foreign_keys(row, *platform, place),
        At::Recipe(recipe) => recipe::foreign_keys(row, recipe, place),
    }
    for (key, text) in [("test_event_code", &row.test_event_code), ("partner", &row.partner)] {
        if let Some(text) = text {
            place.at(key).accept(word(text));
        }
    }
    let value = row.value.as_deref().unwrap_or("payout");
    let value = place.at("value").accept(value_of(value, context));
    let event_id = row.event_id.as_ref();
    let event_id = event_id.map(|text| event_id_template(text, &place.at("event_id")));
    let country = row.default_country.as_ref();
    let country = country.map(|text| place.at("default_country").accept(country_of(text)));
    let names = event_names(row, at, place, context);
    let origin = match at {
        At::Known(platform) => platform::origin(row, platform::own_origin(*platform), place),
        At::Recipe(recipe) => platform::origin(row, &recipe.origin, place),
    };
    let made = match at {
        At::Known(platform) => platform::of(row, *platform, place, context, origin.as_deref()),
        At::Recipe(recipe) => recipe::of(row, recipe, place, context, origin.as_deref()),
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
        platform: at.name(),
        lane: Lane::new(&origin?).with_account(row.id.as_str()),
        events: events.collect(),
        check,
        limit: row.max_batch.unwrap_or(limit).min(limit),
        event_id: event_id.map_or(Some(None), |parsed| parsed.map(Some))?,
        shares: Shares {
            forms: at.forms(),
            data: shares(row),
            default_country: country.flatten(),
        },
        value: value?,
        terms,
    })
}

/// Reports the keys that the row's platform does not have.
fn foreign_keys(row: &ConversionApi, platform: Platform, place: &Place<'_>) {
    use Platform::{Google, Meta, Microsoft, TikTok};
    let keys: [(&str, bool, &[Platform]); 14] = [
        ("pixel", row.pixel.is_some(), &[Meta, TikTok, Microsoft]),
        ("account", row.account.is_some(), &[Google]),
        ("login_account", row.login_account.is_some(), &[Google]),
        ("app_secret", row.app_secret.is_some(), &[Meta]),
        ("api_version", row.api_version.is_some(), &[Meta, TikTok]),
        ("action_source", row.action_source.is_some(), &[Meta, Google]),
        ("action_sources", !row.action_sources.is_empty(), &[Meta, Google]),
        (
            "event_source_url",
            row.event_source_url.is_some(),
            &[Meta, TikTok, Microsoft],
        ),
        ("test_event_code", row.test_event_code.is_some(), &[Meta, TikTok]),
        ("validate_only", row.validate_only, &[Google]),
        ("consent", row.consent.is_some(), &[Google, Microsoft]),
        ("opt_out", row.opt_out, &[Meta]),
        ("limited_data_use", row.limited_data_use, &[Meta, TikTok]),
        ("partner", row.partner.is_some(), &[Meta, TikTok, Microsoft]),
    ];
    for (key, is_set, platforms) in keys {
        if is_set && !platforms.contains(&platform) {
            place.at(key).problem(format!("{platform} has no such key"));
        }
    }
}

/// The platform's name of the event for each conversion type. A type with an empty name is told
/// nothing.
fn event_names(
    row: &ConversionApi,
    platform: &At,
    place: &Place<'_>,
    context: &Context<'_>,
) -> BTreeMap<TypeName, String> {
    let place = place.at("events");
    let mut names = BTreeMap::new();
    for (type_name, name) in &row.events {
        let at = place.at(type_name);
        let known = at.accept(type_name.parse::<TypeName>());
        let known = known.and_then(|type_name| context.type_name(&type_name, &at));
        match platform {
            _ if name.is_empty() => {}
            At::Known(Platform::Google) => drop(at.accept(digits(name))),
            _ => drop(at.accept(word(name))),
        }
        if let Some(known) = known {
            names.insert(known, name.clone());
        }
    }
    for (type_name, known) in &context.types {
        if !names.contains_key(type_name)
            && let Some(usual) = platform.usual_name(type_name.as_str(), known.counts)
        {
            names.insert(type_name.clone(), usual);
        }
    }
    names.retain(|_, name| !name.is_empty());
    names
}

fn shares(row: &ConversionApi) -> BTreeSet<UserDatum> {
    if let Some(named) = &row.user_data {
        return named.iter().copied().collect();
    }
    // Google wants no addresses of visitors in Europe, so that it gets none if nothing is said.
    let is_usual = |datum: &&UserDatum| {
        row.platform != Some(Platform::Google) || !matches!(datum, UserDatum::Ip | UserDatum::UserAgent)
    };
    UserDatum::ALL.iter().filter(is_usual).copied().collect()
}

/// Which money is the value of an event.
pub(crate) fn value_of(text: &str, context: &Context<'_>) -> Result<ValueOf, Refusal> {
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
    let tells_apart = |field: &Field| {
        use Field::{ClickId, ConversionSub, EventId, ExternalId, OrderId, PostbackId, RefId, Sub};
        matches!(
            field,
            ClickId | ConversionSub(_) | EventId | ExternalId | OrderId | PostbackId | RefId | Sub(_)
        )
    };
    if !read.fields().any(tells_apart) {
        place.problem("has no macro that tells two sales apart; write `{order_id}.{type}` or the like");
        return None;
    }
    Some(read)
}
