//! Finds the value at a path in a notification.

use crate::clickbank::json::{Json, Shape};
use crate::value::{FieldPath, Step};

/// Returns the value to which a path leads.
pub(super) fn find<'a>(path: &FieldPath, root: Json<'a>) -> Option<Json<'a>> {
    path.steps().iter().try_fold(root, |json, step| match step {
        Step::Name(name) => json.member(name),
        Step::Index(index) => match json.shape() {
            Shape::List(mut items) => items.nth(*index),
            // A single line item was seen as an object without a list: it is the first item.
            Shape::Object(_) if *index == 0 => Some(json),
            _ => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clickbank::json::Document;

    fn found<'a>(document: &'a Document, path: &str) -> Option<&'a str> {
        find(&path.parse().unwrap(), document.root())?.scalar()
    }

    #[test]
    fn a_path_leads_through_objects_and_lists() {
        let json = Document::parse(r#"{"a":{"b":[[1,2],{"c d":3}]},"one":{"x":4}}"#.into()).unwrap();
        assert_eq!(found(&json, "a.b[0][1]"), Some("2"));
        assert_eq!(found(&json, "a.b[1].c d"), Some("3"));
        assert_eq!(found(&json, "one[0].x"), Some("4"));
        for path in ["b", "a.b[2]", "a.b.c", "a[1]", "one[1].x", "a.b[0][0][0]", "A.b"] {
            assert!(found(&json, path).is_none(), "{path}");
        }
    }
}
