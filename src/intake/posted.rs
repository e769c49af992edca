//! What a postback was posted with: the parameters of its URL and of its body as one query.
//!
//! Networks post forms, JSON or nothing at all, and put some of the parameters into the URL. A name
//! that stands in both with one value is one parameter; with two values it is repeated, which
//! whoever reads the query refuses.

use super::caller::Caller;
use super::door::Intake;
use super::refusal::Refusal;
use crate::event::Event;
use crate::network::Meaning;
use crate::plan::RefusedReason;
use crate::value::{MAX_QUERY, MAX_QUERY_PARAMETERS};
use alloc::{borrow::Cow, collections::BTreeSet, format, string::String, vec::Vec};
use core::fmt;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use url::form_urlencoded::{self, Serializer};

/// How deep a JSON body may be nested.
const MAX_DEPTH: usize = 8;

/// What a body is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nothing,
    Form,
    Json,
}

/// A postback as it was posted.
#[derive(Clone, Copy, Default)]
pub struct PostedPostback<'a> {
    query: &'a [u8],
    content_type: Option<&'a str>,
    body: &'a [u8],
}

impl<'a> PostedPostback<'a> {
    /// One without a body: the query of its URL.
    #[must_use]
    pub fn new(query: &'a [u8]) -> Self {
        Self {
            query,
            ..Self::default()
        }
    }

    /// The same with a body and what its header `Content-Type` says.
    #[must_use]
    pub fn with_body(self, content_type: Option<&'a str>, body: &'a [u8]) -> Self {
        Self {
            content_type,
            body,
            ..self
        }
    }

    /// Whether the body is a notification of ClickBank's.
    pub(super) fn is_notification(&self) -> bool {
        self.query() == Err(RefusedReason::Misdirected)
    }

    /// The parameters of the URL and of the body as one query. A form's are joined to those of the
    /// URL; a JSON object's are called by their paths (`order.id`, `items.0.sku`), numbers keep
    /// their text, and what is null is absent. What stands in both with one value stands once.
    ///
    /// # Errors
    /// - [`RefusedReason::Misdirected`]: a notification of ClickBank's
    /// - [`RefusedReason::ContentType`]: neither a form nor a JSON object
    /// - [`RefusedReason::MalformedBody`]: JSON that cannot be read, is no object or is nested too
    ///   deep
    /// - [`RefusedReason::TooLong`], [`RefusedReason::TooManyParameters`]
    pub fn query(&self) -> Result<Cow<'a, [u8]>, RefusedReason> {
        let read = match shape(self.content_type, self.body)? {
            Shape::Nothing => return Ok(Cow::Borrowed(self.query)),
            Shape::Form => Cow::Borrowed(self.body),
            Shape::Json => Cow::Owned(flattened(self.body)?),
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

/// The values may be tokens and personal data, so only the type and the length are shown.
impl fmt::Debug for PostedPostback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostedPostback")
            .field("content_type", &self.content_type)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Intake<'_> {
    /// A postback that was posted: the parameters of its URL and of its body are one set. The token
    /// stands in either, or is that of `caller` (a header).
    ///
    /// # Errors
    /// As [`Intake::postback`], with the body to keep; and what [`PostedPostback::query`] refuses.
    pub fn posted(&self, caller: &Caller<'_>, posted: &PostedPostback<'_>) -> Result<Event, Refusal> {
        match posted.query() {
            Ok(query) => self.postback(caller, &query),
            Err(reason) => {
                let own = self.found(posted.query, Meaning::Token);
                let token = own.as_ref().map(String::as_bytes).or(caller.token);
                Err(self.unread(&caller.with_token(token), posted.body, reason))
            }
        }
    }
}

/// Small senders leave the type out or name another one; JSON is known by its first byte.
fn shape(content_type: Option<&str>, body: &[u8]) -> Result<Shape, RefusedReason> {
    let kind = content_type.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let says_json = kind.ends_with("/json") || kind.ends_with("+json");
    match body.trim_ascii().first() {
        None => Ok(Shape::Nothing),
        Some(_) if says_json => Ok(Shape::Json),
        _ if kind.starts_with("multipart/") => Err(RefusedReason::ContentType),
        Some(b'{') => Ok(Shape::Json),
        Some(_) if matches!(&*kind, "" | "application/x-www-form-urlencoded" | "text/plain") => Ok(Shape::Form),
        Some(_) => Err(RefusedReason::ContentType),
    }
}

/// Whether these are the parameters of a ClickBank notification: the wrapper of an encrypted one,
/// or the form of an older one. It is told by names alone, which the sender sees himself.
fn is_notification(query: &[u8]) -> bool {
    let names: BTreeSet<_> = form_urlencoded::parse(query).map(|(name, _)| name).collect();
    let has = |name: &str| names.contains(name);
    (has("notification") && has("iv")) || (has("cverify") && has("ctransreceipt"))
}

/// Both, but for parameters of the body that stand in the URL with the same value.
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

/// The values of a JSON object as parameters: nested names are joined by dots, numbers keep their
/// text, and what is null is absent.
fn flattened(body: &[u8]) -> Result<Vec<u8>, RefusedReason> {
    let text = core::str::from_utf8(body).map_err(|_| RefusedReason::MalformedBody)?;
    let Object(members) = serde_json::from_str(text.trim()).map_err(|_| RefusedReason::MalformedBody)?;
    let mut flat = Flat {
        query: Serializer::new(String::new()),
        count: 0,
    };
    for (name, value) in members {
        flat.add(name.into_owned(), value, MAX_DEPTH)?;
    }
    let query = flat.query.finish();
    if query.len() > MAX_QUERY {
        return Err(RefusedReason::TooLong);
    }
    Ok(query.into_bytes())
}

struct Flat {
    query: Serializer<'static, String>,
    count: usize,
}

impl Flat {
    fn add(&mut self, name: String, value: &RawValue, depth: usize) -> Result<(), RefusedReason> {
        let malformed = |_| RefusedReason::MalformedBody;
        let inner = depth.checked_sub(1).ok_or(RefusedReason::MalformedBody)?;
        match value.get().as_bytes().first() {
            Some(b'{') => {
                let Object(members) = serde_json::from_str(value.get()).map_err(malformed)?;
                for (member, value) in members {
                    self.add(format!("{name}.{member}"), value, inner)?;
                }
            }
            Some(b'[') => {
                let Array(items) = serde_json::from_str(value.get()).map_err(malformed)?;
                for (index, value) in items.into_iter().enumerate() {
                    self.add(format!("{name}.{index}"), value, inner)?;
                }
            }
            Some(b'"') => {
                let text: Cow<'_, str> = serde_json::from_str(value.get()).map_err(malformed)?;
                self.push(&name, &text)?;
            }
            Some(b'n') => {}
            _ => self.push(&name, value.get())?,
        }
        Ok(())
    }

