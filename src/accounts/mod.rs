//! Compiles `[[conversion_api]]`: the accounts at ad platforms that campaigns tell of conversions.
//! (Layer 4.)

mod at;
mod interface;
mod made;
mod modes;
mod platform;
mod recipe;
mod texts;

use crate::config::{Place, Refusal};
use crate::conversion_api::{Account, ValueOf, names};
use crate::definition::{ConversionApi, Definition};
use crate::delivery::Lane;
use crate::lookup::{Context, named, template};
use crate::model::{Platform, Refunds, UserDatum};
use crate::scope::Field;
use crate::telling::Shares;
use crate::template::BodyTemplate;
use crate::value::{Amount, Money, PostbackId, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    sync::Arc,
};
use at::At;
use made::Made;
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
        let at = At::of(row, &recipes, place);
        account(row, at, place, context).map(Arc::new)
    })
}

fn account(row: &ConversionApi, at: Option<At>, place: &Place<'_>, context: &Context<'_>) -> Option<Account> {
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
    let at = at?;
    let names = event_names(row, &at, place, context);
    let origin = at.origin(row, place);
    let Made {
        terms,
        frames,
        check,
        adjusts,
        limit,
    } = at.made(row, place, context, origin.as_deref())?;
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
        adjusts,
        limit: row.max_batch.unwrap_or(limit).min(limit),
        event_id: event_id.map_or(Some(None), |parsed| parsed.map(Some))?,
        shares: Shares {
            forms: at.forms(),
            data: shares(row, &at),
            default_country: country.flatten(),
        },
        value: value?,
        refunds: row.refunds != Some(Refunds::Ignore),
        terms,
    })
}

/// The platform's name of the event for each conversion type. A type with an empty name is told
/// nothing.
fn event_names(row: &ConversionApi, own: &At, place: &Place<'_>, context: &Context<'_>) -> BTreeMap<TypeName, String> {
    let place = place.at("events");
    let mut names = BTreeMap::new();
    for (type_name, name) in &row.events {
        let at = place.at(type_name);
        let known = at.accept(type_name.parse::<TypeName>());
        let known = known.and_then(|type_name| context.type_name(&type_name, &at));
        match row.platform {
            _ if name.is_empty() => {}
            Some(Platform::Google) => drop(at.accept(digits(name))),
            _ => drop(at.accept(word(name))),
        }
        if let Some(known) = known {
            names.insert(known, name.clone());
        }
    }
    for (type_name, known) in &context.types {
        if !names.contains_key(type_name)
            && let Some(usual) = own.usual_name(type_name.as_str(), known.counts)
        {
            names.insert(type_name.clone(), usual);
        }
    }
    names.retain(|_, name| !name.is_empty());
    names
}

fn shares(row: &ConversionApi, at: &At) -> BTreeSet<UserDatum> {
    let usual = || at.usual_data();
    row.user_data.clone().unwrap_or_else(usual).into_iter().collect()
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
