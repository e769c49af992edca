//! A body as a form.

use postback::clickbank::form::{Form, FormCharset, MAX_FORM, MAX_FORM_PARAMETERS};

fn error(body: &[u8]) -> String {
    Form::parse(body).unwrap_err().to_string()
}

fn count(body: &str) -> String {
    format!("{:?}", Form::parse(body.as_bytes()).unwrap())
}

#[test]
fn line_breaks_around_a_form_and_nothing_between_ampersands_are_skipped() {
    assert_eq!(count(""), "Form(0 parameters)");
    assert_eq!(count("\r\na=1&&b&c=\n"), "Form(3 parameters)");
    assert_eq!(
        Form::parse(b"a=1&b=2\r\n").unwrap(),
        Form::parse(b"b=%32&%61=1").unwrap()
    );
}

#[test]
fn a_malformed_escape_is_refused_by_the_parameters_name() {
    for body in ["a=%", "a=%4", "a=%4g", "a=%zz", "b=1&a=x%2"] {
        assert_eq!(
            error(body.as_bytes()),
            "parameter `a` holds a malformed percent escape",
            "{body}"
        );
    }
    assert_eq!(error(b"%x=1"), "parameter `%x` holds a malformed percent escape");
}

#[test]
fn what_is_not_utf_8_is_refused_before_and_after_decoding() {
    for body in [&b"a=J\xfcrgen"[..], b"a=J%FCrgen", b"b=1&a=%c3"] {
        assert_eq!(error(body), "parameter `a` is not UTF-8");
    }
    assert_eq!(error(b"\xfc=1"), "parameter `\u{fffd}` is not UTF-8");
    for body in [&b"a=J\xc3\xbcrgen"[..], b"a=J%c3%bcrgen", b"a=%C3\xbc"] {
        assert!(Form::parse(body).is_ok());
    }
}

#[test]
fn with_latin_1_every_sequence_of_bytes_is_text() {
    for body in [&b"a=J\xfcrgen"[..], b"a=J%FCrgen", b"\xff=%00"] {
        assert!(Form::parse_as(body, FormCharset::Latin1).is_ok());
    }
}

#[test]
fn a_repeated_name_is_refused_whatever_its_values_and_its_escapes() {
    for body in ["a=1&a=1", "a=1&b=2&a=3", "a=&%61=", "a&a"] {
        assert_eq!(error(body.as_bytes()), "parameter `a` is repeated", "{body}");
    }
    assert!(Form::parse(b"a=1&A=1").is_ok());
}

#[test]
fn a_long_name_is_shown_short_and_on_one_line() {
    let name = format!("a%0a{}", "b".repeat(100));
    let error = error(format!("{name}=1&{name}=2").as_bytes());
    assert!(error.len() < 100 && !error.contains('\n'), "{error}");
    assert!(error.starts_with("parameter `a\\nbbb"), "{error}");
}

#[test]
fn a_form_is_at_most_64_kib_long() {
    for (length, fits) in [(MAX_FORM - 1, true), (MAX_FORM, true), (MAX_FORM + 1, false)] {
        let body = format!("a={}", "x".repeat(length - 2));
        let read = Form::parse(body.as_bytes());
        assert_eq!(read.is_ok(), fits, "{length}");
        if let Err(error) = read {
            assert!(error.is_too_large());
            assert_eq!(error.to_string(), "form is 65537 bytes long, at most 65536 are allowed");
        }
    }
}

#[test]
fn a_form_has_at_most_256_parameters() {
    for (count, fits) in [
        (MAX_FORM_PARAMETERS - 1, true),
        (MAX_FORM_PARAMETERS, true),
        (MAX_FORM_PARAMETERS + 1, false),
    ] {
        let body: Vec<String> = (0..count).map(|number| format!("a{number}=1")).collect();
        let read = Form::parse(body.join("&").as_bytes());
        assert_eq!(read.is_ok(), fits, "{count}");
        if let Err(error) = read {
            assert!(!error.is_too_large());
            assert_eq!(error.to_string(), "form has more than 256 parameters");
        }
    }
}
