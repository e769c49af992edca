//! Joins the parameters of a postback's URL and of its body into one query.
//!
//! Networks post forms, JSON or nothing at all, and put some of the parameters into the URL. A name
//! that stands in both with the same value is one parameter. With two values it is repeated, and
//! the reader of the query refuses it.

use super::caller::Caller;
use super::door::Intake;
use super::json::flattened;
use super::multipart;
use super::refusal::Refusal;
use crate::event::Event;
use crate::plan::RefusedReason;
use crate::protocol::Protocol;
use alloc::{borrow::Cow, collections::BTreeSet, vec::Vec};
use core::fmt;
use url::form_urlencoded;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The format in which a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nothing,
    Form,
    Multipart,
    Json,
}

/// A postback as it was posted: the query of its URL, and its body.
#[derive(Clone, Copy, Default)]
pub struct PostedPostback<'a> {
    pub(super) query: &'a [u8],
    content_type: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl<'a> PostedPostback<'a> {
    /// A postback without a body. `query` is the query of its URL.
    #[must_use]
    pub fn new(query: &'a [u8]) -> Self {
        Self {
            query,
            ..Self::default()
        }
    }

    /// Returns the postback with a body and the value of its header `Content-Type`. A byte order
    /// mark before the body is no part of it.
    #[must_use]
    pub fn with_body(self, content_type: Option<&'a str>, body: &'a [u8]) -> Self {
        Self {
            content_type,
            body: body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body),
            ..self
        }
    }

    /// Returns the parameters of the URL and of the body as one query. The parameters of a form are
    /// added to those of the URL. The parameters of a JSON object are named by their paths
    /// (`order.id`, `items.0.sku`); numbers keep their text, null counts as absent, and a member
    /// that cannot be read makes only its own parameter faulty
    /// ([`Query::parse_each`](crate::value::Query::parse_each)). A parameter that stands in both
    /// with the same value is kept once.
    ///
    /// # Errors
    /// - [`RefusedReason::Misdirected`]: the body is a notification of ClickBank
    /// - [`RefusedReason::ContentType`]: the body is neither a form (url-encoded or whole
    ///   `multipart/form-data`) nor a JSON object
    /// - [`RefusedReason::MalformedBody`]: the body is JSON that cannot be read, or is not an
    ///   object
    /// - [`RefusedReason::TooLong`], [`RefusedReason::TooManyParameters`]
    pub fn query(&self) -> Result<Cow<'a, [u8]>, RefusedReason> {
        let read = match shape(self.content_type, self.body)? {
            Shape::Nothing => return Ok(Cow::Borrowed(self.query)),
            Shape::Form => Cow::Borrowed(self.body),
            Shape::Multipart => {
                let kind = self.content_type.unwrap_or_default();
                Cow::Owned(multipart::read(kind, self.body).ok_or(RefusedReason::ContentType)?)
            }
            Shape::Json => Cow::Owned(flattened(self.body)?.into_bytes()),
        };
        if is_notification(&read) {
            return Err(RefusedReason::Misdirected);
        }
        Ok(if self.query.is_empty() {
            read
        } else {
            Cow::Owned(joined(self.query, &read))
        })
    }
}

/// Shows only the type and the length of the body, since its values may be tokens and personal
/// data.
impl fmt::Debug for PostedPostback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostedPostback")
            .field("content_type", &self.content_type)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Intake<'_> {
    /// Reads a postback from the parameters of its URL and of its body together. The token may
    /// stand in either, or be the token of `caller` (a header).
    ///
    /// # Errors
    /// As for [`Intake::postback`], with the message to keep, and what [`PostedPostback::query`]
    /// rejects.
    pub fn posted(&self, caller: &Caller<'_>, posted: &PostedPostback<'_>) -> Result<Event, Refusal> {
        match posted.query() {
            Ok(query) => self.postback(caller, &query),
            Err(reason) => Err(self.unread(caller, posted, reason)),
        }
    }
}

/// Finds the format of a body. Small senders leave the content type out or name a wrong one, so
/// JSON is recognised by its first byte, and a form under the type of JSON by its first name.
fn shape(content_type: Option<&str>, body: &[u8]) -> Result<Shape, RefusedReason> {
    let kind = content_type.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let says_json = kind.ends_with("/json") || kind.ends_with("+json");
    match body.trim_ascii().first() {
        None => Ok(Shape::Nothing),
        Some(first) if says_json => Ok(match is_name(*first) && body.contains(&b'=') {
            true => Shape::Form,
            false => Shape::Json,
        }),
        _ if kind == "multipart/form-data" => Ok(Shape::Multipart),
        _ if kind.starts_with("multipart/") => Err(RefusedReason::ContentType),
        Some(b'{') => Ok(Shape::Json),
        Some(_) if matches!(&*kind, "" | "application/x-www-form-urlencoded" | "text/plain") => Ok(Shape::Form),
        Some(_) => Err(RefusedReason::ContentType),
    }
}

