//! Reads `multipart/form-data`, which PHP's cURL sends if it is given an array.

use crate::text::lossy;
use alloc::{format, string::String, vec::Vec};
use url::form_urlencoded::byte_serialize;

/// Returns the parameters of the body as a query; none if it is not such a body. `kind` is the
/// whole value of `Content-Type`. A file is no parameter.
pub(super) fn read(kind: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut mark = b"\r\n--".to_vec();
    mark.extend_from_slice(boundary(kind)?.as_bytes());
    // The first mark has no line end before it, unless something stands there that means nothing.
    let first = mark.get(2..)?;
    let mut rest = match body.strip_prefix(first) {
        Some(rest) => rest,
        None => split(body, &mark)?.1,
    };
    let mut query = Vec::with_capacity(body.len());
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let (part, behind) = split(part, &mark)?;
        let (head, value) = split(part, b"\r\n\r\n")?;
        if let Some(name) = name(head) {
            if !query.is_empty() {
                query.push(b'&');
            }
            query.extend(byte_serialize(name).flat_map(str::bytes));
            query.push(b'=');
            query.extend(byte_serialize(value).flat_map(str::bytes));
        }
        rest = behind;
    }
    rest.starts_with(b"--").then_some(query)
}

/// The text that stands between the parts.
fn boundary(kind: &str) -> Option<&str> {
    let mut parameters = kind.split(';').skip(1).filter_map(|text| text.trim().split_once('='));
    let (_, boundary) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    let boundary = boundary.trim_matches('"');
    (!boundary.is_empty()).then_some(boundary)
}

/// The name in the head of a part; none for a file.
fn name(head: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b" name=\"";
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.find(|line| {
        let key = line.split(|byte| *byte == b':').next().unwrap_or_default();
        key.eq_ignore_ascii_case(b"content-disposition")
    })?;
    if split(line, b" filename").is_some() {
        return None;
    }
    let (name, _) = split(split(line, NAME)?.1, b"\"")?;
    Some(name)
}

/// Returns the `Content-Type` of a body that begins with its mark, if it came without.
pub(super) fn kind(body: &[u8]) -> Option<String> {
    let (first, rest) = split(body, b"\r\n")?;
    let boundary = core::str::from_utf8(first.strip_prefix(b"--")?).ok()?;
    names(rest.split(|byte| *byte == b'\n').next()?)?;
    Some(format!("multipart/form-data; boundary=\"{boundary}\""))
}

/// Whether the body has parts, whole or broken.
pub(super) fn has_parts(body: &[u8]) -> bool {
    body.split(|byte| *byte == b'\n').any(|line| names(line).is_some())
}

/// Returns the body without the values of the parts whose names are `secret`, and without the lines
/// that are `shown`. It may be broken anywhere.
pub(super) fn without(body: &[u8], secret: impl Fn(&str) -> bool, shown: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let first = body
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let mark = if first.starts_with(b"--") { first } else { b"--" };
    let (mut kept, mut is_secret) = (Vec::with_capacity(body.len()), false);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        if line.starts_with(mark) {
            is_secret = false;
        } else if (is_secret || shown(text)) && !text.is_empty() {
            let (_, end) = line.split_at_checked(line.trim_ascii_end().len()).unwrap_or_default();
            kept.extend_from_slice(end);
            continue;
        }
        is_secret |= names(text).is_some_and(|name| secret(&name));
        kept.extend_from_slice(line);
    }
    kept
}

/// The name that a line of a part's head gives, with or without quotes.
fn names(line: &[u8]) -> Option<String> {
    let line = lossy(line);
    let (key, rest) = line.split_once(':')?;
    if !key.trim().eq_ignore_ascii_case("content-disposition") {
        return None;
    }
    let mut values = rest.split(';').filter_map(|part| part.split_once('='));
    let (_, name) = values.find(|(key, _)| key.trim().eq_ignore_ascii_case("name"))?;
    Some(name.trim().trim_matches(['"', '\'']).into())
}

