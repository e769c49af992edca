//! Configurations: a text is read or refused, a document compiles or each problem has its place,
//! and the same document always gives the same result.

use super::draw::Draw;
use postback::compile::{compile, resolve};
use postback::config::Problems;
use postback::lint::lint;
use postback::setup::pasted_query;
use postback::{CompileOptions, Definition, Document, Tracker};
use serde_json::Value;
use std::sync::LazyLock;

/// The beginning of an input that is a list of changes to a valid document.
const CHANGES: u8 = 1;

/// A text that is put in place of secrets. No problem may show it.
const CANARY: &str = "CANARYCANARY2026";

/// Texts that have a meaning somewhere in a document.
const WORDS: [&str; 47] = [
    "",
    CANARY,
    "env:TOKEN",
    "file:/run/x",
    "vault:x",
    "Purchase",
    "Refund",
    "approved",
    "edit",
    "increment",
    "ignore_event_id",
    "every_change",
    "USD",
    "XYZ",
    "8.5",
    "-1",
    "1e3",
    "30d",
    "3s",
    "60d 12h",
    "200-299",
    "clickbank-ins",
    "clickbank-s2s",
    "generic",
    "facebook",
    "richpush",
    "https://a.example/?x={clickid}&p={payout}",
    "https://a.example/?goal=",
    "http://{host}/",
    "{secret:TOKEN}",
    "10.0.0.0/8",
    "::/0",
    "lineItems[0].itemNo",
    "customer.billing.email",
    "sub1",
    "x_own",
    "email",
    "ins",
    "vendor",
    "user.em[]",
    "hash",
    "seconds",
    "microsoft",
    "reddit",
    "https://a.example/{pixel}?t={token}",
    "user.email + user.uuid",
    "\u{7f}\n",
];
const KEYS: [&str; 36] = [
    "id",
    "name",
    "template",
    "source",
    "channel",
    "domain",
    "url",
    "types",
    "statuses",
    "where",
    "require",
    "values",
    "events",
    "names",
    "duplicates",
    "counts",
    "default",
    "parameter",
    "postback",
    "payout",
    "retry",
    "tokens",
    "secrets",
    "extra",
    "recipe",
    "at",
    "from",
    "as",
    "like",
    "event",
    "body",
    "items",
    "one_of",
    "answers",
    "codes",
    "rows",
];

static SOUND: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let example = include_str!("../../../../tests/vectors/config/example.json");
    let base = Document::from_toml(include_str!("../../../../tests/vectors/config/base.toml")).unwrap();
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    // The base with a recipe of its own, and an account that follows it.
    let mut recipe = read(&base.to_json());
    let shipped = read(include_str!("../../../../templates/conversion-api/reddit.json"));
    recipe["recipe"] = shipped["recipe"].clone();
    recipe["conversion_api"] =
        serde_json::json!([{"id": "rdt", "recipe": "reddit", "pixel": "a2_example", "token": "env:T"}]);
    vec![read(example), read(&base.to_json()), recipe]
});

