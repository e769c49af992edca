//! What the parts of the definition have in common: rows with names, references, titles, templates.

use crate::config::{Place, Refusal};
use crate::template::TemplateError;
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
};
use core::{fmt::Display, mem::replace};

/// The name, if it refers to something that is defined; any other is reported.
pub(crate) fn refer<T: AsRef<str> + Clone>(
    name: &T,
    what: &str,
    known: &BTreeSet<&str>,
    place: &Place<'_>,
) -> Option<T> {
    if known.contains(name.as_ref()) {
        return Some(name.clone());
    }
    place.refuse(Refusal::reference(name.as_ref(), what, known.iter().copied()));
    None
}

/// Resolves the rows of a list, and collects what comes of them by their names. `name` finds a
/// row's name, which stands under `key`. A name that two rows have is reported.
pub(crate) fn named<'r, R, N, T, C>(
    list: (&Place<'_>, &str, &'r [R]),
    (key, name): (&str, impl Fn(&'r R) -> &'r N),
    mut resolve: impl FnMut(&'r R, &Place<'_>) -> Option<T>,
) -> C
where
    N: 'r + Ord + Clone + Display,
    C: FromIterator<(N, T)>,
{
    let mut seen = BTreeSet::new();
    let (parent, list, rows) = list;
    let rows = parent.rows(list, rows).filter_map(|(place, row)| {
        let name = name(row);
        is_new(&place.at(key), name, &mut seen);
        Some((name.clone(), resolve(row, &place)?))
    });
    rows.collect()
}

/// Whether no row before this one has the value; a second one is reported.
pub(crate) fn is_new<T: Ord + Clone + Display>(place: &Place<'_>, value: &T, seen: &mut BTreeSet<T>) -> bool {
    let new = seen.insert(value.clone());
    if !new {
        place.problem(format!("`{value}` is given twice"));
    }
    new
}

/// Whether a row is the default of its list; a second one is reported.
pub(crate) fn is_default(default: bool, what: &str, has_default: &mut bool, row: &Place<'_>) -> bool {
    if !default {
        return false;
    }
    if *has_default {
        let said = format!("a {what} before this one is the default already");
        row.at("default").problem(said);
    }
    !replace(has_default, true)
}

/// The title of a row; its id by default.
pub(crate) fn title(title: Option<&String>, id: &impl ToString) -> String {
    title.cloned().unwrap_or_else(|| id.to_string())
}

/// The template that was parsed; each of its problems is reported on its own.
pub(crate) fn template<T>(parsed: Result<T, TemplateError>, place: &Place<'_>) -> Option<T> {
    let report = |error: TemplateError| {
        for problem in error.problems() {
            place.refuse(problem.to_string());
        }
    };
    parsed.map_err(report).ok()
}