/// Whether the name of a parameter may begin so.
fn is_name(first: u8) -> bool {
    first.is_ascii_alphanumeric() || first == b'_'
}

/// Whether these are the parameters of a notification. Only the names are looked at, which the
/// sender knows anyway.
fn is_notification(query: &[u8]) -> bool {
    let names: BTreeSet<_> = form_urlencoded::parse(query).map(|(name, _)| name).collect();
    Protocol::names_notification(|name| names.contains(name))
}

/// Joins both, and leaves out parameters of the body that stand in the URL with the same value.
fn joined(query: &[u8], body: &[u8]) -> Vec<u8> {
    let known: BTreeSet<_> = form_urlencoded::parse(query).collect();
    let mut all = query.to_vec();
    for parameter in body.split(|byte| *byte == b'&').filter(|text| !text.is_empty()) {
        if form_urlencoded::parse(parameter).any(|pair| !known.contains(&pair)) {
            all.push(b'&');
            all.extend_from_slice(parameter);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{MAX_QUERY, MAX_QUERY_PARAMETERS};
    use alloc::{format, string::String};

    fn read(query: &str, kind: Option<&str>, body: &str) -> Result<String, RefusedReason> {
        let posted = PostedPostback::new(query.as_bytes()).with_body(kind, body.as_bytes());
        Ok(String::from_utf8_lossy(&posted.query()?).into_owned())
    }

    #[test]
    fn url_and_body_are_one_set() {
        let form = Some("application/x-www-form-urlencoded; charset=utf-8");
        for (query, kind, body, expected) in [
            ("a=1", None, "", "a=1"),
            ("a=1", Some("application/json"), " \r\n", "a=1"),
            ("", form, "a=1&b=2", "a=1&b=2"),
            ("token=t", form, "a=1&b=%20", "token=t&a=1&b=%20"),
            ("a=1&b=x%79", form, "b=xy&a=1&c=3", "a=1&b=x%79&c=3"),
            ("a=1", Some("text/plain"), "a=2", "a=1&a=2"),
            ("token=t", None, r#"{"sum": 8.50}"#, "token=t&sum=8.50"),
            ("token=t", Some("application/json"), "sum=8.50", "token=t&sum=8.50"),
            ("", Some("application/json"), "\u{feff}{\"sum\": 8.50}", "sum=8.50"),
            ("token=t", form, "\u{feff}sum=8.50", "token=t&sum=8.50"),
        ] {
            assert_eq!(read(query, kind, body).as_deref(), Ok(expected), "{query} {body}");
        }
    }

    #[test]
    fn json_keeps_the_text_of_numbers_and_joins_names() {
        let body = r#"{"clickid": "C", "sum": 8.50, "big": 12345678901234567890.10, "order": {"id": "O\u00e9", "items": [1, {"sku": "a b"}]},
            "paid": true, "none": null, "empty": {}, "list": [], "e\u0078": 1e2}"#;
        let expected = "clickid=C&sum=8.50&big=12345678901234567890.10&order.id=O%C3%A9&order.items.0=1\
                        &order.items.1.sku=a+b&paid=true&empty=&list=&ex=1e2";
        assert_eq!(read("", Some("application/json"), body).as_deref(), Ok(expected));
        let twice = read("", Some("application/vnd.network+json"), r#"{"a": 1, "a": 2}"#);
        assert_eq!(
            twice.as_deref(),
            Ok("a=1&a=2"),
            "whoever reads it refuses what is repeated"
        );
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        use RefusedReason as R;
        let json = Some("application/json");
        let many = format!(
            "{{{}\"z\":1}}",
            (0..MAX_QUERY_PARAMETERS)
                .map(|n| format!("\"a{n}\":1,"))
                .collect::<String>()
        );
        let member = |n| format!("\"a{n}\":\"{}\",", "x".repeat(2_000));
        let long = format!(
            "{{{}\"z\":1}}",
            (0..MAX_QUERY / 2_000 + 1).map(member).collect::<String>()
        );
        for (kind, body, reason) in [
            (json, "clickid", R::MalformedBody),
            (json, "\"a=1\"", R::MalformedBody),
            (json, "[1]", R::MalformedBody),
            (json, r#"{"a": 1"#, R::MalformedBody),
            (json, &*many, R::TooManyParameters),
            (json, &*long, R::TooLong),
            (Some("multipart/form-data; boundary=x"), "--x", R::ContentType),
            (Some("application/xml"), "<a/>", R::ContentType),
            (json, r#"{"notification": "x", "iv": "y"}"#, R::Misdirected),
            (None, "{\"notification\":\"x\",\"iv\":\"y\"}", R::Misdirected),
            (None, "ctransreceipt=R&cverify=12345678", R::Misdirected),
        ] {
            assert_eq!(read("token=t", kind, body), Err(reason), "{body:.40}");
        }
    }
}
