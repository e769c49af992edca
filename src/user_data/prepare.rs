//! A value as a platform compares it, and as it is sent.

use super::country::{Country, Home};
use super::field::{Field, Form, form};
use super::hash::{Came, came, sha256_hex};
use super::left_out::LeftOut;
use super::{date, email, gender, phone, place, state};
use crate::model::Platform;
use crate::text::{is_unfilled_macro, trimmed};
use crate::value::Pii;
use alloc::{
    format,
    string::{String, ToString},
};

/// A value as the platform compares it, before it is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Normal {
    /// The normalised text.
    Text(Pii),
    /// The value came as a hash, which the platform takes as it is.
    Hash(Pii),
}

impl Normal {
    /// The text or the hash itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Text(text) | Self::Hash(text) => text.expose(),
        }
    }
}

/// A value as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prepared {
    /// The hash in lower-case hex digits, or the plain value.
    pub text: Pii,
    /// Which of the two it is.
    pub form: Form,
    /// Whether the value came as a hash.
    pub came_hashed: bool,
}

/// Brings a value into the form that the platform compares.
///
/// # Errors
/// - the platform has no place for the field
/// - the value is empty, unfilled, or nothing that the field may hold; [`LeftOut`] lists the
///   reasons
/// - the value is a hash, and the platform takes none of its form
pub fn normal(platform: Platform, field: Field, text: &str, home: &Home) -> Result<Normal, LeftOut> {
    let form = form(platform, field).ok_or(LeftOut::NotTaken)?;
    let text = text.trim();
    // `{555} 123-4567` is a number, however it is set.
    let is_number = field == Field::Phone && text.bytes().any(|byte| byte.is_ascii_digit());
    if !is_number && is_unfilled_macro(text) {
        return Err(LeftOut::UnfilledMacro);
    }
    let text = trimmed(text).ok_or(LeftOut::Empty)?;
    if text.is_empty() {
        return Err(LeftOut::Empty);
    }
    // A plain id is an id, whatever its letters look like. So is one of 32 digits where no platform
    // takes such a hash: a UUID has as many.
    let is_id = |came: &Came| {
        let is_uuid = matches!(came, Came::Md5(_)) && platform != Platform::Meta;
        field == Field::ExternalId && (form == Form::Plain || is_uuid)
    };
    if let Some(came) = came(text).filter(|came| !is_id(came)) {
        return hash_of(platform, form, came).map(|hash| Normal::Hash(Pii::new(hash)));
    }
    let normal = normalised(platform, field, text, home)?;
    if normal.is_empty() {
        return Err(LeftOut::Empty);
    }
    Ok(Normal::Text(Pii::new(normal)))
}

/// Makes a value ready to be sent: [`normal`], and then hashed if the platform wants a hash.
///
/// # Errors
/// The same as of [`normal`].
pub fn prepare(platform: Platform, field: Field, text: &str, home: &Home) -> Result<Prepared, LeftOut> {
    let form = form(platform, field).ok_or(LeftOut::NotTaken)?;
    let (text, came_hashed) = match normal(platform, field, text, home)? {
        Normal::Hash(hash) => (hash, true),
        Normal::Text(text) if form == Form::Hashed => (Pii::new(sha256_hex(text.expose())), false),
        Normal::Text(text) => (text, false),
    };
    Ok(Prepared {
        text,
        form,
        came_hashed,
    })
}

fn hash_of(platform: Platform, form: Form, came: Came) -> Result<String, LeftOut> {
    match (form, came) {
        (Form::Plain, _) => Err(LeftOut::HashWherePlain),
        (Form::Hashed, Came::Sha256(hash)) => Ok(hash),
        (Form::Hashed, Came::Md5(hash) | Came::Built(hash)) if platform == Platform::Meta => Ok(hash),
        (Form::Hashed, Came::Md5(_) | Came::Built(_)) => Err(LeftOut::HashNotTaken),
    }
}

fn normalised(platform: Platform, field: Field, text: &str, home: &Home) -> Result<String, LeftOut> {
    match field {
        Field::Email => email::address(platform, text),
        Field::Phone => {
            let number = phone::number(text, home)?;
            Ok(if platform == Platform::Meta {
                number
            } else {
                format!("+{number}")
            })
        }
        Field::FirstName | Field::LastName => Ok(place::name(platform, text)),
        Field::Gender => gender::gender(text).map(String::from),
        Field::DateOfBirth => date::date(text),
        Field::City => place::city(platform, text),
        Field::State => state::state(platform, text, home),
        Field::Zip => place::zip(platform, text, home.known()),
        Field::Country => country(platform, text),
        Field::ExternalId => Ok(external_id(platform, text)),
    }
}

/// Google wants the code in upper case, the others in lower case (H; TikTok M).
fn country(platform: Platform, text: &str) -> Result<String, LeftOut> {
    let country = Country::named(text).ok_or(LeftOut::UnknownCountry)?.to_string();
    Ok(if platform == Platform::Google {
        country
    } else {
        country.to_lowercase()
    })
}

/// Meta's builder lowers an id and drops its blanks (R); elsewhere it is only trimmed (M).
fn external_id(platform: Platform, text: &str) -> String {
    if platform == Platform::Meta {
        let kept: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        kept.to_lowercase()
    } else {
        text.into()
    }
}
