//! A query string, and the event that a source makes of it.

use postback::compile::compile;
use postback::intake::Intake;
use postback::network::{InboundPostback, Meaning, ParameterMap};
use postback::tracker::Source;
use postback::value::{MAX_QUERY, MAX_QUERY_PARAMETERS, is_unfilled_macro};
use postback::{CompileOptions, Credentials, Document, Event, Query, Received, Timestamp, Tracker};
use std::sync::LazyLock;
use url::form_urlencoded;

/// A click id of ours. Without keys, every text of its form is accepted as one.
const OURS: &str = "p2234567abcdefghijklmnopqrstuvwxy";

/// Makes a source for each shipped kind of postback.
const DOCUMENT: &str = r#"{
    "version": 1,
    "conversion_type": [{"name": "Purchase", "default": true}, {"name": "Refund", "counts": "reversal"}],
    "offer_source": [
        {"id": "redtrack", "default": true, "template": "generic"},
        {"id": "own", "names": {"time": "time", "clickid": "subid"}, "parameter": [
            {"name": "product", "role": "content_name"}, {"name": "txid", "role": "event_id"}, {"name": "mail", "role": "email"}
        ]},
        {"id": "affiliate", "template": "clickbank-s2s"},
        {"id": "vendor", "template": "clickbank-s2s", "account_role": "vendor"}
    ]
}"#;

static TRACKER: LazyLock<Tracker> = LazyLock::new(|| {
    let document = Document::from_json(DOCUMENT).unwrap();
    compile(&document, &CompileOptions::default()).unwrap()
});

/// Reads the bytes as a query string.
pub fn s2s_query(bytes: &[u8]) {
    let read = Query::parse(bytes);
    assert_eq!(read.is_ok(), is_taken(bytes), "{read:?} {}", bytes.escape_ascii());
    each(bytes, read.is_ok());
    let query = match &read {
        Ok(query) => query,
        Err(error) => {
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
            return;
        }
    };
    let pairs: Vec<(&str, &str)> = query.pairs().collect();
    let expected: Vec<_> = form_urlencoded::parse(bytes).collect();
    assert!(
        pairs
            .iter()
            .copied()
            .eq(expected.iter().map(|(name, value)| (&**name, &**value)))
    );
    let printed = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&pairs)
        .finish();
    // The encoded text is longer than the original.
    if printed.len() <= MAX_QUERY {
        assert_eq!(Query::parse(printed.as_bytes()).as_ref(), Ok(query));
    }
    values(query, &pairs);
    for source in TRACKER.sources() {
        event(source, query, &pairs);
        folded(source, &printed);
    }
    let maps = [ParameterMap::redtrack(), ParameterMap::generic()];
    for map in maps {
        if let Ok(postback) = InboundPostback::read(query, &map, &["product"]) {
            for text in [&postback.event_id, &postback.order_id, &postback.status_word]
                .into_iter()
                .flatten()
            {
                is_read(text, &pairs);
            }
        }
    }
}

/// Checks each parameter: one that can be read alone is read, and any other one is named in an
/// error.
fn each(bytes: &[u8], is_whole: bool) {
    let parts = bytes.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    let count = parts.clone().count();
    let Ok(query) = Query::parse_each(bytes) else {
        return assert!(bytes.len() > MAX_QUERY || count > MAX_QUERY_PARAMETERS);
    };
    assert_eq!(query.faulty().count() == 0, is_whole || query.pairs().count() == count);
    assert_eq!(query.pairs().count() + query.faulty().count(), count);
    for part in parts {
        if let Ok(alone) = Query::parse(part) {
            let (name, value) = alone.pairs().next().unwrap();
            assert!(
                query
                    .pairs()
                    .any(|(own, read)| own == name && read.len() <= value.len())
            );
        }
    }
    for name in query.faulty() {
        assert!(query.raw(name).is_err(), "{name}");
    }
    for source in TRACKER.sources() {
        let _ = made(source, &query, 1_775_001_600, 7);
    }
}

/// Reads a query string as its documentation says.
fn is_taken(bytes: &[u8]) -> bool {
    let parts: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'&')
        .filter(|part| !part.is_empty())
        .collect();
    let decoded = |part: &[u8]| {
        let escapes = part.split(|byte| *byte == b'%').skip(1);
        let whole = escapes.map(|behind| behind.iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count());
        let decoded = percent_encoding::percent_decode(part).collect::<Vec<u8>>();
        let text = String::from_utf8(decoded).ok();
        whole.min().unwrap_or(2) == 2 && text.is_some_and(|text| !text.contains(char::is_control))
    };
    bytes.len() <= MAX_QUERY
        && std::str::from_utf8(bytes).is_ok()
        && parts.len() <= MAX_QUERY_PARAMETERS
        && parts
            .iter()
            .all(|part| part.splitn(2, |byte| *byte == b'=').all(decoded))
}

