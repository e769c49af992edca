//! Reads `multipart/form-data`, which PHP's cURL sends if it is given an array.

use alloc::vec::Vec;
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

/// Splits at the first of these bytes, which are in neither part.
fn split<'b>(bytes: &'b [u8], at: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let start = bytes.windows(at.len()).position(|window| window == at)?;
    let (before, rest) = bytes.split_at_checked(start)?;
    Some((before, rest.get(at.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

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
}
