//! The shipped templates, and how they fill in what a document leaves out.

use super::Document;
use super::node::{Entries, Node};
use super::report::{Refusal, Report};
use alloc::{format, vec::Vec};

/// A template's name and its text.
type Template = (&'static str, &'static str);

/// The lists whose rows may name a template; what such a template is called; and the templates.
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
            (
                "terraleads",
                include_str!("../../templates/offer-source/terraleads.json"),
            ),
        ],
    ),
    (
        "traffic_channel",
        "a traffic channel's template",
        &[
            ("bing", include_str!("../../templates/traffic-channel/bing.json")),
            ("evadav", include_str!("../../templates/traffic-channel/evadav.json")),
            (
                "exoclick",
                include_str!("../../templates/traffic-channel/exoclick.json"),
            ),
            (
                "facebook",
                include_str!("../../templates/traffic-channel/facebook.json"),
            ),
            ("google", include_str!("../../templates/traffic-channel/google.json")),
            (
                "outbrain",
                include_str!("../../templates/traffic-channel/outbrain.json"),
            ),
            (
                "pinterest",
                include_str!("../../templates/traffic-channel/pinterest.json"),
            ),
            ("reddit", include_str!("../../templates/traffic-channel/reddit.json")),
            (
                "richpush",
                include_str!("../../templates/traffic-channel/richpush.json"),
            ),
            (
                "snapchat",
                include_str!("../../templates/traffic-channel/snapchat.json"),
            ),
            ("taboola", include_str!("../../templates/traffic-channel/taboola.json")),
            ("tiktok", include_str!("../../templates/traffic-channel/tiktok.json")),
        ],
    ),
];

impl Document {
    /// The entries of the document with its templates filled in. An unknown template's name is
    /// reported.
    pub(crate) fn expanded(&self, report: &Report) -> Entries {
        let mut entries = self.entries().clone();
        for (list, what, templates) in TEMPLATES {
            let Some(Node::List(rows)) = entries.get_mut(list) else {
                continue;
            };
            for (index, row) in rows.iter_mut().enumerate() {
                let Node::Table(row) = row else { continue };
                let path = || format!("{list}[{index}].template");
                let name = match row.get("template") {
                    None => continue,
                    Some(Node::Text(name)) => name,
                    Some(other) => {
                        report.add(path(), other.instead_of("a text"));
                        row.remove("template");
                        continue;
                    }
                };
                match templates.iter().find(|(known, _)| known == name) {
                    // A test reads every shipped template, so reading one here cannot fail.
                    Some((_, text)) => {
                        if let Ok(template) = Self::from_json(text) {
                            merge(row, template.entries());
                        }
                    }
                    None => {
                        let known = templates.iter().map(|(known, _)| *known);
                        report.refuse(path(), Refusal::word(name, what, known));
                    }
                }
            }
        }
        report.keep_in_front();
        entries
    }
}

/// Fills in what `own` leaves out: tables key by key, and lists of rows by the rows' names. What
/// `own` has stays. Its rows also come first, so that their paths are those of the document. A row
/// is never filled in: one that is half another parameter's would mean something else.
fn merge(own: &mut Entries, template: &Entries) {
    for (key, value) in template {
        match (own.get_mut(key), value) {
            (None, value) => {
                own.insert(key.clone(), value.clone());
            }
            (Some(Node::Table(own)), Node::Table(template)) => merge(own, template),
            (Some(Node::List(own)), Node::List(template)) => {
                let is_missing =
                    |row: &&Node| row_name(row).is_some_and(|name| own.iter().all(|own| row_name(own) != Some(name)));
                let missing: Vec<Node> = template.iter().filter(is_missing).cloned().collect();
                own.extend(missing);
            }
            (Some(_), _) => {}
        }
    }
}

/// The name by which a row of a list is known.
fn row_name(row: &Node) -> Option<&str> {
    let row = row.table()?;
    ["slot", "id", "name"]
        .into_iter()
        .find_map(|key| row.get(key))
        .and_then(Node::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(own: &str, template: &str) -> alloc::string::String {
        let mut own = Document::from_json(own).unwrap().entries().clone();
        merge(&mut own, Document::from_json(template).unwrap().entries());
        serde_json::to_string(&own).unwrap()
    }

    #[test]
    fn every_shipped_template_is_json_in_canonical_order() {
        for (list, _, templates) in TEMPLATES {
            for (name, text) in templates {
                assert!(Document::from_json(text).is_ok(), "{list} {name}");
            }
            assert!(templates.is_sorted_by_key(|(name, _)| *name), "{list}");
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
