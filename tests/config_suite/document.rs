//! Reading a document: what has no shape at all is refused before anything else is looked at.

use postback::Document;

fn json(text: &str) -> String {
    Document::from_json(text).unwrap_err().to_string()
}

#[test]
fn canonical_json_has_sorted_keys_and_no_spaces() {
    let document = Document::from_json(r#" {"b": [1, true, "é\u0041"], "a": {"d": -2, "c": {}}} "#).unwrap();
    assert_eq!(document.to_json(), r#"{"a":{"c":{},"d":-2},"b":[1,true,"éA"]}"#);
}

#[test]
fn what_is_not_a_json_object_is_refused() {
    assert_eq!(json("[1]"), "the document is a list, not a table");
    assert_eq!(json("\"a\""), "the document is a text, not a table");
    assert_eq!(
        json("{"),
        "the document cannot be read as JSON: EOF while parsing an object at line 1 column 1"
    );
    assert_eq!(
        json("{} x"),
        "the document cannot be read as JSON: trailing characters at line 1 column 4"
    );
}

#[test]
fn a_key_given_twice_is_refused_at_any_depth() {
    assert!(json(r#"{"a": 1, "a": 2}"#).starts_with("the document cannot be read as JSON: key `a` is given twice"));
    assert!(
        json(r#"{"a": [{"b": 1, "b": 1}]}"#).starts_with("the document cannot be read as JSON: key `b` is given twice")
    );
}

#[test]
fn a_number_with_a_point_is_refused_and_the_way_to_write_it_shown() {
    let said = json(r#"{"amount": 25.5}"#);
    assert!(
        said.contains(
            "expected a text, a whole number, true or false, a list or a table (an amount is a text, as in \"25.00\")"
        ),
        "{said}"
    );
    for text in [r#"{"a": null}"#, r#"{"a": 1e3}"#, r#"{"a": 9223372036854775808}"#] {
        assert!(
            json(text).starts_with("the document cannot be read as JSON: "),
            "{text}"
        );
    }
}

#[test]
fn debug_shows_the_fingerprint_and_no_secret() {
    let document = Document::from_json(r#"{"tokens": ["CANARY"]}"#).unwrap();
    assert_eq!(format!("{document:?}"), format!("Document({})", document.fingerprint()));
}

#[test]
fn another_document_has_another_fingerprint() {
    let fingerprint = |text: &str| Document::from_json(text).unwrap().fingerprint();
    assert_eq!(fingerprint(r#"{"a": 1, "b": 2}"#), fingerprint(r#"{"b":2,"a":1}"#));
    assert_ne!(fingerprint(r#"{"a": 1}"#), fingerprint(r#"{"a": "1"}"#));
}

#[cfg(feature = "toml")]
mod toml {
    use super::Document;

    fn refused(text: &str) -> String {
        Document::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn an_error_names_the_line_and_does_not_show_it() {
        let said = refused("version = 1\ntoken = CANARY\n");
        assert!(said.starts_with("the document cannot be read as TOML: "), "{said}");
        assert!(said.ends_with(" at line 2"), "{said}");
        assert!(!said.contains("CANARY"), "{said}");
    }

    #[test]
    fn a_key_given_twice_and_a_number_with_a_point_are_refused() {
        assert_eq!(
            refused("a = 1\na = 2\n"),
            "the document cannot be read as TOML: duplicate key at line 2"
        );
        assert!(refused("a = 25.5").contains("(an amount is a text, as in \"25.00\")"));
    }

    #[test]
    fn a_date_without_quotes_is_its_text() {
        let document = Document::from_toml("since = 2026-01-01\nat = 2026-01-01T10:00:00Z\n").unwrap();
        assert_eq!(
            document.to_json(),
            r#"{"at":"2026-01-01T10:00:00Z","since":"2026-01-01"}"#
        );
    }
}
