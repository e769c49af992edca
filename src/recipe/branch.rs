//! Where members stand: the paths of a recipe as a tree.

use crate::config::{Place, Refusal};
use alloc::{format, string::String, vec::Vec};

/// The most names of a path.
const DEEPEST: usize = 8;

/// A name in an object, and what stands under it.
#[derive(Debug)]
pub(crate) struct Branch<T> {
    pub(crate) name: String,
    /// Whether a list of one stands around it.
    pub(crate) is_list: bool,
    pub(crate) inside: Inside<T>,
}

/// What stands under a name.
#[derive(Debug)]
pub(crate) enum Inside<T> {
    Value(T),
    Object(Vec<Branch<T>>),
}

/// The steps of a path: each a name, and whether a list stands around what is there.
pub(super) fn steps(path: &str) -> Result<Vec<(&str, bool)>, Refusal> {
    let refused = || {
        let said = "is no path: write names with points between them, as in `user_data.em`, and `[]` behind the name \
                    of a list";
        Refusal::from(format!("`{}` {said}", path.escape_debug()))
    };
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let read = path.split('.').map(|step| {
        let (name, is_list) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        let is_name = !name.is_empty() && name.chars().all(is_letter);
        is_name.then_some((name, is_list)).ok_or_else(refused)
    });
    let steps: Vec<_> = read.collect::<Result<_, _>>()?;
    if steps.len() > DEEPEST {
        return Err(format!("`{}` has more than {DEEPEST} names", path.escape_debug()).into());
    }
    Ok(steps)
}

/// A path without the marks of lists.
pub(super) fn plain(path: &str) -> String {
    path.replace("[]", "")
}

/// A path of an answer.
pub(super) fn answer_path(path: &str, place: &Place<'_>) {
    let is_list = |steps: Vec<(&str, bool)>| steps.iter().any(|(_, is_list)| *is_list);
    if place.accept(steps(path)).is_some_and(is_list) {
        place.problem(format!(
            "`{}` has `[]`, which no path of an answer has",
            path.escape_debug()
        ));
    }
}

/// Puts a value at its path. What does not fit beside the others is reported.
pub(super) fn insert<T>(branches: &mut Vec<Branch<T>>, path: &str, value: T, place: &Place<'_>) {
    let Some(steps) = place.accept(steps(path)) else { return };
    if !grow(branches, &steps, value) {
        let said = "stands where another member stands, or one of its names is a list there and none here";
        place.problem(format!("`{}` {said}", path.escape_debug()));
    }
}

fn grow<T>(branches: &mut Vec<Branch<T>>, steps: &[(&str, bool)], value: T) -> bool {
    let Some(((name, is_list), rest)) = steps.split_first() else {
        return false;
    };
    let known = branches.iter_mut().find(|branch| branch.name == *name);
    match (known, rest.is_empty()) {
        (Some(known), false) => match &mut known.inside {
            Inside::Object(inner) if known.is_list == *is_list => grow(inner, rest, value),
            _ => false,
        },
        (Some(_), true) => false,
        (None, is_last) => {
            let inside = if is_last {
                Inside::Value(value)
            } else {
                let mut inner = Vec::new();
                grow(&mut inner, rest, value);
                Inside::Object(inner)
            };
            branches.push(Branch {
                name: (*name).into(),
                is_list: *is_list,
                inside,
            });
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Report;
    use alloc::string::ToString;

    fn problems(paths: &[&str]) -> Vec<String> {
        let report = Report::default();
        let place = Place::root(&report);
        let mut branches = Vec::new();
        for path in paths {
            insert(&mut branches, path, (), &place.at("at"));
        }
        report.into_problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn members_share_the_objects_above_them() {
        assert_eq!(problems(&["a.b", "a.c[]", "d", "l[].x", "l[].y"]), [""; 0]);
    }

    #[test]
    fn a_path_that_is_none_or_is_taken_is_refused() {
        for paths in [
            &["a", "a"][..],
            &["a", "a.b"],
            &["a.b", "a"],
            &["a[].b", "a.c"],
            &["a..b"],
            &[""],
            &["a.\"b"],
            &["a[0]"],
            &["a.b.c.d.e.f.g.h.i"],
        ] {
            assert_eq!(problems(paths).len(), 1, "{paths:?}");
        }
    }
}