/// Reads the bytes as JSON or TOML, or as changes to a valid document.
pub fn config(bytes: &[u8]) {
    if let Some((&CHANGES, choices)) = bytes.split_first() {
        return changes(choices);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read = if text.trim_start().starts_with('{') {
        Document::from_json(text)
    } else {
        Document::from_toml(text)
    };
    match read {
        Ok(document) => {
            let _ = compiled(&document);
        }
        Err(problems) => said(&problems, None),
    }
}

fn changes(choices: &[u8]) {
    let mut draw = Draw::new(choices);
    let mut sound = draw.pick(&SOUND).clone();
    let mut secret = false;
    for _ in 0..4 {
        if draw.is_empty() {
            break;
        }
        let number = (usize::from(draw.byte()) << 8 | usize::from(draw.byte())) % count(&sound);
        let place = place(&sound, number).unwrap();
        secret |= ["/secrets", "/tokens", "/keys"].iter().any(|part| place.contains(part));
        let new = node(&mut draw, 2);
        let other = draw.byte();
        change(sound.pointer_mut(&place).unwrap(), new, other);
    }
    let document = match Document::from_json(&sound.to_string()) {
        Ok(document) => document,
        Err(problems) => return said(&problems, None),
    };
    if let Err(problems) = compiled(&document) {
        let hidden = secret && sound.to_string().matches(CANARY).count() == 1 && holds_canary_as_secret(&sound);
        assert!(!hidden || !problems.to_string().contains(CANARY), "{problems}");
    }
}

/// Whether the canary is in a list of references.
fn holds_canary_as_secret(sound: &Value) -> bool {
    let places = (0..count(sound)).filter_map(|number| place(sound, number));
    let mut places = places.filter(|place| sound.pointer(place).and_then(Value::as_str) == Some(CANARY));
    places.any(|place| {
        let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
        ["/secrets", "/tokens", "/keys"]
            .iter()
            .any(|list| parent.ends_with(list))
    })
}

/// Counts the values: this one and those inside it.
fn count(value: &Value) -> usize {
    match value {
        Value::Object(object) => 1 + object.values().map(count).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Returns the JSON pointer of the value with this number.
fn place(value: &Value, mut number: usize) -> Option<String> {
    if number == 0 {
        return Some(String::new());
    }
    number -= 1;
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, value)| (at.to_string(), value))
            .collect(),
        _ => return None,
    };
    for (key, value) in inner {
        let inside = count(value);
        if number < inside {
            return Some(format!("/{key}{}", place(value, number)?));
        }
        number -= inside;
    }
    None
}

/// Draws a value of any kind.
fn node(draw: &mut Draw<'_>, depth: usize) -> Value {
    match draw.below(if depth == 0 { 5 } else { 8 }) {
        0 | 1 => (*draw.pick(&WORDS)).into(),
        2 => draw.text(24).into(),
        3 => Value::from(i64::from(draw.byte()) - 4),
        4 => draw.once_in(2).into(),
        5 => (0..draw.below(3)).map(|_| node(draw, depth - 1)).collect(),
        _ => {
            let keys = (0..draw.below(3)).map(|_| (draw.pick(&KEYS).to_string(), node(draw, depth - 1)));
            Value::Object(keys.collect())
        }
    }
}

/// Replaces a value, adds another to what it contains, or removes one.
fn change(value: &mut Value, new: Value, other: u8) {
    match value {
        Value::Object(object) if other % 4 == 1 => {
            object.insert(KEYS[usize::from(other) % KEYS.len()].to_owned(), new);
        }
        Value::Object(object) if other % 4 == 2 && !object.is_empty() => {
            let key = object
                .keys()
                .nth(usize::from(other / 4) % object.len())
                .unwrap()
                .clone();
            object.remove(&key);
        }
        Value::Array(items) if other % 4 == 1 => items.push(new),
        Value::Array(items) if other % 4 == 2 && !items.is_empty() => {
            items.remove(usize::from(other / 4) % items.len());
        }
        // A row is repeated.
        Value::Array(items) if other % 4 == 3 && !items.is_empty() => {
            let row = items[usize::from(other / 4) % items.len()].clone();
            items.push(row);
        }
        value => *value = new,
    }
}

