//! What is said of keys and macros, held to what is read and compiled.

use super::keys::row;
use super::row::Usual;
use super::tables::TABLES;
use super::{macros, schema, tables};
use crate::config::part::Part;
use crate::config::{Document, Entries, Node};
use crate::definition::OfferSource;
use crate::definition::whole::Definition;
use crate::scope::Field;
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

#[test]
fn every_key_that_is_read_is_told_of_and_nothing_else_is() {
    let read = tables();
    let paths: Vec<&str> = read.iter().map(|table| table.path.as_str()).collect();
    assert_eq!(paths, TABLES.iter().map(|about| about.path).collect::<Vec<_>>());
    for (table, about) in read.iter().zip(TABLES) {
        let keys: BTreeSet<&str> = table.keys.iter().map(|key| key.name).collect();
        let rows: Vec<&str> = about.rows.iter().copied().flatten().map(|row| row.key).collect();
        assert_eq!(rows.len(), keys.len(), "[{}]", table.path);
        assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), keys, "[{}]", table.path);
        assert!(table.what.ends_with('.'), "[{}]", table.path);
        for key in &table.keys {
            assert!(key.does.ends_with('.'), "[{}] {}", table.path, key.name);
            assert!(
                !(key.needed && key.usual.is_some()),
                "[{}] {} is needed, so nothing holds without it",
                table.path,
                key.name
            );
        }
    }
}

#[test]
fn a_part_says_of_each_of_its_keys_what_is_read_there() {
    let told = OfferSource::shapes();
    let told: Vec<&str> = told.iter().map(|key| key.name).collect();
    assert_eq!(told, OfferSource::keys());
}

#[test]
fn a_macro_is_told_of_wherever_it_is_known() {
    let told = macros();
    for name in Field::names().chain(["sub1 .. sub20", "p_sub1 .. p_sub20"]) {
        let known = told.iter().find(|known| known.name == name).expect(name);
        assert!(!known.from.is_empty() && !known.example.is_empty(), "{name}");
    }
    assert_eq!(told.len(), Field::names().count() + 2);
    let in_offers = |name| {
        told.iter()
            .find(|known| known.name == name)
            .map(|known| known.in_offers)
    };
    assert_eq!((in_offers("clickid"), in_offers("payout")), (Some(true), Some(false)));
}

#[test]
fn the_schema_is_json_whatever_is_in_it() {
    let schema = Document::from_json(&schema()).unwrap();
    let root = schema.entries().get("properties").and_then(Node::table).unwrap();
    let keys: Vec<&str> = root.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = Definition::keys().into_iter().collect();
    assert_eq!(keys, known.into_iter().collect::<Vec<_>>());
}

#[cfg(feature = "toml")]
mod values {
    use super::*;
    use crate::compile::{CompileOptions, compile};

    /// A value as TOML writes it.
    fn value(toml: &str) -> Node {
        let document = Document::from_toml(&format!("value = {toml}\n")).expect(toml);
        document.entries().get("value").unwrap().clone()
    }