/// Splits at the first of these bytes, which are in neither part.
fn split<'b>(bytes: &'b [u8], at: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let start = bytes.windows(at.len()).position(|window| window == at)?;
    let (before, rest) = bytes.split_at_checked(start)?;
    Some((before, rest.get(at.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=----curl7";

    fn part(name: &str, value: &str) -> String {
        format!("------curl7\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    fn query(kind: &str, body: &str) -> Option<String> {
        read(kind, body.as_bytes()).map(|query| String::from_utf8(query).unwrap())
    }

    #[test]
    fn the_parts_are_the_parameters_and_a_file_is_none() {
        let file = "------curl7\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\nContent-Type: text/plain\r\n\r\nx\r\n";
        let body = [
            &*part("clickid", "C"),
            file,
            &part("na me", "M&x=1\r\n--y"),
            &part("sum", "8.50"),
            "------curl7--\r\n",
        ];
        let expected = "clickid=C&na+me=M%26x%3D1%0D%0A--y&sum=8.50";
        assert_eq!(query(KIND, &body.concat()).as_deref(), Some(expected));
        let quoted = "multipart/form-data; charset=utf-8; Boundary=\"----curl7\"";
        let before = format!("a preamble\r\n{}", body.concat());
        assert_eq!(query(quoted, &before).as_deref(), Some(expected));
        assert_eq!(query(KIND, "------curl7--").as_deref(), Some(""));
    }

    #[test]
    fn what_is_not_whole_is_none() {
        let whole = format!("{}{}------curl7--", part("clickid", "C"), part("sum", "8.50"));
        assert_eq!(query(KIND, &whole).as_deref(), Some("clickid=C&sum=8.50"));
        for length in 0..whole.len() {
            let begun: String = whole.chars().take(length).collect();
            assert_eq!(query(KIND, &begun), None, "{length}");
        }
        for kind in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=other",
        ] {
            assert_eq!(query(kind, &whole), None, "{kind}");
        }
    }
    #[test]
    fn a_secret_part_is_emptied_wherever_the_body_is_broken() {
        let whole = format!(
            "{}{}{}------curl7--",
            part("sum", "8.50"),
            part("token", "s3cret"),
            part("a", "other")
        );
        let hidden = |body: &str| {
            let kept = without(body.as_bytes(), |name| name == "token", |line| line == b"other");
            String::from_utf8(kept).unwrap()
        };
        assert_eq!(hidden(&whole), whole.replace("s3cret", "").replace("other", ""));
        assert_eq!(query(KIND, &hidden(&whole)).as_deref(), Some("sum=8.50&token=&a="));
        let bare = whole.replace("\r\n", "\n").replace('"', "");
        let no_gap = whole.replace("\r\n\r\n", "\r\n");
        let two_lines = whole.replace("s3cret", "--s3cret\r\n\r\ns3cret");
        for body in [bare, no_gap, two_lines, whole] {
            for length in 0..=body.len() {
                let begun: String = body.chars().take(length).collect();
                let hidden = hidden(&begun);
                assert!(!hidden.contains("s3"), "{hidden}");
                assert_eq!(hidden.contains("8.50"), begun.contains("8.50"), "{hidden}");
            }
        }
    }

    #[test]
    fn a_body_says_its_own_boundary() {
        let whole = format!("{}------curl7--", part("sum", "8.50"));
        assert_eq!(
            kind(whole.as_bytes()).as_deref(),
            Some("multipart/form-data; boundary=\"----curl7\"")
        );
        assert!(has_parts(format!("before\r\n{whole}").as_bytes()));
        for other in ["", "sum=8.50", "--x", "--x\r\nsum=8.50", "{}"] {
            assert_eq!(kind(other.as_bytes()), None, "{other}");
            assert!(!has_parts(other.as_bytes()), "{other}");
        }
    }
}
