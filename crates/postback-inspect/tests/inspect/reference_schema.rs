//! `docs/reference/tracker.schema.json`: what `keys --schema` prints, and what takes every document
//! of these pages.

use crate::support::{EXAMPLE, REPOSITORY, inspect};
use boon::{Compiler, SchemaIndex, Schemas};
use postback::Document;
use serde_json::{Value, json};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn file() -> PathBuf {
    Path::new(REPOSITORY).join("docs/reference/tracker.schema.json")
}

struct Schema(Schemas, SchemaIndex);

impl Schema {
    fn new() -> Self {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        let schema = serde_json::from_str(&fs::read_to_string(file()).unwrap()).unwrap();
        compiler.add_resource("tracker.schema.json", schema).unwrap();
        let index = compiler.compile("tracker.schema.json", &mut schemas).unwrap();
        Self(schemas, index)
    }

    fn check(&self, document: &Value) -> Result<(), String> {
        self.0.validate(document, self.1).map_err(|error| format!("{error:#}"))
    }
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    toml(&text).unwrap_or_else(|| panic!("{}", path.display()))
}

fn toml(text: &str) -> Option<Value> {
    let document = Document::from_toml(text).ok()?;
    serde_json::from_str(&document.to_json()).ok()
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[test]
fn the_schema_is_what_the_reader_reads() {
    let printed = inspect(&["keys", "--schema"]).printed();
    if env::var_os("POSTBACK_WRITE_REFERENCE").is_some() {
        fs::write(file(), &printed).unwrap();
    }
    let found = fs::read_to_string(file()).unwrap_or_default();
    assert!(
        found == printed,
        "docs/reference/tracker.schema.json is an old one; `POSTBACK_WRITE_REFERENCE=1` writes it"
    );
}

#[test]
fn every_whole_document_of_these_pages_is_taken() {
    let schema = Schema::new();
    assert_eq!(schema.check(&read(Path::new(EXAMPLE))), Ok(()));
    let mut seen = 0;
    for page in files(&Path::new(REPOSITORY).join("docs")) {
        let text = match page.extension().and_then(|kind| kind.to_str()) {
            Some("md") => fs::read_to_string(&page).unwrap(),
            _ => continue,
        };
        for block in text.split("```toml").skip(1) {
            let block = block.split("```").next().unwrap();
            let Some(document) = toml(block).filter(|document| document.get("version").is_some()) else {
                continue;
            };
            assert_eq!(schema.check(&document), Ok(()), "{}", page.display());
            seen += 1;
        }
    }
    for path in files(&Path::new(REPOSITORY).join("tests/vectors")) {
        let is_toml = path.extension().is_some_and(|kind| kind == "toml");
        if is_toml && fs::read_to_string(&path).unwrap().starts_with("version") {
            assert_eq!(schema.check(&read(&path)), Ok(()), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "{seen}");
}

#[test]
fn what_the_reader_refuses_by_its_shape_is_refused() {
    let schema = Schema::new();
    let broken = |pointer: &str, value: Option<Value>| {
        let mut document = read(Path::new(EXAMPLE));
        let (above, key) = pointer.rsplit_once('/').unwrap();
        let table = document.pointer_mut(above).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => table.insert(key.into(), value),
            None => table.remove(key),
        };
        // What the schema refuses the reader refuses too.
        let text = document.to_string();
        let document_read = Document::from_json(&text).unwrap();
        assert!(
            postback::Definition::from_document(&document_read).is_err(),
            "{pointer}"
        );
        schema.check(&document)
    };
    for (pointer, value) in [
        ("/version", Some(json!(2))),
        ("/version", None),
        ("/curency", Some(json!("USD"))),
        ("/campaign/0/offers", Some(json!(["mitolyn"]))),
        ("/campaign/0/channel", None),
        ("/campaign/0/path/0/weight", Some(json!(2_000_000))),
        ("/campaign/0/path/0/weight", Some(json!("100"))),
        ("/campaign/0/postback/0/updates", Some(json!("always"))),
        ("/campaign/0/postback/0/min_payout", Some(json!(10))),
        ("/offer_source/0/duplicates", Some(json!("first"))),
        ("/offer_source/0/ins_versions", Some(json!(["9.0"]))),
        ("/offer_source/0/parameter/0/from", Some(json!(1))),
        ("/offer/0/payout", Some(json!(40))),
        ("/traffic_channel/0/parameter/0/required", Some(json!("true"))),
        ("/revenue_statuses", Some(json!("approved"))),
    ] {
        assert!(broken(pointer, value).is_err(), "{pointer}");
    }
}
