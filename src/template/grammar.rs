//! Reads the text between two braces.

use super::error::{MapFault, Problem, shown};
use super::foreign::hint;
use crate::model::Status;
use crate::scope::Field;
use crate::text::percent_decoded;
use crate::value::SecretReference;
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

/// A macro that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Macro {
    /// A field's value, encoded or raw.
    Value { field: Field, raw: bool },
    /// A text that a field's value chooses.
    Mapped { field: Field, map: Map },
    /// A secret, named by its reference.
    Secret(SecretReference),
}

/// A map from values to texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Map {
    entries: Vec<(String, String)>,
    default: Option<String>,
}

impl Map {
    /// The text for a value; none when the map has no entry for it and no default.
    pub(super) fn text(&self, value: &str) -> Option<&str> {
        let known = self.entries.iter().find(|(key, _)| key == value).map(|(_, text)| text);
        known.or(self.default.as_ref()).map(String::as_str)
    }

    /// The text that an entry without a key (`=none`) gives for a missing value; `*` gives none.
    pub(super) fn text_of_nothing(&self) -> Option<&str> {
        let known = self.entries.iter().find(|(key, _)| key.is_empty());
        known.map(|(_, text)| text.as_str())
    }

    /// Every text of the map, so that the caller can encode it for its position.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.entries
            .iter_mut()
            .map(|(_, text)| text)
            .chain(self.default.as_mut())
    }
}

/// Reads the text between the braces that open at byte `at`. `click_id` is the macro that replaces
/// another system's name for a click id there.
pub(super) fn read(text: &str, at: usize, click_id: &str) -> Result<Macro, Problem> {
    if let Some(reference) = text.strip_prefix("secret:") {
        // `NAME` is short for `env:NAME`.
        let whole = match reference.contains(':') {
            true => reference.to_owned(),
            false => format!("env:{reference}"),
        };
        return whole
            .parse()
            .map(Macro::Secret)
            .map_err(|_| Problem::SecretReference { text: shown(text), at });
    }
    let (name, map) = match text.split_once(':') {
        Some((name, map)) => (name, Some(map)),
        None => (text, None),
    };
    let (plain, raw) = match name.strip_prefix('_') {
        Some(plain) => (plain, true),
        None => (name, false),
    };
    let Some(field) = Field::from_name(plain) else {
        return Err(Problem::UnknownMacro {
            text: shown(text),
            at,
            hint: hint(if plain.is_empty() { text } else { plain }, click_id),
        });
    };
    let fault = |fault| Problem::Map {
        text: shown(text),
        at,
        fault,
    };
    let Some(map) = map else {
        if raw && matches!(field, Field::Private(_)) {
            return Err(Problem::Misplaced {
                text: shown(text),
                at,
                why: "is a personal value, which is always encoded",
            });
        }
        return Ok(Macro::Value { field, raw });
    };
    if raw {
        return Err(fault(MapFault::Raw));
    }
    if matches!(field, Field::Private(_)) {
        return Err(fault(MapFault::Private));
    }
    let map = read_map(&field, map).map_err(fault)?;
    Ok(Macro::Mapped { field, map })
}

fn read_map(field: &Field, text: &str) -> Result<Map, MapFault> {
    let mut map = Map::default();
    for entry in text.split(' ').filter(|entry| !entry.is_empty()) {
        let (key, value) = entry.split_once('=').ok_or_else(|| MapFault::Entry(shown(entry)))?;
        let value = decoded(value)?;
        if key == "*" {
            if map.default.replace(value).is_some() {
                return Err(MapFault::Twice(key.to_owned()));
            }
            continue;
        }
        let key = decoded(key)?;
        if *field == Field::Status && Status::from_word(&key).is_none() {
            return Err(MapFault::NotAStatus(shown(&key)));
        }
        if map.entries.iter().any(|(known, _)| *known == key) {
            return Err(MapFault::Twice(shown(&key)));
        }
        map.entries.push((key, value));
    }
    if map == Map::default() {
        return Err(MapFault::Empty);
    }
    if *field == Field::Status && map.default.is_none() {
        let missing = Status::ALL.iter().filter(|status| map.text(status.as_str()).is_none());
        let missing: Vec<&str> = missing.map(|status| status.as_str()).collect();
        if !missing.is_empty() {
            return Err(MapFault::Misses(missing.join(", ")));
        }
    }
    Ok(map)
}

