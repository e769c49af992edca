//! Nothing of what is shipped is doubted for what people paste: every template, the example.

use crate::support::compiled;
use postback::lint::lint;
use postback::{Definition, Document};
use std::{fs, path::Path};

/// Doubts about a document that may have any other ones.
fn warnings(text: &str) -> Vec<String> {
    let tracker = compiled(text).unwrap_or_else(|problems| panic!("{}\n{text}", problems.join("\n")));
    let definition = Definition::from_document(&Document::from_toml(text).unwrap()).unwrap();
    lint(&definition, &tracker).iter().map(ToString::to_string).collect()
}

fn names(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(folder);
    let files = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = files
        .map(|file| {
            let path = file.unwrap().path();
            path.file_stem().unwrap().to_str().unwrap().to_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_templates_channel_is_sound() {
    for name in names("traffic-channel") {
        let text = format!(
            "version = 1\ncurrency = \"USD\"\n[[conversion_type]]\nname = \"Sale\"\ndefault = true\n\
             [[traffic_channel]]\nid = \"it\"\ntemplate = \"{name}\"\n"
        );
        assert_eq!(warnings(&text), [""; 0], "{name}");
    }
}

/// A source has yet to say who may call it, and its events.
#[test]
fn every_templates_source_is_sound_but_for_what_only_its_account_knows() {
    for name in names("offer-source") {
        let text = format!(
            "version = 1\ncurrency = \"USD\"\n[[conversion_type]]\nname = \"Purchase\"\ndefault = true\n\
             [[offer_source]]\nid = \"it\"\ntemplate = \"{name}\"\ntokens = [\"env:T\"]\n"
        );
        let accounts = |said: &String| {
            [".events: ", ".secrets: ", "sends no event id"]
                .iter()
                .any(|known| said.contains(known))
        };
        let more: Vec<String> = warnings(&text).into_iter().filter(|said| !accounts(said)).collect();
        assert_eq!(more, [""; 0], "{name}");
    }
}

#[test]
fn the_example_is_sound_but_for_what_changes_nothing_yet() {
    let said = warnings(include_str!("../../tracker.example.toml"));
    let more: Vec<String> = said
        .into_iter()
        .filter(|said| !said.ends_with("changes nothing in this version"))
        .collect();
    assert_eq!(more, [""; 0]);
}