/// Compiles the document, sometimes twice, and checks that both results are the same.
fn compiled(document: &Document) -> Result<Tracker, Problems> {
    let text = document.to_json();
    assert_eq!(Document::from_json(&text).as_ref(), Ok(document));
    let tree: Value = serde_json::from_str(&text).unwrap();
    let compiled = compile(document, &CompileOptions::default());
    match &compiled {
        Ok(tracker) => {
            assert_eq!(tracker.fingerprint(), &document.fingerprint());
            assert_eq!(tracker.document(), text);
            let definition = Definition::from_document(document).unwrap();
            for warning in lint(&definition, tracker) {
                placed(warning.path(), &tree);
                printable(&warning.to_string());
            }
            for source in tracker.sources() {
                printable(&pasted_query(source));
            }
        }
        Err(problems) => said(problems, Some(&tree)),
    }
    written_back(document, compiled.as_ref().err());
    if text.len().is_multiple_of(4) {
        match (&compiled, compile(document, &CompileOptions::default())) {
            (Ok(one), Ok(two)) => {
                let definition = Definition::from_document(document).unwrap();
                assert_eq!(lint(&definition, one), lint(&definition, &two));
            }
            (Err(one), Err(two)) => assert_eq!(*one, two),
            _ => panic!("compiles once: {text}"),
        }
    }
    compiled
}

/// Checks that a document that can be read is written as one that reads as equal and has the same
/// problems.
fn written_back(document: &Document, problems: Option<&Problems>) {
    match Definition::from_document(document) {
        Ok(definition) => {
            let written = definition.to_document();
            assert_eq!(Definition::from_document(&written).as_ref(), Ok(&definition));
            let resolved = resolve(&definition, &CompileOptions::default());
            assert_eq!(resolved.as_ref().err(), problems);
            if let Ok(tracker) = resolved {
                assert_eq!(tracker.fingerprint(), &written.fingerprint());
            }
        }
        // Reading reports no more problems than compiling.
        Err(read) => {
            let problems = problems.unwrap().as_slice();
            assert!(read.as_slice().iter().all(|problem| problems.contains(problem)));
        }
    }
}

/// Checks that there is at least one problem, and that each has its place.
fn said(problems: &Problems, tree: Option<&Value>) {
    assert!(!problems.as_slice().is_empty());
    for problem in problems.as_slice() {
        assert!(!problem.message().is_empty());
        printable(&problem.to_string());
        if let Some(tree) = tree {
            placed(problem.path(), tree);
        }
    }
}

fn printable(text: &str) {
    assert!(!text.chars().any(char::is_control), "{}", text.escape_debug());
}

fn placed(path: &str, tree: &Value) {
    assert!(
        leads(path, tree, false) || is_channels(path, tree),
        "{path} is no place of {tree}"
    );
}

/// Whether a problem is in a campaign's postback without a URL. Such a postback takes what it
/// leaves out from the channel, whose faults are reported here once more.
fn is_channels(path: &str, tree: &Value) -> bool {
    let parts: Vec<&str> = path.split(['[', ']', '.']).filter(|part| !part.is_empty()).collect();
    let ["campaign", campaign, "postback", postback, ..] = parts.as_slice() else {
        return false;
    };
    let row = tree.pointer(&format!("/campaign/{campaign}/postback/{postback}"));
    row.is_some_and(|row| row.get("url").is_none())
}

/// Whether a path leads to a value or to a missing key. What comes from a template is not in the
/// document.
fn leads(path: &str, value: &Value, templated: bool) -> bool {
    if path.is_empty() {
        return true;
    }
    match value {
        Value::Object(object) => {
            let templated = templated || object.contains_key("template");
            let inner = |(key, value): (&String, &Value)| {
                let key = key.escape_debug().to_string();
                let rest = path
                    .strip_prefix(&key)
                    .or_else(|| path.strip_prefix('.')?.strip_prefix(&key));
                rest.is_some_and(|rest| {
                    (rest.is_empty() || rest.starts_with(['.', '['])) && leads(rest, value, templated)
                })
            };
            let last = path.strip_prefix('.').unwrap_or(path);
            object.iter().any(inner) || templated || !last.contains(['.', '['])
        }
        Value::Array(items) => {
            let Some((place, rest)) = path.strip_prefix('[').and_then(|path| path.split_once(']')) else {
                return false;
            };
            let item = place.parse().ok().and_then(|place: usize| items.get(place));
            item.map_or(templated, |item| leads(rest, item, templated))
        }
        _ => false,
    }
}