fn decoded(text: &str) -> Result<String, MapFault> {
    let decoded = percent_decoded(text.as_bytes(), b'+');
    decoded
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| MapFault::Encoding(shown(text)))
}

/// Whether a field has a value only when there is a conversion.
pub(crate) fn is_of_conversion(field: &Field) -> bool {
    matches!(
        field,
        Field::ConversionSub(_)
            | Field::Status
            | Field::Type
            | Field::EventId
            | Field::OrderId
            | Field::Sum
            | Field::Payout
            | Field::PayoutDelta
            | Field::CustPayout
            | Field::Currency
            | Field::PostbackId
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn refused(text: &str) -> String {
        read(text, 7, "ref_id").unwrap_err().to_string()
    }

    #[test]
    fn a_secret_is_a_reference_and_a_bare_name_is_one_of_the_environment() {
        for (text, reference) in [
            ("secret:META_TOKEN", "env:META_TOKEN"),
            ("secret:env:META_TOKEN", "env:META_TOKEN"),
            ("secret:file:/run/secrets/meta", "file:/run/secrets/meta"),
            ("secret:host:meta", "host:meta"),
        ] {
            assert_eq!(
                read(text, 0, "ref_id"),
                Ok(Macro::Secret(reference.parse().unwrap())),
                "{text}"
            );
        }
        for text in [
            "secret:",
            "secret:env:",
            "secret:file:",
            "secret:a b",
            "secret:vault:x",
            "secret:a-b",
        ] {
            assert_eq!(
                refused(text),
                format!(
                    "`{{{text}}}` at byte 7 is not a reference to a secret; write `{{secret:env:NAME}}`, `file:PATH` or `host:NAME`"
                )
            );
        }
    }

    #[test]
    fn a_map_says_what_is_wrong_with_it() {
        for (text, fault) in [
            ("status:", "is empty"),
            ("status: ", "is empty"),
            ("_status:*=1", "is always encoded; leave out the `_`"),
            (
                "ip:*=1",
                "reads a personal value, which is not known when it is rendered",
            ),
            ("type:Purchase", "has the entry `Purchase`, which is not `key=value`"),
            ("type:a=%ff", "holds `%ff`, which is not percent-encoded UTF-8"),
            ("type:a=5%", "holds `5%`, which is not percent-encoded UTF-8"),
            ("type:a=1 a=2", "names `a` twice"),
            ("type:*=1 *=2", "names `*` twice"),
            (
                "status:lead=0 sale=1",
                "names `lead`, which is not a status; they are approved, pending, declined and other",
            ),
            (
                "status:approved=1 pending=0",
                "has no entry for declined, other and no `*=`",
            ),
        ] {
            assert_eq!(refused(text), format!("map `{{{text}}}` at byte 7 {fault}"));
        }
    }

    #[test]
    fn a_status_map_is_whole_with_all_four_or_with_a_star() {
        assert!(read("status:approved=1 pending=0 declined=2 other=3", 0, "ref_id").is_ok());
        assert!(read("status:approved=1 *=0", 0, "ref_id").is_ok());
        assert!(
            read("type:Purchase=sale", 0, "ref_id").is_ok(),
            "other fields may leave values out"
        );
    }

    #[test]
    fn keys_and_texts_of_a_map_are_percent_decoded() {
        let Ok(Macro::Mapped { map, .. }) = read("type:Initiate%20Checkout=a%20b %2A=star x%3Dy=", 0, "ref_id") else {
            panic!("not a map")
        };
        assert_eq!(map.text("Initiate Checkout"), Some("a b"));
        assert_eq!(map.text("*"), Some("star"));
        assert_eq!(map.text("x=y"), Some(""));
        assert_eq!(map.text("else"), None);
    }
}
