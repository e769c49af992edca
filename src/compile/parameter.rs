//! The parameter table of an offer source, and the meanings of its postbacks' query parameters.

use crate::config::{Place, Refusal};
use crate::definition::{self, OfferSource};
use crate::lookup::is_new;
use crate::model::ParameterRole;
use crate::network::{MAX_PARAMETER_NAME, Meaning, ParameterMap, SourceParameter};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

/// The table of a source's own parameters, and what each parameter of its postbacks means. `usual`
/// has the meanings that hold where the source says nothing.
pub(super) fn resolve(
    source: &OfferSource,
    place: &Place<'_>,
    usual: ParameterMap,
) -> (Vec<SourceParameter>, ParameterMap) {
    let mut seen = BTreeSet::new();
    let rows = place.rows("parameter", &source.parameters);
    let parameters = rows.filter_map(|(place, row)| {
        let read = parameter(row, &place, &mut seen)?;
        Some((place, read))
    });
    let parameters: Vec<(Place<'_>, SourceParameter)> = parameters.collect();
    let names = names(source, place, &parameters, usual);
    for (place, parameter) in &parameters {
        check_meaning(place, parameter, &names);
    }
    (parameters.into_iter().map(|(_, parameter)| parameter).collect(), names)
}

fn parameter(
    row: &definition::SourceParameter,
    place: &Place<'_>,
    seen: &mut BTreeSet<String>,
) -> Option<SourceParameter> {
    let name = place.at("name").accept(parameter_name(&row.name));
    let pasted = row.macro_text.as_deref().map(macro_text);
    let pasted = pasted.and_then(|text| place.at("macro").accept(text));
    let pasted = pasted.unwrap_or_default();
    if pasted == "{r}" && row.from.is_empty() {
        let place = place.at("macro");
        place.problem("`{r}` is read from the notification, and `from` does not say where");
    }
    let name = name?;
    is_new(&place.at("name"), &name, seen);
    Some(SourceParameter {
        name,
        macro_text: pasted,
        role: row.role.clone(),
        from: row.from.clone(),
    })
}

/// The name of a parameter in a URL, as it is written there.
pub(super) fn parameter_name(text: &str) -> Result<String, Refusal> {
    match fitting(text)?
        .chars()
        .find(|c| !c.is_ascii_graphic() || matches!(c, '&' | '=' | '#' | '+' | '%'))
    {
        Some(character) => Err(format!("holds {character:?}, which is not allowed in a parameter's name").into()),
        None => Ok(text.into()),
    }
}

/// A name that is neither empty nor too long.
fn fitting(name: &str) -> Result<&str, Refusal> {
    if name.is_empty() {
        return Err("is empty".into());
    }
    if name.len() > MAX_PARAMETER_NAME {
        return Err(format!("is {} bytes long, at most {MAX_PARAMETER_NAME} are allowed", name.len()).into());
    }
    Ok(name)
}

/// The name of a cookie: a token (RFC 6265, section 4.1.1).
pub(super) fn cookie_name(text: &str) -> Result<String, Refusal> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match fitting(text)?.chars().find(|c| !is_token(*c)) {
        Some(character) => Err(format!("holds {character:?}, which is not allowed in a cookie's name").into()),
        None => Ok(text.into()),
    }
}

/// A macro to be pasted into another system's URL. Its grammar is that system's, but a character
/// that no URL can hold would break the URL.
pub(super) fn macro_text(text: &str) -> Result<String, Refusal> {
    match text.chars().find(|c| c.is_control() || c.is_whitespace()) {
        Some(character) => Err(format!("holds {character:?}, which no URL can hold").into()),
        None => Ok(text.into()),
    }
}

fn names(
    source: &OfferSource,
    place: &Place<'_>,
    parameters: &[(Place<'_>, SourceParameter)],
    map: ParameterMap,
) -> ParameterMap {
    let mut names = source.names.clone();
    // A row with the role of an id is that id, whatever its name is: the identity of the message
    // depends on it.
    let mut named_by_role = BTreeMap::new();
    for (place, parameter) in parameters {
        let word = match &parameter.role {
            Some(ParameterRole::EventId) => "event_id",
            Some(ParameterRole::OrderId) => "order_id",
            _ => continue,
        };
        let is_free = map.meaning(&parameter.name).is_none() && !names.values().any(|name| *name == parameter.name);
        if is_free && !names.contains_key(word) {
            names.insert(word.into(), parameter.name.clone());
            named_by_role.insert(word, place);
        }
    }
    map.clone().with_names(&names).unwrap_or_else(|errors| {
        for error in errors.into_errors() {
            match named_by_role.get(error.word()) {
                Some(row) => row.at("name").refuse(error),
                None => place.at("names").at(error.word()).refuse(error),
            }
        }
        map
    })
}

/// A row of the table may share its name with an id or a slot, but with nothing else that has a
/// meaning in a postback.
fn check_meaning(row: &Place<'_>, parameter: &SourceParameter, names: &ParameterMap) {
    match names.meaning(&parameter.name) {
        None | Some(Meaning::EventId | Meaning::OrderId | Meaning::Receipt | Meaning::Parent | Meaning::Sub(_)) => {}
        Some(meaning) => {
            let said = format!(
                "`{}` already means the postback's `{meaning}`; give the parameter another name",
                parameter.name
            );
            row.at("name").problem(said);
        }
    }
}
