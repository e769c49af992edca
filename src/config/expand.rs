//! Shipped templates, and how they fill in what a document leaves out.

use super::node::{MAX_DEPTH, Node, Seed};
use super::problem::Problem;
use super::read::{Refusal, Report};
use alloc::{format, vec::Vec};
use serde::de::DeserializeSeed;

/// A template's name and its text.
type Template = (&'static str, &'static str);

/// The lists whose rows may name a template, with what such a row is and the templates.
const TEMPLATES: [(&str, &str, &[Template]); 2] = [
    (
        "offer_source",
        "an offer source's template",
        &[
            (
                "clickbank-ins",
                include_str!("../../templates/offer-source/clickbank-ins.json"),
            ),
            (
                "clickbank-s2s",
                include_str!("../../templates/offer-source/clickbank-s2s.json"),
            ),
            ("generic", include_str!("../../templates/offer-source/generic.json")),
        ],
    ),
    (
        "traffic_channel",
        "a traffic channel's template",
        &[
            (
                "facebook",
                include_str!("../../templates/traffic-channel/facebook.json"),
            ),
            (
                "richpush",
                include_str!("../../templates/traffic-channel/richpush.json"),
            ),
        ],
    ),
];

/// The names of the templates for a list of the document.
fn template_names(list: &str) -> Vec<&'static str> {
    let of_list = TEMPLATES.iter().filter(|(known, ..)| *known == list);
    of_list
        .flat_map(|(.., templates)| templates.iter().map(|(name, _)| *name))
        .collect()
}

impl super::Document {
    /// The document with its templates filled in. An unknown template's name is reported.
    pub(crate) fn expanded(&self, report: &Report) -> Node {
        let mut root = self.root().clone();
        let Node::Table(entries) = &mut root else { return root };
        for (list, what, templates) in TEMPLATES {
            let Some(Node::List(rows)) = entries.get_mut(list) else {
                continue;
            };
            for (index, row) in rows.iter_mut().enumerate() {
                let Some(name) = row.get("template").and_then(Node::text) else {
                    continue;
                };
                let template = templates.iter().find(|(known, _)| *known == name);
                match template {
                    Some((_, text)) => {
                        let mut json = serde_json::Deserializer::from_str(text);
                        // A test reads every shipped template, so there is nothing left to refuse.
                        if let Ok(template) = Seed(MAX_DEPTH).deserialize(&mut json) {
                            merge(row, &template);
                        }
                    }
                    None => {
                        let known = template_names(list);
                        let refused = Refusal::word(name, what, known);
                        let path = format!("{list}[{index}].template");
                        report.push(Problem::new(path, refused.message, refused.suggestion));
                    }
                }
            }
        }
        root
    }
}

/// Fills in what `own` leaves out: tables key by key, lists of rows by the rows' names. What `own` has stays, and its rows stay first, so
/// that their paths are those of the document. A row is taken whole: half of another parameter's row would mean something else.
pub(crate) fn merge(own: &mut Node, template: &Node) {
    match (own, template) {
        (Node::Table(own), Node::Table(template)) => {
            for (key, value) in template {
                match own.get_mut(key) {
                    Some(own) => merge(own, value),
                    None => {
                        own.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Node::List(own), Node::List(template)) => {
            let missing: Vec<Node> = template
                .iter()
                .filter(|row| row_name(row).is_some_and(|name| own.iter().all(|own| row_name(own) != Some(name))))
                .cloned()
                .collect();
            own.extend(missing);
        }
        _ => {}
    }
}

/// By what a row of a list is known.
fn row_name(row: &Node) -> Option<&str> {
    ["slot", "id", "name"]
        .into_iter()
        .find_map(|key| row.get(key))
        .and_then(Node::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Document;

    fn merged(own: &str, template: &str) -> alloc::string::String {
        let mut node = Document::from_json(own).unwrap().root().clone();
        merge(&mut node, Document::from_json(template).unwrap().root());
        serde_json::to_string(&node).unwrap()
    }

    #[test]
    fn every_shipped_template_is_json_in_canonical_order() {
        for (list, _, templates) in TEMPLATES {
            for (name, text) in templates {
                assert!(Document::from_json(text).is_ok(), "{list} {name}");
            }
            let names = template_names(list);
            assert!(names.is_sorted(), "{names:?}");
        }
    }

    #[test]
    fn tables_are_merged_key_by_key_and_the_own_value_wins() {
        assert_eq!(
            merged(
                r#"{"a":"own","t":{"x":1}}"#,
                r#"{"a":"template","b":true,"t":{"x":2,"y":3}}"#
            ),
            r#"{"a":"own","b":true,"t":{"x":1,"y":3}}"#
        );
    }

    #[test]
    fn rows_are_merged_by_slot_id_or_name_with_the_own_ones_first_and_whole() {
        assert_eq!(
            merged(
                r#"{"p":[{"slot":"sub2","name":"z"},{"slot":"sub9","name":"n"}]}"#,
                r#"{"p":[{"slot":"sub1","name":"n"},{"slot":"sub2","name":"b","role":"r"}]}"#
            ),
            r#"{"p":[{"name":"z","slot":"sub2"},{"name":"n","slot":"sub9"},{"name":"n","slot":"sub1"}]}"#
        );
    }

    #[test]
    fn a_list_of_plain_values_is_the_own_one() {
        assert_eq!(merged(r#"{"v":["7.0"]}"#, r#"{"v":["6.0","8.0"]}"#), r#"{"v":["7.0"]}"#);
        assert_eq!(merged(r#"{"v":"x"}"#, r#"{"v":["6.0","8.0"]}"#), r#"{"v":"x"}"#);
    }
}
