//! A definition is written as a document that reads as the same definition.

use crate::built::options;
use crate::choices::Choices;
use postback::compile::{compile, resolve};
use postback::definition::{OfferSource, TrafficChannel};
use postback::lint::lint;
use postback::{Definition, Document};
use proptest::prelude::*;
use std::fs;

/// Holds a document that compiles to its definition written back.
fn written_back(name: &str, document: &Document) {
    let definition = Definition::from_document(document).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    let written = definition.to_document();
    assert_eq!(Definition::from_document(&written).as_ref(), Ok(&definition), "{name}");
    // Through its text too.
    let text = Document::from_json(&written.to_json()).unwrap();
    assert_eq!(text, written, "{name}");

    let read = compile(document, &options()).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    let resolved = resolve(&definition, &options()).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    assert_eq!(lint(&definition, &read), lint(&definition, &resolved), "{name}");
    assert_eq!(read.fingerprint(), &document.fingerprint(), "{name}");
    assert_eq!(resolved.fingerprint(), &written.fingerprint(), "{name}");
}

#[cfg(feature = "toml")]
#[test]
fn the_documents_of_the_field_are_written_back() {
    for (name, text) in [
        ("tracker.example.toml", include_str!("../../tracker.example.toml")),
        ("base.toml", include_str!("../vectors/config/base.toml")),
    ] {
        written_back(name, &Document::from_toml(text).unwrap());
    }
    let text = include_str!("../vectors/config/example.json");
    written_back("example.json", &Document::from_json(text).unwrap());
}

#[test]
fn every_shipped_template_is_written_back() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let names = |list: &str| -> Vec<String> {
        let files = fs::read_dir(format!("{folder}/{list}")).unwrap();
        let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
        names.collect()
    };
    let sources = names("offer-source");
    let channels = names("traffic-channel");
    assert!(sources.len() >= 3 && channels.len() >= 2, "{sources:?} {channels:?}");
    for name in sources {
        let row = format!(r#""offer_source": [{{"id": "a", "template": "{name}"}}]"#);
        written_back(&name, &with(&row));
        let mut definition = Definition::from_document(&with(&row)).unwrap();
        let built = OfferSource::from_template(&name, "a".parse().unwrap()).unwrap();
        assert_eq!(definition.offer_sources.pop(), Some(built), "{name}");
    }
    for name in channels {
        let row = format!(r#""traffic_channel": [{{"id": "a", "template": "{name}"}}]"#);
        written_back(&name, &with(&row));
        let mut definition = Definition::from_document(&with(&row)).unwrap();
        let built = TrafficChannel::from_template(&name, "a".parse().unwrap()).unwrap();
        assert_eq!(definition.traffic_channels.pop(), Some(built), "{name}");
    }
}

/// A document with a conversion type and this.
fn with(part: &str) -> Document {
    let types = r#""conversion_type": [{"name": "Sale", "default": true}]"#;
    Document::from_json(&format!(r#"{{"version": 1, {types}, {part}}}"#)).unwrap()
}

proptest! {
    #[test]
    fn a_definition_reads_as_itself(choices in proptest::collection::vec(any::<u8>(), 0..1500)) {
        let definition = Choices::new(&choices).definition();
        let document = definition.to_document();
        let read = Definition::from_document(&document);
        prop_assert_eq!(read.as_ref(), Ok(&definition));
        let text = Document::from_json(&document.to_json()).unwrap();
        prop_assert_eq!(&text, &document);
        let serde = serde_json::from_str::<Definition>(&document.to_json()).unwrap();
        prop_assert_eq!(&serde, &definition);
        // Whatever is wrong with it is found at the same places.
        let (compiled, resolved) = (compile(&document, &options()), resolve(&definition, &options()));
        prop_assert_eq!(compiled.err(), resolved.err());
    }
}