/// Returns the only value of each name, or a refusal. A macro is no value.
fn values(query: &Query<'_>, pairs: &[(&str, &str)]) {
    for (name, value) in pairs {
        let repeated = pairs.iter().filter(|(other, _)| other == name).count() > 1;
        match query.raw(name) {
            Ok(raw) => assert!(!repeated && raw == Some(value), "{name}"),
            Err(_) => assert!(repeated, "{name}"),
        }
        if let Ok(found) = query.value(name) {
            let missing = value.is_empty() || is_unfilled_macro(value);
            assert_eq!(found, Some(*value).filter(|_| !missing), "{name}");
        }
    }
}

/// Checks that a value that was read is in the text.
fn stands(text: &str, pairs: &[(&str, &str)]) {
    assert!(
        pairs.iter().any(|(_, value)| [value, value.trim()].contains(&text)),
        "{text}"
    );
}

/// Checks that a value that was read is in the text, and is not a macro.
fn is_read(text: &str, pairs: &[(&str, &str)]) {
    stands(text, pairs);
    assert!(!text.is_empty() && !is_unfilled_macro(text), "{text}");
}

fn made(source: &Source, query: &Query<'_>, seconds: i64, nonce: u64) -> Option<(Event, InboundPostback)> {
    let at = Timestamp::from_unix_seconds(seconds).unwrap();
    Intake::new(source, &Credentials::default(), Received { at, nonce })
        .assume_authorized()
        .postback(query)
        .ok()
}

fn event(source: &Source, query: &Query<'_>, pairs: &[(&str, &str)]) {
    let Some((event, postback)) = made(source, query, 1_775_001_600, 7) else {
        return;
    };
    assert_eq!(
        made(source, query, 1_775_001_600, 7).unwrap().0,
        event,
        "the same each time"
    );
    let again = made(source, query, 1_775_009_999, 8).unwrap().0;
    assert_eq!(
        again.id == event.id,
        event.identified,
        "one identity however often it comes"
    );
    for text in [&event.event_id, &event.order_id].into_iter().flatten() {
        is_read(text, pairs);
    }
    // A macro in the place of a type or a status is kept, and a long one is cut: it is a word that
    // says nothing.
    for text in [&event.name, &event.status].into_iter().flatten() {
        let begins = pairs.iter().any(|(_, value)| value.trim().starts_with(&**text));
        assert!(begins && !text.is_empty(), "{text}");
    }
    for text in [&postback.receipt_text, &postback.event_id].into_iter().flatten() {
        is_read(text, pairs);
    }
    for value in event.parameters.values() {
        is_read(value, pairs);
    }
    for id in event.clicks.iter().chain(&event.forged) {
        let given = pairs
            .iter()
            .any(|(_, value)| value.trim().eq_ignore_ascii_case(id.as_str()));
        assert!(given && !is_unfilled_macro(id.as_str()), "{id}");
    }
    if let Some(sum) = postback.sum {
        // The amount was read exactly: one of the values is that amount.
        assert!(pairs.iter().any(|(_, value)| value.trim().parse() == Ok(sum)), "{sum}");
        assert_eq!(event.sum.map(|money| money.amount), Some(sum));
    }
    if let Some(receipt) = &event.receipt {
        assert!(
            pairs
                .iter()
                .any(|(_, value)| value.trim_start().starts_with(receipt.as_str())),
            "{receipt}"
        );
    }
    assert!(
        event.parent.is_none() || event.parent != event.receipt,
        "nothing is its own parent"
    );
    // What is stored can be read back. Personal values are stored elsewhere.
    let stored: Event = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
    let mut shown = event.clone();
    shown.private.clear();
    assert_eq!(stored, shown);
    if let Some(name) = source.parameter_name(Meaning::Token) {
        let token = pairs.iter().find(|(own, value)| *own == name && value.len() > 7);
        let debug = format!("{event:?} {postback:?}");
        assert!(
            token.is_none_or(|(_, token)| texts_hold(pairs, name, token) || !debug.contains(token)),
            "{debug}"
        );
    }
}

/// Whether another parameter, which may be shown, has the same text.
fn texts_hold(pairs: &[(&str, &str)], name: &str, text: &str) -> bool {
    pairs
        .iter()
        .any(|(other, value)| *other != name && (value.contains(text) || other.contains(text)))
}

/// Compares click ids without their case, which ClickBank may change.
fn folded(source: &Source, printed: &str) {
    let Some(name) = source.parameter_name(Meaning::ClickId) else {
        return;
    };
    let made = |id: &str| {
        let text = format!("{name}={id}&{printed}");
        let query = Query::parse(text.as_bytes()).ok()?;
        Some(made(source, &query, 1_775_001_600, 7)?.0)
    };
    let (lower, upper) = (made(OURS), made(&OURS.to_ascii_uppercase()));
    assert_eq!(lower, upper);
    if let Some(event) = lower {
        assert_eq!(event.clicks.first().map(|id| id.as_str()), Some(OURS));
    }
}
