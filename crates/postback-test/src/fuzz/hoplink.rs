//! ClickBank's links and tracking codes: a parameter that is added can be read back, and nothing
//! else changes.

use postback::clickbank::hoplink::{Link, MAX_LINK, TRACKING_PARAMETERS};
use postback::clickbank::tid::{MAX_TID, Tid};
use postback::scope::{Field, Value};
use postback::template::UrlTemplate;

/// Reads the first line as the link and the rest as a value.
pub fn hoplink(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (text, value) = text.split_once('\n').unwrap_or((text, "summer_1"));
    tid(value);
    let link = match Link::parse(text) {
        Ok(link) => link,
        Err(error) => {
            printable(&error.to_string());
            return;
        }
    };
    assert_eq!(link.as_str(), text);
    assert_eq!(Link::parse(text).as_ref(), Ok(&link));
    printable(&link.form().to_string());
    for doubt in link.doubts() {
        printable(&doubt.to_string());
    }
    // These are the two codes and one of the other parameters.
    let (other, _) = TRACKING_PARAMETERS[bytes.len() % TRACKING_PARAMETERS.len()];
    for name in ["tid", "vtid", other] {
        put(&link, name, value);
        if let Ok(open) = link.with_macro(name, "clickid") {
            assert!(link.form().takes(name));
            assert_eq!(open.value(name), Some("{clickid}"));
            filled(&open, name, value);
        }
    }
}

fn printable(text: &str) {
    assert!(!text.chars().any(char::is_control), "{}", text.escape_debug());
}

/// Checks a code by the grammar in ClickBank's documentation.
fn tid(text: &str) {
    let letters = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_');
    let taken = !text.is_empty()
        && text.chars().count() <= MAX_TID
        && text.chars().all(letters)
        && !text.starts_with('_')
        && !text.contains("__");
    match Tid::new(text) {
        Ok(tid) => {
            assert!(taken && tid.as_str() == text && tid.to_string() == text, "{text}");
            assert!(tid.is(&text.to_ascii_uppercase()));
            assert!(!tid.is(&format!("{text}x")));
        }
        Err(error) => {
            assert!(!taken, "{text}");
            printable(&error.to_string());
        }
    }
}

fn put(link: &Link, name: &str, value: &str) {
    let made = match link.with(name, value) {
        Ok(made) => made,
        Err(error) => return printable(&error.to_string()),
    };
    assert!(link.form().takes(name) && made.as_str().len() <= MAX_LINK);
    assert!(!matches!(name, "tid" | "vtid") || Tid::new(value).is_ok());
    let longest = TRACKING_PARAMETERS.iter().find(|(known, _)| *known == name);
    assert!(longest.is_some_and(|(_, longest)| value.chars().count() <= *longest));
    assert_eq!(made.value(name), Some(value), "{}", made.as_str());
    assert_eq!(made.form(), link.form());
    let others = |link: &Link| {
        let others = link.parameters().filter(|(other, _)| *other != name);
        others
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(others(&made), others(link));
    assert_eq!(made.parameters().filter(|(other, _)| *other == name).count(), 1);
    assert_eq!(
        made.with(name, value).as_ref(),
        Ok(&made),
        "a second time changes nothing"
    );
    assert_eq!(Link::parse(made.as_str()).as_ref(), Ok(&made));
}

/// Checks that a link with a macro is an offer's URL, and that a click id fills it completely.
fn filled(open: &Link, name: &str, value: &str) {
    let Ok(template) = UrlTemplate::parse_offer(open.as_str()) else {
        return;
    };
    let shown = |field: &Field| match field {
        Field::ClickId if !value.is_empty() => Value::Text(value.into()),
        Field::Private(name) => Value::Private(name),
        _ => Value::Empty,
    };
    let Ok(text) = template.render_with(shown) else { return };
    if let Ok(link) = Link::parse(&text.to_string())
        && !value.is_empty()
    {
        assert_eq!(link.value(name), Some(value));
    }
}
