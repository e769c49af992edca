//! The parameter table of an offer source, and which query parameter of its postbacks means what.

use super::rows::is_new;
use crate::clickbank::ins::Path;
use crate::config::{MAX_ENTRIES, Node, Refusal, Table};
use crate::model::{Role, SLOTS};
use crate::network::{MAX_PARAMETER_NAME, Meaning, ParameterMap};
use crate::tracker::compiled::SourceParameter;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

/// Reads the table of a source's own parameters, and which parameter of a postback means what.
/// `usual` is what they mean where the source says nothing.
pub(super) fn read(source: &Table<'_>, usual: ParameterMap) -> (Vec<SourceParameter>, ParameterMap) {
    let rows = source.rows("parameter", usize::from(SLOTS));
    let mut seen = BTreeSet::new();
    let parameters: Vec<_> = rows.iter().map(|row| parameter(row, &mut seen)).collect();
    let sound = || {
        rows.iter()
            .zip(&parameters)
            .filter_map(|(row, read)| Some((row, read.as_ref()?)))
    };
    let names = names(source, sound(), usual);
    for (row, parameter) in sound() {
        check_meaning(row, parameter, &names);
    }
    (parameters.into_iter().flatten().collect(), names)
}

fn parameter(row: &Table<'_>, seen: &mut BTreeSet<String>) -> Option<SourceParameter> {
    row.only(&["name", "macro", "role", "from"]);
    let name = row.needed("name", parameter_name);
    let macro_text = row.parsed("macro", macro_text).unwrap_or_default();
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
    let name = name?;
    is_new(row, "name", &name, seen);
    Some(SourceParameter {
        name,
        macro_text,
        role,
        from,
    })
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

/// A macro to be pasted into another system's URL. Its grammar is that system's; what no URL can
/// hold would tear the URL apart.
pub(super) fn macro_text(text: &str) -> Result<String, Refusal> {
    match text.chars().find(|c| c.is_control() || c.is_whitespace()) {
        Some(character) => Err(format!("holds {character:?}, which no URL can hold").into()),
        None => Ok(text.into()),
    }
}

fn names<'r, 'a: 'r>(
    source: &Table<'_>,
    parameters: impl Iterator<Item = (&'r Table<'a>, &'r SourceParameter)>,
    map: ParameterMap,
) -> ParameterMap {
    let mut names: BTreeMap<String, String> = source.parsed_entries("names", |_, name| Ok::<_, Refusal>(name.into()));
    // A row with the role of an id is that id, under whatever name: the identity of the message
    // depends on it.
    let mut named_by_role = BTreeMap::new();
    for (row, parameter) in parameters {
        let word = match &parameter.role {
            Some(Role::EventId) => "event_id",
            Some(Role::OrderId) => "order_id",
            _ => continue,
        };
        let is_free = map.meaning(&parameter.name).is_none() && !names.values().any(|name| *name == parameter.name);
        if is_free && !names.contains_key(word) {
            names.insert(word.into(), parameter.name.clone());
            named_by_role.insert(word, row);
        }
    }
    map.clone().with_names(&names).unwrap_or_else(|errors| {
        for error in errors.into_errors() {
            match named_by_role.get(error.word()) {
                Some(row) => row.refuse(row.at("name"), error),
                None => {
                    let path = format!("{}.{}", source.at("names"), error.word().escape_debug());
                    source.refuse(path, error);
                }
            }
        }
        map
    })
}

/// A row of the table may share its name with an id or a slot; with nothing else that a postback
/// means.
fn check_meaning(row: &Table<'_>, parameter: &SourceParameter, names: &ParameterMap) {
    match names.meaning(&parameter.name) {
        None | Some(Meaning::EventId | Meaning::OrderId | Meaning::Receipt | Meaning::Parent | Meaning::Sub(_)) => {}
        Some(meaning) => row.problem(
            "name",
            format!("`{}` is the postback's `{meaning}` already", parameter.name),
        ),
    }
}