    /// The entries at a path, of the first row of each list. What is not there is made.
    fn at<'e>(entries: &'e mut Entries, path: &str) -> &'e mut Entries {
        let mut entries = entries;
        let mut whole = String::new();
        for key in path.split('.').filter(|key| !key.is_empty()) {
            whole = super::super::keys::below(&whole, key);
            let is_list = tables()
                .iter()
                .any(|table| table.path == whole && table.heading.starts_with("[["));
            let made = match is_list {
                true => Node::List(vec![Node::Table(Entries::new())]),
                false => Node::Table(Entries::new()),
            };
            entries = match entries.entry(key.into()).or_insert(made) {
                Node::Table(entries) => entries,
                Node::List(rows) => match rows.first_mut() {
                    Some(Node::Table(row)) => row,
                    _ => panic!("{path} has no row"),
                },
                _ => panic!("{path} is no table"),
            };
        }
        entries
    }

    /// Keys that mean nothing alone, with what must stand beside them.
    const BESIDE: [((&str, &str), &str, &str); 2] = [
        (("offer_source", "secrets"), "protocol", "\"clickbank\""),
        (("campaign.cost", "model"), "amount", "\"0.02\""),
    ];

    #[test]
    fn every_example_is_read_where_its_key_stands() {
        for table in tables() {
            for key in &table.keys {
                let mut entries = Entries::new();
                // What a table needs stands in each one on the way.
                for above in tables().iter().filter(|above| {
                    above.path.is_empty()
                        || table.path == above.path
                        || table.path.starts_with(&format!("{}.", above.path))
                }) {
                    for needed in above.keys.iter().filter(|key| key.needed) {
                        at(&mut entries, &above.path).insert(needed.name.into(), value(needed.example));
                    }
                }
                let alone = (table.path.as_str(), key.name);
                for (_, other, needed) in BESIDE.iter().filter(|(known, ..)| *known == alone) {
                    at(&mut entries, &table.path).insert((*other).into(), value(needed));
                }
                at(&mut entries, &table.path).insert(key.name.into(), value(key.example));
                let read = Definition::from_document(&Document::from_entries(entries.clone()));
                assert!(read.is_ok(), "[{}] {}: {}", table.path, key.name, read.unwrap_err());
                // No key takes everything, and none is passed over.
                let wrong = Node::List(vec![Node::Integer(-1)]);
                at(&mut entries, &table.path).insert(key.name.into(), wrong);
                let is_template = key.name == "template";
                let read = Definition::from_document(&Document::from_entries(entries));
                assert!(read.is_err() || is_template, "[{}] {}", table.path, key.name);
            }
        }
    }

    /// A configuration with each table, whose first rows say only what is needed.
    const WORLD: &str = r#"
        version = 1
        conversion_type = [{ name = "Upsell" }, { name = "Purchase", default = true }]
        domain = [{ id = "main", url = "https://trk.example.com" }]
        offer = [{ id = "book", source = "network", url = "https://shop.example.com/?id={clickid}" }]
        [[offer_source]]
        id = "network"
        protocol = "clickbank"
        amounts = { thousands = "'" }
        reply = { applied = "OK" }
        [[conversion_api]]
        id = "pixel"
        platform = "meta"
        pixel = "1"
        token = "env:META_TOKEN"
        event_source_url = "https://shop.example.com/"
        [[traffic_channel]]
        id = "push"
        parameter = [{ slot = "ref_id", name = "ref" }]
        [traffic_channel.postback]
        url = "https://channel.example.com/?key={ref_id}"
        body = '"{ref_id}"'
        [[campaign]]
        id = "summer"
        channel = "push"
        path = [{ offers = [{ offer = "book" }, { offer = "book" }] }, { offers = [{ offer = "book" }] }]
        conversion_api = [{ id = "events", api = "pixel" }]
        postback = [{ id = "own", url = "https://channel.example.com/", body = '"{ref_id}"' }, { id = "channels" }]
    "#;

    /// What the world comes to with a value at a key, or without the key.
    fn compiled(path: &str, key: &str, node: Option<Node>) -> Result<String, String> {
        let mut entries = Document::from_toml(WORLD).unwrap().entries().clone();
        let table = at(&mut entries, path);
        table.remove(key);
        table.extend(node.map(|node| (key.into(), node)));
        let document = Document::from_entries(entries);
        let tracker = compile(&document, &CompileOptions::default()).map_err(|problems| problems.to_string())?;
        let mark = format!("{:?}", tracker.fingerprint());
        let text = format!("{:?}", document.to_json());
        Ok(format!("{tracker:?}").replace(&mark, "").replace(&text, ""))
    }

    #[test]
    fn what_is_said_to_hold_without_a_key_is_what_holds() {
        let mut seen = 0;
        for table in tables() {
            for key in table.keys {
                let Some(Usual::Value(usual)) = row(&table.path, key.name).map(|row| row.usual) else {
                    continue;
                };
                seen += 1;
                let with = |toml| compiled(&table.path, key.name, Some(value(toml)));
                let without = compiled(&table.path, key.name, None).expect(key.name);
                let place = format!("[{}] {}", table.path, key.name);
                // Whole trackers are too long to be shown.
                assert!(with(usual).is_ok_and(|with| with == without), "{place}");
                assert!(
                    with(key.example).is_ok_and(|with| with != without),
                    "{place} changes nothing"
                );
            }
        }
        assert!(seen > 25, "{seen}");
    }

    #[test]
    fn a_word_for_what_holds_is_no_value_that_could_be_held() {
        for table in tables() {
            for key in table.keys {
                let Some(Usual::Words(words)) = row(&table.path, key.name).map(|row| row.usual) else {
                    continue;
                };
                assert!(!words.is_empty() && !words.ends_with('.'), "{}", words.to_string());
            }
        }
    }
}
