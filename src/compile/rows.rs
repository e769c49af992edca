//! What the parts of the document have in common: rows with names, references, titles, amounts,
//! templates.

use super::MAX_REFERENCES;
use crate::config::{Refusal, Table};
use crate::template::TemplateError;
use crate::value::{Amount, IdError, SecretReference};
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt::Display, mem::replace, str::FromStr};

/// A reference to something that is defined.
pub(super) fn refer<T: FromStr<Err = IdError>>(text: &str, what: &str, known: &BTreeSet<&str>) -> Result<T, Refusal> {
    if known.contains(text) {
        Ok(text.parse::<T>()?)
    } else {
        Err(Refusal::reference(text, what, known.iter().copied()))
    }
}

/// The rows of a list as `read` takes them, by their names. The first of `keys` holds the name,
/// which no other row of the list has. A row without one is read too, so that its other problems
/// are told.
pub(super) fn named<'a, N, T, C>(
    parent: &Table<'a>,
    list: &str,
    most: usize,
    keys: &[&str],
    mut read: impl FnMut(&Table<'a>, Option<&N>) -> Option<T>,
) -> C
where
    N: FromStr<Err = IdError> + Ord + Clone + Display,
    C: FromIterator<(N, T)>,
{
    let key = keys.first().copied().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let rows = parent.rows(list, most).into_iter().filter_map(|row| {
        row.only(keys);
        let name = row.needed(key, str::parse::<N>);
        let name = name.filter(|name| is_new(&row, key, name, &mut seen));
        let value = read(&row, name.as_ref())?;
        Some((name?, value))
    });
    rows.collect()
}

/// Whether no row before this one has the same value under the key; else it is reported.
pub(super) fn is_new<T: Ord + Clone + Display>(row: &Table<'_>, key: &str, value: &T, seen: &mut BTreeSet<T>) -> bool {
    let new = seen.insert(value.clone());
    if !new {
        row.problem(key, format!("`{value}` is given twice"));
    }
    new
}

/// Whether a row is the default of its list; a second one is reported.
pub(super) fn is_default(row: &Table<'_>, what: &str, has_default: &mut bool) -> bool {
    if row.flag("default") != Some(true) {
        return false;
    }
    if *has_default {
        row.problem("default", format!("a {what} before this one is the default already"));
    }
    !replace(has_default, true)
}

/// The title of a row, else its id.
pub(super) fn title(row: &Table<'_>, id: Option<&impl ToString>) -> String {
    let title = row.text("title").map(String::from);
    title.or_else(|| id.map(ToString::to_string)).unwrap_or_default()
}

/// References to secrets, newest first.
pub(super) fn references(row: &Table<'_>, key: &str) -> Vec<SecretReference> {
    row.parsed_list(key, MAX_REFERENCES, str::parse)
}

/// An amount that is not below zero.
pub(super) fn amount(text: &str) -> Result<Amount, Refusal> {
    let amount: Amount = text.parse()?;
    if amount.is_negative() {
        Err(format!("`{amount}` is negative").into())
    } else {
        Ok(amount)
    }
}

/// A template; each of its problems is reported on its own.
pub(super) fn template<T>(
    row: &Table<'_>,
    key: &str,
    parse: impl FnOnce(&str) -> Result<T, TemplateError>,
) -> Option<T> {
    if !row.has(key) {
        row.problem(key, "is missing");
    }
    match parse(row.text(key)?) {
        Ok(template) => Some(template),
        Err(error) => {
            for problem in error.problems() {
                row.refuse(row.at(key), problem.to_string());
            }
            None
        }
    }
}