    fn push(&mut self, name: &str, value: &str) -> Result<(), RefusedReason> {
        self.count = self.count.saturating_add(1);
        if self.count > MAX_QUERY_PARAMETERS {
            return Err(RefusedReason::TooManyParameters);
        }
        self.query.append_pair(name, value);
        Ok(())
    }
}

/// The members of an object in their order, repeated ones too.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// The items of an array.
struct Array<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Array<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Array<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Array(all))
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

/// A member's name, borrowed unless an escape had to be decoded.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(read(query, kind, body).as_deref(), Ok(expected), "{query} {body}");
        }
    }

    #[test]
    fn json_keeps_the_text_of_numbers_and_joins_names() {
        let body = r#"{"clickid": "C", "sum": 8.50, "big": 12345678901234567890.10, "order": {"id": "O\u00e9", "items": [1, {"sku": "a b"}]},
            "paid": true, "none": null, "empty": {}, "e\u0078": 1e2}"#;
        let expected = "clickid=C&sum=8.50&big=12345678901234567890.10&order.id=O%C3%A9&order.items.0=1\
                        &order.items.1.sku=a+b&paid=true&ex=1e2";
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
        let deep = format!("{}1{}", r#"{"a":"#.repeat(9), "}".repeat(9));
        let many = format!(
            "{{{}\"z\":1}}",
            (0..MAX_QUERY_PARAMETERS)
                .map(|n| format!("\"a{n}\":1,"))
                .collect::<String>()
        );
        let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(MAX_QUERY));
        for (kind, body, reason) in [
            (json, "clickid=C", R::MalformedBody),
            (json, "[1]", R::MalformedBody),
            (json, r#"{"a": 1"#, R::MalformedBody),
            (json, r#"{"a": "\ud800"}"#, R::MalformedBody),
            (json, &*deep, R::MalformedBody),
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
