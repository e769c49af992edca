//! Templates and hostile values: a value stays in its place, whatever it is.

use postback::outbound::{HoledText, Part};
use postback::scope::{Field, Value};
use postback::template::{
    BodyTemplate, ContentType, MAX_MACROS, MAX_RENDERED, MAX_TEMPLATE, RenderError, UrlTemplate, placeholders,
};
use std::cell::Cell;
use std::collections::BTreeMap;
use url::Url;

/// A text that fills a hole, so that the text around it can be checked.
const HOLE: &str = "h";
/// A text in place of a macro in the outline of a template. No template contains it.
const MACRO: &str = "\u{1}";

/// Reads the first line as the template and the rest as the value.
pub fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (template, value) = text.split_once('\n').unwrap_or((text, "{payout}&a=b#/../\"\\"));
    for read in [UrlTemplate::parse(template), UrlTemplate::parse_offer(template)] {
        match read {
            Ok(read) => {
                assert_eq!(read.as_str(), template);
                assert!(template.len() <= MAX_TEMPLATE && read.fields().count() <= MAX_MACROS);
                url(&read, value);
            }
            Err(error) => refused(&error),
        }
    }
    blanks(template, value);
    for content_type in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
        match BodyTemplate::parse(template, content_type) {
            Ok(read) => body(&read, value),
            Err(error) => refused(&error),
        }
    }
}

fn refused(error: &postback::template::TemplateError) {
    assert!(!error.problems().is_empty());
    assert!(!error.to_string().chars().any(char::is_control), "{error}");
}

/// Gives a value to each field. Personal fields are left open.
fn valued<'v>(value: &'v str, asked: &'v Cell<usize>) -> impl Fn(&Field) -> Value<'v> {
    move |field| {
        asked.set(asked.get() + 1);
        match field {
            Field::Private(name) => Value::Private(name),
            _ if value.is_empty() => Value::Empty,
            _ => Value::Text(value.into()),
        }
    }
}

/// Returns the rendered text with its holes filled. Each field is asked for once, which shows that
/// nothing inside a value was read as a macro.
fn rendered<E>(
    fields: usize,
    value: &str,
    render: impl Fn(&str, &Cell<usize>) -> Result<HoledText, E>,
) -> Option<String> {
    let asked = Cell::new(0);
    let text = render(value, &asked).ok()?;
    assert_eq!(asked.get(), fields, "a single pass");
    assert_eq!(
        render(value, &Cell::new(0)).ok().as_ref(),
        Some(&text),
        "the same each time"
    );
    let parts = text.0.iter().map(|part| match part {
        Part::Text(text) => text.as_str(),
        Part::Hole(_) => HOLE,
        Part::Optional { .. } => panic!("no template has an optional part"),
    });
    let whole: String = parts.collect();
    let holes = text.0.iter().filter(|part| matches!(part, Part::Hole(_))).count();
    assert!(whole.len() <= MAX_RENDERED + holes);
    Some(whole)
}

fn url(template: &UrlTemplate, value: &str) {
    let render = |value: &str, asked: &Cell<usize>| template.render_with(valued(value, asked));
    let fields = template.fields().count();
    let mut reused = HoledText::plain("what was there before");
    let into = template.render_into(valued(value, &Cell::new(0)), &mut reused);
    assert_eq!(render(value, &Cell::new(0)), into.map(|()| reused));
    let Some(text) = rendered(fields, value, render) else {
        return;
    };
    let written = outline(template.as_str());
    let (text, fragment) = parted(&text);
    let (written, written_fragment) = parted(&written);
    assert_eq!(
        fragment.is_some(),
        written_fragment.is_some(),
        "no value begins a fragment"
    );
    let behind = text
        .strip_prefix(template.origin())
        .expect("no value chooses who is called");
    assert!(
        behind
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte)),
        "{text}"
    );
    let url = Url::parse(text).unwrap();
    assert_eq!(url.origin().ascii_serialization(), template.origin());
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    let Some(one) = rendered(fields, "1", render) else {
        return;
    };
    let (one, fragment_one) = parted(&one);
    assert_eq!(fragment.map(parts), fragment_one.map(parts), "{fragment:?}");
    let (path, query) = structure(text);
    let (path_one, query_one) = structure(one);
    assert_eq!(path.len(), path_one.len(), "{text}");
    assert_eq!(query.len(), query_one.len(), "{text}");
    if let (Some(asked), Some(known)) = (url.path_segments(), Url::parse(one).unwrap().path_segments()) {
        assert_eq!(asked.count(), known.count(), "{text}");
    }
    fields_keep(&query, &query_one, &structure(written).1);
}

