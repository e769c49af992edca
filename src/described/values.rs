//! The values of a recipe's members.

use super::terms::Terms;
use crate::ad_id::{click_id, fbc, fbp};
use crate::draft::json_text;
use crate::model::{ParameterRole, UserDatum};
use crate::recipe::{MemberSource, Part, WrittenAs};
use crate::telling::{Subject, listed};
use crate::user_data::sha256_hex;
use crate::value::{Amount, Timestamp};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// The value of a member, as JSON. In a list of its own it is what stands between the brackets.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) json: String,
    pub(super) is_personal: bool,
}

/// The value of a member; none if it is not known.
pub(super) fn value(terms: &Terms, subject: &Subject<'_>, part: &Part) -> Option<Value> {
    let Part::From {
        source,
        written,
        is_list,
        ..
    } = part
    else {
        return None;
    };
    let json = match source {
        MemberSource::Person(datum) => of_person(subject, *datum, *written)?,
        MemberSource::Role(role) => of_role(subject, role, *written, *is_list)?,
        source => of_event(terms, subject, source, *written)?,
    };
    Some(Value {
        json,
        is_personal: source.is_personal(),
    })
}

fn of_event(terms: &Terms, subject: &Subject<'_>, source: &MemberSource, written: WrittenAs) -> Option<String> {
    let Subject { told, name, id, .. } = *subject;
    let recipe = &terms.recipe.recipe;
    let text = |text: &str| Some(json_text(text)).filter(|_| !text.is_empty());
    match source {
        MemberSource::EventName if recipe.is_standard(name) => text(name),
        MemberSource::EventName => text(recipe.custom.as_deref().unwrap_or(name)),
        MemberSource::CustomName => text(name).filter(|_| !recipe.is_standard(name)),
        MemberSource::EventId => text(id),
        MemberSource::OrderId => text(&told.order()?),
        MemberSource::Time => Some(time(told.at(), written)),
        MemberSource::Value => Some(amount(subject.value?.amount, written)),
        MemberSource::Currency => text(subject.value?.currency.as_str()),
        MemberSource::ActionSource => text(terms.source_of(&told.conversion.shown)?),
        source => terms.own(source),
    }
}

fn time(at: Timestamp, written: WrittenAs) -> String {
    match written {
        WrittenAs::Milliseconds => format!("{}", at.unix_millis()),
        WrittenAs::Rfc3339 => json_text(&at.to_string()),
        _ => format!("{}", at.unix_seconds()),
    }
}

fn amount(amount: Amount, written: WrittenAs) -> String {
    match written {
        WrittenAs::Text => json_text(&amount.to_string()),
        _ => amount.to_string(),
    }
}

fn of_person(subject: &Subject<'_>, datum: UserDatum, written: WrittenAs) -> Option<String> {
    let person = subject.person;
    let plain = match datum {
        UserDatum::Ip => person.ip?,
        UserDatum::UserAgent => person.user_agent?,
        // It was normalised, and hashed where the recipe wants it.
        datum => return person.get(datum).map(json_text),
    };
    Some(match written {
        WrittenAs::Hash => json_text(&sha256_hex(plain.trim())),
        _ => json_text(plain),
    })
}

fn of_role(subject: &Subject<'_>, role: &ParameterRole, written: WrittenAs, is_list: bool) -> Option<String> {
    let told = subject.told;
    let of_click = |role: ParameterRole| told.click_parameter(role);
    match role {
        ParameterRole::NumItems => {
            let count: u32 = told.parameter(role)?.parse().ok()?;
            let text = count.to_string();
            Some(if written == WrittenAs::Text {
                json_text(&text)
            } else {
                text
            })
        }
        ParameterRole::ContentIds if is_list => {
            let ids = listed(told.parameter(role)?).map(json_text);
            let ids: Vec<String> = ids.collect();
            Some(ids.join(",")).filter(|ids| !ids.is_empty())
        }
        ParameterRole::Fbc => {
            let (cookie, fbclid) = (of_click(ParameterRole::Fbc), of_click(ParameterRole::Fbclid));
            let made = fbc(cookie.as_deref(), fbclid.as_deref(), told.scope.click.at);
            Some(json_text(made.ok()??.as_str()))
        }
        ParameterRole::Fbp => {
            let made = fbp(of_click(ParameterRole::Fbp).as_deref()).ok()??;
            Some(json_text(made.as_str()))
        }
        role if role.is_click_id() => {
            let id = of_click(role.clone())?;
            click_id(role, &id).ok().map(json_text)
        }
        role => {
            let text = told.parameter(role)?;
            Some(json_text(text)).filter(|_| !text.is_empty())
        }
    }
}
