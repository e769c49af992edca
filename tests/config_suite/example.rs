//! The agreed form of the document: `tracker.example.toml` compiles as it stands.

use postback::compile::compile;
use postback::lint::lint;
use postback::setup::Setup;
use postback::{CompileOptions, Definition, Document, Tracker};

const TOML: &str = include_str!("../../tracker.example.toml");
/// The same document by another reader: see `tests/vectors/config/ORIGIN.md`.
const JSON: &str = include_str!("../vectors/config/example.json");
const FINGERPRINT: &str = "flql6jd6gbchrmtoy2mp7fesfw";

fn compiled(document: &Document) -> Tracker {
    compile(document, &CompileOptions::new("test".parse().unwrap())).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_example_compiles_without_a_problem() {
    let tracker = compiled(&Document::from_toml(TOML).unwrap());
    assert_eq!(
        tracker.campaigns().map(|c| c.id().as_str()).collect::<Vec<_>>(),
        ["summer-fb", "summer-push"]
    );
}

#[test]
fn toml_and_json_are_the_same_document_with_the_fingerprint_that_others_compute() {
    let (toml, json) = (Document::from_toml(TOML).unwrap(), Document::from_json(JSON).unwrap());
    assert_eq!(toml, json);
    assert_eq!(toml.fingerprint().as_str(), FINGERPRINT);
    assert_eq!(compiled(&json).fingerprint().as_str(), FINGERPRINT);
}

#[test]
fn the_canonical_document_reads_back_as_itself() {
    let document = Document::from_toml(TOML).unwrap();
    let tracker = compiled(&document);
    assert_eq!(Document::from_json(tracker.document()).unwrap(), document);
    assert_eq!(tracker.document(), document.to_json());
}

#[test]
fn the_secrets_of_the_example_are_those_of_its_source_and_its_pixel() {
    let tracker = compiled(&Document::from_toml(TOML).unwrap());
    let references = tracker.secret_references().into_iter();
    let references: Vec<String> = references.map(ToString::to_string).collect();
    assert_eq!(
        references,
        [
            "env:CLICKBANK_SECRET",
            "env:CLICKBANK_TOKEN",
            "env:META_APP_SECRET",
            "env:META_TOKEN"
        ]
    );
}

#[test]
fn the_example_tells_what_to_paste_where() {
    let tracker = compiled(&Document::from_toml(TOML).unwrap());
    let source = tracker.source(Some("clickbank")).unwrap();
    assert_eq!(
        Setup::new(&tracker).ins_url(source).unwrap(),
        "https://trk.example.com/ins/clickbank"
    );
    assert_eq!(
        Setup::new(&tracker)
            .click_url(tracker.campaign("summer-push").unwrap())
            .unwrap(),
        "https://trk.example.com/summer-push?ref_id=[CLICK_ID]&cost=[BID_PRICE]&sub1=[CAMPAIGN_ID]&sub2=[CREATIVE_ID]\
         &sub3=[SITE_ID]&sub4=[PUBLISHER_ID]&sub5=[SUB_LIST_ID]"
    );
}

#[test]
fn the_only_doubts_about_the_example_are_parts_that_change_nothing_yet() {
    let document = Document::from_toml(TOML).unwrap();
    let definition = Definition::from_document(&document).unwrap();
    let warnings: Vec<String> = lint(&definition, &compiled(&document))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        warnings,
        [
            "timezone: is accepted, and changes nothing in this version",
            "traffic_channel[0].api: is accepted, and changes nothing in this version",
        ]
    );
}