/// Splits a URL into the URL and its fragment.
fn parted(url: &str) -> (&str, Option<&str>) {
    let parts = url.split_once('#');
    parts.map_or((url, None), |(url, fragment)| (url, Some(fragment)))
}

/// Returns the number of parts of a fragment. It must be ASCII and must not begin another fragment.
fn parts(fragment: &str) -> usize {
    let sound = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte);
    assert!(fragment.bytes().all(sound), "{fragment}");
    fragment.split('&').count()
}

/// Returns the segments of the path, and the fields of the query with their names.
fn structure(url: &str) -> (Vec<&str>, Vec<(&str, bool)>) {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    (path.split('/').collect(), names(query))
}

fn names(query: &str) -> Vec<(&str, bool)> {
    let pairs = query.split('&');
    pairs
        .map(|pair| pair.split_once('=').map_or((pair, false), |(name, _)| (name, true)))
        .collect()
}

/// Returns the template with a mark in place of each macro.
fn outline(template: &str) -> String {
    let mut parts = template.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + MACRO + part.split_once('}').map_or(part, |(_, behind)| behind)
    })
}

/// Checks that a name without a macro is the same with every value, and that a field without `=`
/// gets none.
fn fields_keep(found: &[(&str, bool)], known: &[(&str, bool)], written: &[(&str, bool)]) {
    assert_eq!((found.len(), known.len()), (written.len(), written.len()));
    for ((found, known), written) in found.iter().zip(known).zip(written) {
        assert_eq!((found.1, known.1), (written.1, written.1));
        assert!(
            written.0.contains(MACRO) || found.0 == known.0,
            "{} {}",
            found.0,
            known.0
        );
    }
}

fn body(template: &BodyTemplate, value: &str) {
    let render = |value: &str, asked: &Cell<usize>| template.render_with(valued(value, asked));
    let fields = template.fields().count();
    if render(value, &Cell::new(0)) == Err(RenderError::TooLong) {
        return;
    }
    let Some(text) = rendered(fields, value, render) else {
        return;
    };
    let known = rendered(fields, "1", render);
    match template.content_type() {
        ContentType::Json => {
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{text}");
            if let Some(known) = known {
                assert_eq!(skeleton(&text), skeleton(&known), "{text}");
            }
        }
        ContentType::Form => {
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
            if let Some(known) = known {
                fields_keep(&names(&text), &names(&known), &names(&outline(template.as_str())));
            }
        }
        _ => assert!(!text.chars().any(char::is_control), "{text}"),
    }
}

/// Returns JSON with every string and number emptied.
fn skeleton(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(first) = rest.next() {
        match first {
            '"' => {
                out.push('"');
                while let Some(inside) = rest.next() {
                    match inside {
                        '\\' => {
                            rest.next();
                        }
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '-' | '+' | '.' | '0'..='9' | 'e' | 'E' => {
                if !out.ends_with('0') {
                    out.push('0');
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// Checks that filled blanks contain the given values.
fn blanks(template: &str, value: &str) {
    let blanks = placeholders(template);
    let values: BTreeMap<String, String> = blanks
        .iter()
        .map(|blank| (blank.name.clone(), value.to_owned()))
        .collect();
    let Ok(filled) = UrlTemplate::parse_with(template, &values) else {
        return;
    };
    // What is shown of it has the blanks filled.
    assert!(!blanks.is_empty() || filled.as_str() == template);
    url(&filled, "{ref_id}&x=/");
    let Ok(text) = filled.render_with(valued("1", &Cell::new(0))) else {
        return;
    };
    let whole = text.to_string();
    let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string();
    let unreserved = encoded
        .replace("%2D", "-")
        .replace("%2E", ".")
        .replace("%5F", "_")
        .replace("%7E", "~");
    assert!(blanks.is_empty() || whole.contains(&unreserved), "{whole} {value}");
}
