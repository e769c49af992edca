//! The parameter table of an offer source, and which query parameter of its postbacks means what.

use crate::clickbank::ins::Path;
use crate::config::{MAX_ENTRIES, Node, Refusal, Table};
use crate::model::{AccountRole, Role, SLOTS};
use crate::network::{MAX_PARAMETER_NAME, Meaning, ParameterMap};
use crate::tracker::compiled::SourceParameter;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

pub(super) fn parameters(row: &Table<'_>) -> Vec<SourceParameter> {
    let mut seen = BTreeSet::new();
    let mut parameters = Vec::new();
    for row in row.rows("parameter", usize::from(SLOTS)) {
        row.only(&["name", "macro", "role", "from"]);
        let name = row.needed("name", parameter_name);
        let macro_text = row.text("macro").unwrap_or_default();
        let from = match row.node("from") {
            Some(Node::Text(_)) => row.parsed("from", str::parse).into_iter().collect(),
            _ => row.parsed_list("from", MAX_ENTRIES, str::parse::<Path>),
        };
        if macro_text == "{r}" && !row.has("from") {
            row.problem(
                "macro",
                "`{r}` is read from the notification, and `from` does not say where",
            );
        }
        let role = row.text("role").map(Role::from);
        let Some(name) = name else { continue };
        if !seen.insert(name.clone()) {
            row.problem("name", format!("`{name}` is given twice"));
        }
        parameters.push(SourceParameter {
            name,
            macro_text: macro_text.into(),
            role,
            from,
        });
    }
    parameters
}

/// The name of a parameter in a URL, as it is written there.
pub(super) fn parameter_name(text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Err("is empty".into());
    }
    if text.len() > MAX_PARAMETER_NAME {
        return Err(format!("is {} bytes long, at most {MAX_PARAMETER_NAME} are allowed", text.len()).into());
    }
    match text
        .chars()
        .find(|c| !c.is_ascii_graphic() || matches!(c, '&' | '=' | '#' | '+' | '%'))
    {
        Some(character) => Err(format!("holds {character:?}, which is not allowed in a parameter's name").into()),
        None => Ok(text.into()),
    }
}

pub(super) fn names(row: &Table<'_>, parameters: &[SourceParameter], clickbank: Option<AccountRole>) -> ParameterMap {
    let map = clickbank.map_or_else(ParameterMap::generic, ParameterMap::clickbank_s2s);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (_, word, name) in row.text_entries("names") {
        names.insert(word.into(), name.into());
    }
    // A row with the role of an id is that id, under whatever name: the identity of the message depends on it.
    for parameter in parameters {
        let word = match &parameter.role {
            Some(Role::EventId) => "event_id",
            Some(Role::OrderId) => "order_id",
            _ => continue,
        };
        if map.meaning(&parameter.name).is_none() && !names.values().any(|name| *name == parameter.name) {
            names.entry(word.into()).or_insert_with(|| parameter.name.clone());
        }
    }
    match map.clone().with_names(&names) {
        Ok(renamed) => renamed,
        Err(errors) => {
            for error in errors {
                row.refuse(format!("{}.{}", row.at("names"), error.word()), format!("{error}"));
            }
            map
        }
    }
}

/// A row of the table may share its name with an id or a slot; with nothing else that a postback means.
pub(super) fn check_meanings(row: &Table<'_>, parameters: &[SourceParameter], names: &ParameterMap) {
    for (index, parameter) in parameters.iter().enumerate() {
        match names.meaning(&parameter.name) {
            None | Some(Meaning::EventId | Meaning::OrderId | Meaning::Receipt | Meaning::Parent | Meaning::Sub(_)) => {
            }
            Some(meaning) => {
                let path = format!("{}[{index}].name", row.at("parameter"));
                row.report().add(
                    path,
                    format!("`{}` is the postback's `{meaning}` already", parameter.name),
                );
            }
        }
    }
}
