//! Reads the cookies of a click's request.

/// How much of the cookies is read, in bytes. Browsers send more only where a site has very many
/// of them, and many servers refuse headers that are longer than this.
pub const MAX_COOKIES: usize = 16_384;

/// The raw value of the first cookie with this name that has a value. `cookies` is the header
/// `Cookie` as it came: `name=value; name2=value2`. Blanks around names and values do not count,
/// and neither does a pair of quotes around a value. A part without `=` is passed over.
pub(super) fn cookie<'c>(cookies: &'c [u8], name: &str) -> Option<&'c [u8]> {
    let read = cookies.get(..MAX_COOKIES).unwrap_or(cookies);
    let mut parts = read.split(|byte| *byte == b';');
    if read.len() < cookies.len() {
        // The last one may be cut.
        parts.next_back();
    }
    let mut values = parts.filter_map(|part| {
        let end = part.iter().position(|byte| *byte == b'=')?;
        let (key, value) = part.split_at_checked(end)?;
        let value = unquoted(value.strip_prefix(b"=")?.trim_ascii());
        (key.trim_ascii() == name.as_bytes() && !value.is_empty()).then_some(value)
    });
    values.next()
}

fn unquoted(value: &[u8]) -> &[u8] {
    let inner = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
    inner.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn the_first_cookie_with_a_value_counts() {
        for (cookies, value) in [
            ("_fbc=fb.1.2.a", Some("fb.1.2.a")),
            ("a=1; _fbc=x; _fbc=y", Some("x")),
            ("_fbc=; _fbc=y", Some("y")),
            ("a=1;_fbc=x;b=2", Some("x")),
            ("  _fbc = x ; b", Some("x")),
            ("_fbc=\"x\"", Some("x")),
            ("_fbc=\"", Some("\"")),
            ("_fbc=a=b", Some("a=b")),
            ("_fbc=%7Ba+b", Some("%7Ba+b")),
            ("_fbc", None),
            ("_FBC=x", None),
            ("x_fbc=x", None),
            ("a=_fbc=x", None),
            ("", None),
            ("; ;=;", None),
        ] {
            let found = cookie(cookies.as_bytes(), "_fbc");
            assert_eq!(found, value.map(str::as_bytes), "{cookies}");
        }
    }

    #[test]
    fn a_cookie_behind_the_longest_header_is_not_read_and_none_is_read_in_part() {
        let fill = "a".repeat(MAX_COOKIES - "f=; _fbc=abc".len());
        let whole = format!("f={fill}; _fbc=abc");
        assert_eq!(cookie(whole.as_bytes(), "_fbc"), Some(b"abc".as_slice()));
        let longer = format!("{whole}d");
        assert_eq!(cookie(longer.as_bytes(), "_fbc"), None);
    }
}
